import type { Context } from "hono";
import type { z } from "zod";
import type { Route } from "../../api/route.ts";
import { MalformedRequestError, type RequestViolation } from "../../errors/index.ts";
import { unstorableParts } from "../../json/unstorable-parts.ts";
import { violationsOf } from "../problems/violations-of.ts";
import type { ServerParts } from "../server-parts.ts";
import { admit, admitNobody, authorize } from "./admit.ts";
import type { Call, Implementation } from "./call.ts";
import type { HttpEnv } from "./http-env.ts";
import { type QueryDecoder, queryDecoder } from "./query-decoder.ts";
import { readBody, takesBody } from "./read-body.ts";
import { factsOf } from "./request-facts.ts";
import { checkAnswerSize, type SizeLimits } from "./size-limits.ts";

/** Answers the requests to one route: finds out who asks, reads what it asks for, checks that it may, and has it done. */
export function requestHandler<Known extends Route>(
  implementation: Implementation<Known>,
  parts: ServerParts,
  limits: SizeLimits,
): (context: Context<HttpEnv>) => Promise<Response> {
  const { route, handle } = implementation;
  const decodeParams = queryDecoder(route.params);
  const decodeQuery = queryDecoder(route.query);
  return async (context) => {
    context.set("route", route);
    const request = factsOf(context);
    const identify = () => admit(parts, request.auth);
    const admission = route.permission === null ? admitNobody() : await identify();
    const params = readParams(route, decodeParams, context);
    const scope = await authorize(route, admission, {
      params: params as Readonly<Record<string, unknown>>,
      parts,
    });
    const query = read<Known["query"]>(
      "query",
      route.query,
      decodeQuery(new Map(Object.entries(context.req.queries()))),
    );
    const given = takesBody(route) ? await readBody(context.req.raw, limits.body) : undefined;
    const body = readWhole(route, given);
    const call: Call<Known> = {
      ...admission,
      params,
      query,
      body,
      scope,
      request,
      parts,
      permission: route.permission,
      identify,
    };
    const reply = await handle(call);
    if (reply instanceof Response) return reply;
    const { answer, status = route.statuses[0], headers = {} } = reply;
    const isText = route.answerType !== "application/json";
    const text = isText ? String(answer) : JSON.stringify(answer);
    checkAnswerSize(text, limits.answer);
    const type = isText ? `${route.answerType}; charset=utf-8` : route.answerType;
    return new Response(status === 204 ? null : text, { status, headers: { "content-type": type, ...headers } });
  };
}

/** What the path names; a path that names what cannot be leads nowhere. */
function readParams<Known extends Route>(
  { params }: Known,
  decode: QueryDecoder,
  { req }: Context<HttpEnv>,
): z.output<Known["params"]> {
  return read<Known["params"]>(
    "params",
    params,
    decode(new Map(Object.entries(req.param()).map(([name, text]) => [name, [text]]))),
  );
}

/** Reads a body; items that its route checks one by one are left as they are. */
function readWhole<Known extends Route>({ body, checksItems }: Known, given: unknown): z.output<Known["body"]> {
  if (!checksItems || !hasItems(given)) return read<Known["body"]>("body", body, given);
  const { items } = given;
  const parsed = read<Known["body"]>("body", body, { ...given, items: items.map(() => null) });
  return typeof parsed === "object" && parsed !== null ? Object.assign(parsed, { items }) : parsed;
}

function hasItems(given: unknown): given is { readonly items: readonly unknown[] } {
  return typeof given === "object" && given !== null && "items" in given && Array.isArray(given.items);
}

function read<Schema extends z.ZodType>(part: string, schema: Schema, given: unknown): z.output<Schema> {
  const unstorable = unstorableParts(part, given);
  if (unstorable.length > 0) throw new MalformedRequestError(unstorable);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const violations: RequestViolation[] = violationsOf(part, result.error, given, schema);
  throw new MalformedRequestError(violations);
}
