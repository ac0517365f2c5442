import type { Route } from "../../api/route.ts";
import type { JsonValue } from "../../json/json-value.ts";
import type { Call } from "../http/call.ts";
import { problemOf } from "../problems/problem-of.ts";
import { refusal } from "./refusal.ts";

/**
 * Has figures made, or answers that they cannot be, in the words of the reference; the log has why.
 * @param failure what the reference calls it
 * @throws what was wrong with the request
 */
export async function orFailure<Reply>(
  { parts, request }: Pick<Call<Route>, "parts" | "request">,
  failure: string,
  make: () => Promise<Reply>,
  more: Readonly<Record<string, JsonValue>> = {},
): Promise<Reply | Response> {
  try {
    return await make();
  } catch (error) {
    const { status, detail } = problemOf(error, request.id);
    if (status < 500) throw error;
    parts.log.error({ err: error, requestId: request.id }, failure);
    return refusal(503, failure, { message: detail, ...more, timestamp: new Date(parts.clock.now()).toISOString() });
  }
}
