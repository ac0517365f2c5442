import { createHash, timingSafeEqual } from "node:crypto";
import { AuthenticationError, type Authenticator, type AuthRequest, bearerOf, headerOf, type Principal } from "tasker";

/** A token that is known, in `auth.authenticator_options.tokens`. */
export interface ExampleNameToken {
  /** Whose it is: unique. */
  readonly name: string;
  /** SHA-256 of the token in hexadecimal. The token itself is kept nowhere. */
  readonly sha256: string;
  readonly roles: readonly string[];
  /** Default: all. */
  readonly namespaces?: readonly string[];
}

/** `auth.authenticator_options`. */
export interface ExampleNameOptions {
  readonly tokens?: readonly ExampleNameToken[];
}

/**
 * Takes `Authorization: Bearer <token>` or `X-API-Token: <token>`. In the configuration:
 *
 *     authenticator_class: ./auth/example-name-authenticator.ts#ExampleNameAuthenticator
 *     authenticator_options:
 *       tokens:
 *         - { name: ci, sha256: "<what sha256sum prints>", roles: [operator] }
 *
 * A token is random, of 32 bytes or more, so that nobody can guess it: `openssl rand -hex 32`. Tokens that are made, limited and
 * revoked while the server runs are those of `authenticator_class: tokens`.
 */
export class ExampleNameAuthenticator implements Authenticator {
  readonly #tokens: readonly ExampleNameToken[];

  constructor(options: ExampleNameOptions) {
    this.#tokens = options.tokens ?? [];
  }

  /** What is kept of a token. */
  static hash(token: string): string {
    return createHash("sha256").update(token, "utf8").digest("hex");
  }

  /** @throws AuthenticationError */
  authenticate(request: AuthRequest): Principal {
    const sent = bearerOf(request) ?? headerOf(request, "x-api-token");
    // The reason `missing`, and no other, lets the next authenticator of a chain look.
    if (sent === null) throw new AuthenticationError("missing", "the request has no credentials that are known here");
    const hash = Buffer.from(ExampleNameAuthenticator.hash(sent), "hex");
    // All are compared, whichever fits: the time tells nothing.
    const [found] = this.#tokens.filter(({ sha256 }) => isSame(hash, Buffer.from(sha256, "hex")));
    if (found === undefined) throw new AuthenticationError("unknown", "the token is not valid");
    const { name, roles, namespaces = "all" } = found;
    return { id: `token:${name}`, kind: "token", name, roles, permissions: [], namespaces };
  }

  /** What is wrong with the options: asked once, before the first request. */
  validateConfiguration(): readonly string[] {
    const names = this.#tokens.map(({ name }) => name);
    return [
      ...(names.length === 0 ? ["tokens is empty, expected a token at least"] : []),
      ...(new Set(names).size === names.length ? [] : ["tokens has a name twice"]),
      ...this.#tokens
        .filter(({ sha256 }) => !/^[0-9a-f]{64}$/.test(sha256))
        .map(({ name }) => `sha256 of ${name} is no SHA-256, expected 64 hexadecimal digits`),
    ];
  }
}

/** Whether two hashes are the same, in a time that does not tell where they differ. */
function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
