import { createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import { type Clock, elapsedOf } from "../../clock/clock.ts";
import { AuthenticationError, ConfigurationError } from "../../errors/index.ts";
import type { JwtConfig } from "./jwt-settings.ts";

/** Largest set of keys that is read, in bytes. */
const LARGEST_KEY_SET = 1_000_000;
const TIMEOUT_MS = 5_000;
/** How long nobody is asked again after an answer that was none. */
const FAILURE_PAUSE_MS = 5_000;

/**
 * Where the keys come from by which signatures are checked. Keys of an address are kept, and asked for again when a token names
 * one that is not among them: once in `jwks_cooldown_seconds` at most, whatever tokens name.
 * @throws ConfigurationError if the key cannot be read
 */
export function jwtKeys(config: JwtConfig, clock: Clock): KeyObject | JWTVerifyGetKey {
  const { secret, public_key: publicKey, jwks_url: url } = config;
  if (secret !== undefined) return createSecretKey(Buffer.from(secret, "utf8"));
  if (publicKey !== undefined) {
    try {
      return createPublicKey(publicKey);
    } catch (cause) {
      throw new ConfigurationError(
        "auth.authenticator_options.public_key cannot be read, expected a public key in PEM",
        {
          context: { option: "auth.authenticator_options.public_key" },
          cause,
        },
      );
    }
  }
  return createRemoteJWKSet(new URL(url ?? ""), {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: config.jwks_cache_seconds * 1000,
    cooldownDuration: config.jwks_cooldown_seconds * 1000,
    [customFetch]: keySetReader(clock),
  });
}

function keySetReader(clock: Clock) {
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (url: string, options: RequestInit): Promise<Response> => {
    const now = elapsedOf(clock);
    if (now - failedAt < FAILURE_PAUSE_MS) throw unavailable();
    try {
      const response = await fetch(url, { ...options, redirect: "error" });
      if (response.status !== 200) throw new RangeError(`status ${response.status}`);
      return new Response(await readBounded(response), { status: 200 });
    } catch (cause) {
      failedAt = now;
      throw unavailable(cause);
    }
  };
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_KEY_SET) throw new RangeError(`more than ${LARGEST_KEY_SET} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function unavailable(cause?: unknown): AuthenticationError {
  return new AuthenticationError("unavailable", "tokens cannot be checked at present", { cause });
}
