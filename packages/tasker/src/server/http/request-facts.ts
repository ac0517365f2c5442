import type { Context } from "hono";
import type { RequestFacts } from "./call.ts";
import type { HttpEnv } from "./http-env.ts";

/** What a request is besides its parameters and body. */
export function factsOf({ req, env, var: { requestId, time } }: Context<HttpEnv>): RequestFacts {
  const { raw } = req;
  const { method, headers } = raw;
  const sent = env.headers ?? Object.fromEntries(headers);
  const auth = { ...env.origin, headers: sent, method: req.method, path: req.path };
  return {
    ...{ ...env.origin, id: requestId, method, headers, auth, disconnect: env.disconnect },
    // Made when it is asked for, which few do.
    get signal() {
      return time === undefined ? raw.signal : AbortSignal.any([raw.signal, time]);
    },
  };
}
