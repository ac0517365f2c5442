import type { Clock } from "../../clock/clock.ts";
import { AuthenticationError } from "../../errors/index.ts";
import type { Principal } from "../principal.ts";
import { freezePrincipal } from "../principal-shape.ts";
import type { TokenDirectory } from "../tokens/token-directory.ts";
import { matchesHash, prefixOf } from "../tokens/token-secret.ts";
import { type AuthRequest, bearerOf } from "./auth-request.ts";
import { type Authenticator, nothingKnown } from "./authenticator.ts";

/** Takes `Authorization: Bearer tasker_...`: API tokens of the database. */
export class TokenAuthenticator implements Authenticator {
  readonly #directory: TokenDirectory;
  readonly #clock: Clock;

  constructor(directory: TokenDirectory, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** @throws AuthenticationError */
  async authenticate(request: AuthRequest): Promise<Principal> {
    const sent = bearerOf(request);
    const prefix = sent === null ? null : prefixOf(sent);
    if (sent === null || prefix === null) throw nothingKnown();
    const known = await this.#directory.find(prefix);
    if (!matchesHash(sent, known?.hash ?? null) || known === null) {
      throw new AuthenticationError("unknown", "the token is not valid");
    }
    const { token } = known;
    if (token.revokedAt !== null) throw new AuthenticationError("revoked", "the token is revoked");
    if (token.expiresAt !== null && token.expiresAt.getTime() <= this.#clock.now()) {
      throw new AuthenticationError("expired", "the token has expired");
    }
    await this.#directory.touch(token);
    return freezePrincipal({
      id: `token:${token.id}`,
      kind: "token",
      name: token.name,
      roles: token.roles,
      permissions: token.permissions,
      namespaces: token.namespaces,
      tokenId: token.id,
      ...(token.expiresAt === null ? {} : { expiresAt: token.expiresAt }),
    });
  }
}
