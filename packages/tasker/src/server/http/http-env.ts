import type { Route } from "../../api/route.ts";
import type { AuthRequest } from "../../auth/authenticators/auth-request.ts";
import type { RequestOrigin } from "./request-origin.ts";

/** What a request to the application comes with besides itself. */
export interface HttpEnv {
  readonly Bindings: {
    readonly origin: RequestOrigin;
    /** Headers as they were sent, repeated ones apart. Default: those of the request. */
    readonly headers?: AuthRequest["headers"];
    /** Cuts the connection of the request. Default: nothing does. */
    readonly disconnect?: () => void;
  };
  readonly Variables: {
    requestId: string;
    /** Aborted when the request has taken too long; a request that may wait has none. */
    time?: AbortSignal;
    /** The route that answers; none does where there is nothing, or nothing for the method. */
    route?: Pick<Route, "id" | "dialect">;
  };
}
