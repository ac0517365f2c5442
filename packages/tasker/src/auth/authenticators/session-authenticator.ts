import { AuthenticationError } from "../../errors/index.ts";
import type { Principal } from "../principal.ts";
import { hasCsrfToken, type Sessions } from "../sessions/sessions.ts";
import { type AuthRequest, headerOf } from "./auth-request.ts";
import { type Authenticator, nothingKnown } from "./authenticator.ts";
import { isFollowedLink, isFromOtherSite } from "./other-site.ts";

/** Methods that change nothing: another site may cause them. */
const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Takes the cookie of a session. A request by any method but GET, HEAD and OPTIONS must have the session's `x-csrf-token`, and a page
 * of another site can do no more than link here. A cookie of a session that has ended counts as none.
 */
export class SessionAuthenticator implements Authenticator {
  readonly sessions: Sessions;

  constructor(sessions: Sessions) {
    this.sessions = sessions;
  }

  /** @throws AuthenticationError */
  async authenticate(request: AuthRequest): Promise<Principal> {
    const session = await this.sessions.find(request);
    if (session === null) throw nothingKnown();
    if (isFromOtherSite(request) && !isFollowedLink(request)) {
      throw new AuthenticationError("origin", "a session is not for pages of other sites");
    }
    if (!SAFE_METHODS.includes(request.method) && !hasCsrfToken(headerOf(request, "x-csrf-token"), session)) {
      throw new AuthenticationError("csrf", "the header x-csrf-token is missing or not that of the session");
    }
    return session.principal;
  }
}
