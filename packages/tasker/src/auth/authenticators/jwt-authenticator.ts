import type { KeyObject } from "node:crypto";
import { type CryptoKey, errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";
import { type Clock, systemClock } from "../../clock/clock.ts";
import { AuthenticationError } from "../../errors/index.ts";
import type { Principal } from "../principal.ts";
import { readPrincipal } from "../principal-shape.ts";
import { type AuthRequest, bearerOf } from "./auth-request.ts";
import { type Authenticator, nothingKnown } from "./authenticator.ts";
import { jwtKeys } from "./jwt-keys.ts";
import { type JwtConfig, jwtConfig } from "./jwt-settings.ts";

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/**
 * Takes `Authorization: Bearer <JWT>` that one of the issuers has signed for one of the audiences, with an end and a subject. The
 * algorithms and keys are those of the settings: what a token says of them chooses among those and adds none.
 */
export class JwtAuthenticator implements Authenticator {
  readonly #config: JwtConfig;
  readonly #clock: Clock;
  readonly #keys: KeyObject | JWTVerifyGetKey;

  /** @throws ConfigurationError */
  constructor(settings: Readonly<Record<string, unknown>>, clock: Clock = systemClock) {
    this.#config = jwtConfig(settings);
    this.#clock = clock;
    this.#keys = jwtKeys(this.#config, clock);
  }

  /** @throws AuthenticationError */
  async authenticate(request: AuthRequest): Promise<Principal> {
    const sent = bearerOf(request);
    if (sent === null || !JWT.test(sent)) throw nothingKnown();
    const principal = this.#principalOf(await this.#verify(sent));
    if (principal === null) throw new AuthenticationError("rejected", "the token has claims that cannot be used");
    return principal;
  }

  async #verify(token: string): Promise<JWTPayload> {
    const { issuer, audience, algorithms, clock_tolerance_seconds: clockTolerance } = this.#config;
    const options: JWTVerifyOptions = {
      issuer,
      audience,
      algorithms,
      clockTolerance,
      requiredClaims: ["exp", "sub"],
      currentDate: new Date(this.#clock.now()),
    };
    try {
      const keys = this.#keys;
      const { payload } =
        typeof keys === "function" ? await jwtVerify(token, keys, options) : await jwtVerify(token, keys, options);
      return payload;
    } catch (cause) {
      if (cause instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(token, cause, options);
      throw refusalOf(cause);
    }
  }

  #principalOf(claims: JWTPayload): Principal | null {
    const config = this.#config;
    const { sub, exp } = claims;
    if (sub !== undefined && ID_OF_TOKEN.test(sub)) return null;
    const name = claimOf(claims, config.name_claim);
    const namespaces = claimOf(claims, config.namespaces_claim);
    return readPrincipal({
      id: sub,
      kind: "user",
      name: typeof name === "string" && name !== "" ? name.slice(0, 255) : sub,
      roles: listOf(claimOf(claims, config.roles_claim)),
      permissions: listOf(claimOf(claims, config.permissions_claim)),
      namespaces:
        namespaces === undefined ? config.default_namespaces : namespaces === "*" ? "all" : listOf(namespaces),
      expiresAt: new Date((exp ?? 0) * 1000),
    });
  }
}

/** Names nobody but tokens of the database have. */
const ID_OF_TOKEN = /^token:\d+$/;

/** Most keys that are tried for one token. */
const MOST_KEYS = 8;

/** Of a token that does not say by which of several keys it was signed: by whichever fits. @throws AuthenticationError */
async function verifyWithAny(
  token: string,
  keys: AsyncIterable<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let tried = 0;
  let last: unknown = null;
  for await (const key of keys) {
    tried += 1;
    if (tried > MOST_KEYS) break;
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (cause) {
      if (!(cause instanceof errors.JWSSignatureVerificationFailed)) throw refusalOf(cause);
      last = cause;
    }
  }
  throw refusalOf(last);
}

function claimOf(claims: JWTPayload, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** A claim that is a text or a list; what is neither makes no principal. */
function listOf(claim: unknown): unknown {
  if (claim === undefined) return [];
  return typeof claim === "string" ? [claim] : claim;
}

function refusalOf(cause: unknown): AuthenticationError {
  if (cause instanceof AuthenticationError) return cause;
  if (cause instanceof errors.JWTExpired) return new AuthenticationError("expired", "the token has expired", { cause });
  const isAway =
    cause instanceof errors.JWKSTimeout ||
    cause instanceof errors.JWKSInvalid ||
    (cause instanceof errors.JOSEError && cause.code === "ERR_JOSE_GENERIC");
  if (isAway) return new AuthenticationError("unavailable", "tokens cannot be checked at present", { cause });
  return new AuthenticationError("rejected", "the token is not valid", { cause });
}
