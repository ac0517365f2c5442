import { createMiddleware } from "hono/factory";
import { CORRELATION_HEADER, correlationIdFromHeaders } from "../../correlation/correlation-id.ts";
import { withCorrelationId } from "../../correlation/current-correlation.ts";
import type { HttpEnv } from "./http-env.ts";

/** Works on each request under its correlation id, or a new one, and answers with it. */
export function correlate(header: string = CORRELATION_HEADER) {
  return createMiddleware<HttpEnv>(async (context, next) => {
    const id = correlationIdFromHeaders(context.req.raw.headers, header);
    await withCorrelationId(id, next);
    context.header(header, id);
  });
}
