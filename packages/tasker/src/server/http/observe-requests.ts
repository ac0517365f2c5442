import { createMiddleware } from "hono/factory";
import type { ServerParts } from "../server-parts.ts";
import type { HttpEnv } from "./http-env.ts";
import { tellEnd } from "./tell-end.ts";

/** Counts and times requests, and writes a line to the log for each, for those who look for faults. */
export function observeRequests({ httpMetrics, log }: Pick<ServerParts, "httpMetrics" | "log">) {
  return createMiddleware<HttpEnv>(async (context, next) => {
    const startedAt = performance.now();
    await next();
    const { req, res } = context;
    const { requestId, route } = context.var;
    const seconds = (performance.now() - startedAt) / 1_000;
    const name = route === undefined ? "none" : `${route.dialect === "v1" ? "" : "reference."}${route.id}`;
    const facts = { route: name, method: req.method, status: res.status };
    httpMetrics?.answered({ ...facts, seconds });
    log.debug({ requestId, ...facts, path: req.path, durationMs: Math.round(seconds * 1_000_000) / 1_000 }, "answered");
    const isStream = res.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (httpMetrics === null || !isStream || res.body === null) return;
    httpMetrics.streams(1);
    context.res = new Response(
      tellEnd(res.body, () => httpMetrics.streams(-1)),
      res,
    );
  });
}
