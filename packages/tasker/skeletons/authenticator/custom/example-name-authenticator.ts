import { createHash, timingSafeEqual } from "node:crypto";
import { AuthenticationError, type Authenticator, type AuthRequest, headerOf, type Principal } from "tasker";

/** `auth.authenticator_options`. */
export interface ExampleNameOptions {
  /** What the proxy sends as `x-proxy-secret`, 32 characters or more: `"${env:PROXY_SECRET}"`. */
  readonly proxy_secret?: unknown;
}

const SHORTEST_SECRET = 32;

/**
 * Takes what a proxy in front of the server has found out: `x-forwarded-user`, and `x-forwarded-groups` as roles. Only with the
 * secret that the proxy and the server share: everybody can send headers. In the configuration:
 *
 *     authenticator_class: ./auth/example-name-authenticator.ts#ExampleNameAuthenticator
 *     authenticator_options: { proxy_secret: "${env:PROXY_SECRET}" }
 *
 * One object serves all requests at the same time: keep nothing of one for another.
 */
export class ExampleNameAuthenticator implements Authenticator {
  readonly #secret: string;

  constructor(options: ExampleNameOptions) {
    this.#secret = typeof options.proxy_secret === "string" ? options.proxy_secret : "";
  }

  /** @throws AuthenticationError */
  authenticate(request: AuthRequest): Principal {
    const secret = headerOf(request, "x-proxy-secret");
    // The reason `missing`, and no other, lets the next authenticator of a chain look.
    if (secret === null) throw new AuthenticationError("missing", "the request has no credentials that are known here");
    if (this.#secret === "" || !isSame(secret, this.#secret)) {
      throw new AuthenticationError("rejected", "the request does not come from the proxy");
    }
    const user = headerOf(request, "x-forwarded-user");
    if (user === null || user === "") throw new AuthenticationError("malformed", "the proxy names no user");
    const groups = headerOf(request, "x-forwarded-groups") ?? "";
    return {
      id: `user:${user}`,
      kind: "user",
      name: user,
      roles: groups.split(",").flatMap((group) => group.trim() || []),
      permissions: [],
      namespaces: "all",
    };
  }

  /** What is wrong with the options: asked once, before the first request. */
  validateConfiguration(): readonly string[] {
    if (this.#secret.length >= SHORTEST_SECRET) return [];
    return [`proxy_secret is missing or too short, expected ${SHORTEST_SECRET} characters or more`];
  }
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(createHash("sha256").update(one).digest(), createHash("sha256").update(other).digest());
}
