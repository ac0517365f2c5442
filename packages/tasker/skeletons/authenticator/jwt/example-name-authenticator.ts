import { type Authenticator, type AuthRequest, JwtAuthenticator, type Principal } from "tasker";

/** Which role whoever is in a group of the issuer has. A group that is not here gives none. */
const ROLES: ReadonlyMap<string, string> = new Map([
  ["support", "viewer"],
  ["operations", "operator"],
  ["platform", "admin"],
]);

/**
 * Takes `Authorization: Bearer <JWT>`, with the groups of the issuer as roles. In the configuration:
 *
 *     authenticator_class: ./auth/example-name-authenticator.ts#ExampleNameAuthenticator
 *     authenticator_options:
 *       issuer: https://login.example.com
 *       audience: tasker
 *       jwks_url: https://login.example.com/.well-known/jwks.json
 *       roles_claim: groups
 *       default_namespaces: all
 *
 * The key has to be given: `jwks_url`, `public_key`, or `secret` with an algorithm such as HS256.
 */
export class ExampleNameAuthenticator implements Authenticator {
  readonly #tokens: JwtAuthenticator;

  /** @throws ConfigurationError that lists everything that is wrong with the options */
  constructor(options: Readonly<Record<string, unknown>>) {
    this.#tokens = new JwtAuthenticator(options);
  }

  /** @throws AuthenticationError */
  async authenticate(request: AuthRequest): Promise<Principal> {
    const principal = await this.#tokens.authenticate(request);
    const roles = principal.roles.flatMap((group) => ROLES.get(group) ?? []);
    return { ...principal, id: `jwt:${principal.id}`, roles };
  }
}
