import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** What an API token is made of. */
export interface TokenParts {
  /** Public: tokens are found by it, and shown by it. */
  readonly prefix: string;
  /** The whole token as its holder sends it. */
  readonly token: string;
}

const TOKEN = /^tasker_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** A new token: a random prefix of 48 bits, and a secret of 256. */
export function newToken(): TokenParts {
  const prefix = randomBytes(6).toString("hex");
  return { prefix, token: `tasker_${prefix}_${randomBytes(32).toString("base64url")}` };
}

/** The prefix of a text that has the form of a token; null for any other text. */
export function prefixOf(text: string): string | null {
  return TOKEN.exec(text)?.[1] ?? null;
}

/**
 * What is stored of a secret: its SHA-256 in hexadecimal. A slow hash makes guessing dear where secrets can be guessed, as
 * passwords can; among 2^256 equally likely ones there is nothing to guess, and each request would pay for it.
 */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}

/** Stands for what is not there, so that looking for it takes as long. */
const NO_HASH = "0".repeat(64);

/** Whether a secret has this hash, in a time that does not depend on how much of it is right. Null: there is none to have. */
export function matchesHash(secret: string, hash: string | null): boolean {
  const found = Buffer.from(hashSecret(secret), "hex");
  const expected = Buffer.from(hash ?? NO_HASH, "hex");
  return found.length === expected.length && timingSafeEqual(found, expected) && hash !== null;
}
