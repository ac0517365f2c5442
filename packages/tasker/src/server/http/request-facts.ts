import type { Context } from "hono";
import type { AuthRequest } from "../../auth/authenticators/auth-request.ts";
import type { RequestFacts } from "./call.ts";
import type { HttpEnv } from "./http-env.ts";

/** What a request is besides its parameters and body. */
export function factsOf({ req, env, var: { requestId } }: Context<HttpEnv>): RequestFacts {
  const { method, headers, signal } = req.raw;
  return { ...env.origin, id: requestId, method, headers, signal, disconnect: env.disconnect };
}

/** A request as authenticators see it. */
export function authRequestOf(
  { req, env }: Context<HttpEnv>,
  { transport, address }: Pick<RequestFacts, "transport" | "address">,
): AuthRequest {
  const headers = env.headers ?? Object.fromEntries(req.raw.headers);
  return { headers, address, transport, method: req.method, path: req.path };
}
