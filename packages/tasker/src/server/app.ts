import { type Handler, Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { MethodNotAllowedError, NotFoundError } from "../errors/index.ts";
import {
  type AppOptions,
  DEFAULT_ANSWER_LIMIT,
  DEFAULT_BODY_LIMIT,
  DEFAULT_RATE_LIMIT,
  DEFAULT_TIMEOUT_MS,
} from "./app-options.ts";
import { graphqlHandler } from "./graphql/graphql-handler.ts";
import type { Implementation } from "./http/call.ts";
import { correlate } from "./http/correlate.ts";
import type { HttpEnv } from "./http/http-env.ts";
import { limitTime } from "./http/limit-time.ts";
import { observeRequests } from "./http/observe-requests.ts";
import { rateLimit } from "./http/rate-limit.ts";
import { requestHandler } from "./http/request-handler.ts";
import type { SizeLimits } from "./http/size-limits.ts";
import { answerError } from "./problems/answer-error.ts";
import { REFERENCE_IMPLEMENTATIONS } from "./reference/index.ts";
import { IMPLEMENTATIONS } from "./routes/index.ts";
import type { ServerParts } from "./server-parts.ts";

/** The application: every route with what every request passes before it. */
export type App = Hono<HttpEnv>;

/** Makes the application. It listens nowhere. */
export function createApp(parts: ServerParts, options: AppOptions = {}): App {
  const { rateLimit: rate = DEFAULT_RATE_LIMIT, corsOrigins = [], timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const app = new Hono<HttpEnv>();
  app.onError((error, context) => answerError(error, context, parts));
  app.notFound(({ req }) => {
    throw new NotFoundError(`there is nothing at ${req.path}`, { context: { path: req.path } });
  });
  app.use(requestId({ limitLength: 128 }));
  // The framework puts it on responses of its own making only.
  app.use(async (context, next) => {
    await next();
    context.res.headers.set("x-request-id", context.var.requestId);
    // Whoever asks again does so on a new connection, which somebody else takes.
    if (parts.closing.aborted) context.res.headers.set("connection", "close");
  });
  app.use(observeRequests(parts));
  app.use(correlate(options.correlationHeader));
  const contentSecurityPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };
  // Pages that have styles say so themselves.
  app.use(secureHeaders({ contentSecurityPolicy, overwrite: false }));
  if (corsOrigins.length > 0) {
    app.use(
      cors({
        origin: [...corsOrigins],
        credentials: true,
        exposeHeaders: ["etag", "location", "retry-after", "x-request-id"],
      }),
    );
  }
  if (options.compress ?? true) app.use(compress());
  if (rate !== null) app.use(rateLimit(rate));
  const limited = limitTime(timeoutMs);
  const limits: SizeLimits = {
    body: options.bodyLimit ?? DEFAULT_BODY_LIMIT,
    answer: options.answerLimit ?? DEFAULT_ANSWER_LIMIT,
  };
  const implementations: Implementation[] = [
    ...Object.values(IMPLEMENTATIONS),
    ...Object.values(REFERENCE_IMPLEMENTATIONS),
  ].sort(bySpecificity);
  for (const [path, ofPath] of Map.groupBy(implementations, ({ route }) => pattern(route.path))) {
    for (const implementation of ofPath) {
      const { method, waits } = implementation.route;
      const handler = requestHandler(implementation, parts, limits);
      if (waits) app.on(method, path, handler);
      else app.on(method, path, limited, handler);
    }
    // Before the next path, whose parameters would take the names of this one.
    refuseOtherMethods(app, path, ofPath);
  }
  mountGraphql(app, limited, graphqlHandler(parts, limits, options.graphql));
  return app;
}

/** The time of a subscription is that of its beginning: what it then tells lasts as long as its client stays. */
function mountGraphql(app: App, limited: MiddlewareHandler, handle: Handler<HttpEnv>): void {
  app.on(["GET", "POST"], "/graphql", limited, handle);
  app.all("/graphql", ({ req }) => {
    throw new MethodNotAllowedError(`/graphql takes GET, POST, not ${req.method}`, {
      context: { allowed: "GET, POST" },
    });
  });
}

/** Paths with names before those with parameters in their place, which would take them. */
function bySpecificity(a: Implementation, b: Implementation): number {
  const key = ({ route: { path } }: Implementation) => path.replaceAll("{", "\uffff");
  return key(a) < key(b) ? -1 : 1;
}

function pattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function refuseOtherMethods(app: App, path: string, implementations: readonly Implementation[]): void {
  const allowed = implementations.map(({ route }) => route.method).join(", ");
  app.all(path, ({ req }) => {
    throw new MethodNotAllowedError(`${req.path} takes ${allowed}, not ${req.method}`, { context: { allowed } });
  });
}
