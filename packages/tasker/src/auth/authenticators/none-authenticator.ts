import { ANONYMOUS, type Principal } from "../principal.ts";
import type { AuthRequest } from "./auth-request.ts";
import type { Authenticator } from "./authenticator.ts";
import { requireLoopback } from "./loopback.ts";

/** Takes every request from this machine for nobody in particular's, and refuses those from elsewhere. For development. */
export class NoneAuthenticator implements Authenticator {
  /** @param warn told once that nobody is asked who they are */
  constructor(warn: (message: string) => void = () => {}) {
    warn("authentication is off: whoever can reach this machine's own addresses may do everything");
  }

  /** @throws AuthenticationError for a request from elsewhere, or that somebody elsewhere may have caused */
  authenticate(request: AuthRequest): Principal {
    requireLoopback(request);
    return ANONYMOUS;
  }
}
