import { AuthenticationError } from "../../errors/index.ts";
import type { Principal } from "../principal.ts";
import type { AuthRequest } from "./auth-request.ts";
import { type Authenticator, nothingKnown } from "./authenticator.ts";
import { NoneAuthenticator } from "./none-authenticator.ts";

/** Asks authenticators in their order. The first that knows what a request has decides: what it refuses stays refused. */
export class ChainAuthenticator implements Authenticator {
  readonly links: readonly Authenticator[];

  constructor(links: readonly Authenticator[]) {
    this.links = links;
  }

  /** @throws AuthenticationError */
  async authenticate(request: AuthRequest): Promise<Principal> {
    for (const link of this.links) {
      try {
        return await link.authenticate(request);
      } catch (error) {
        if (!(error instanceof AuthenticationError) || error.reason !== "missing") throw error;
      }
    }
    throw nothingKnown();
  }

  validateConfiguration(): readonly string[] {
    const own = [
      ...(this.links.length === 0 ? ["a chain needs an authenticator at least"] : []),
      ...(this.links.some((link) => link instanceof NoneAuthenticator) ? ["'none' cannot be part of a chain"] : []),
    ];
    return [...own, ...this.links.flatMap((link) => link.validateConfiguration?.() ?? [])];
  }
}
