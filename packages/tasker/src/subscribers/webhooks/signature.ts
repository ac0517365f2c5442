import { createHmac, timingSafeEqual } from "node:crypto";
import { ConfigurationError } from "../../errors/index.ts";

/** How old a signature may be, in seconds. */
const TOLERANCE_SECONDS = 300;

/** With which secrets begin whose rest is the key in base64. */
const ENCODED = "whsec_";

/** Headers of a signed webhook, in the way of https://www.standardwebhooks.com. */
export interface WebhookHeaders {
  /** Id of the event: the same in every attempt, so that a receiver can leave out what it has got already. */
  readonly "webhook-id": string;
  /** When it was sent, seconds since the epoch. */
  readonly "webhook-timestamp": string;
  /** `v1,` and HMAC-SHA256 over `id.timestamp.body` in base64. */
  readonly "webhook-signature": string;
}

/**
 * The key that a secret means, in the way of Standard Webhooks: what `whsec_` is followed by, decoded from base64; of any other
 * secret its bytes in UTF-8.
 * @param source where the secret comes from, for messages, which do not repeat it
 * @throws ConfigurationError if it is empty, or not in base64 after `whsec_`
 */
export function signingKey(secret: string, source = "secret"): Buffer {
  const isEncoded = secret.startsWith(ENCODED);
  const encoded = secret.slice(ENCODED.length);
  const key = isEncoded ? Buffer.from(encoded, "base64") : Buffer.from(secret, "utf8");
  if (key.length > 0 && (!isEncoded || /^[A-Za-z0-9+/]+={0,2}$/.test(encoded))) return key;
  const expected = isEncoded ? `base64 after ${ENCODED}` : "a text";
  const found = secret === "" ? "is empty" : "cannot be read";
  throw new ConfigurationError(`${source} ${found}, expected ${expected}`, { context: { option: source, expected } });
}

/**
 * Signs the body of a webhook.
 * @param secret see {@link signingKey}
 * @param now milliseconds since the epoch
 * @throws ConfigurationError for a secret that can be none
 */
export function signWebhook(secret: string, id: string, now: number, body: string): WebhookHeaders {
  const timestamp = String(Math.floor(now / 1_000));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${hmac(signingKey(secret), id, timestamp, body).toString("base64")}`,
  };
}

/**
 * Whether a webhook was signed with this secret within the last five minutes; for receivers.
 * @param secret as it was given to the sender
 * @param headers by their names in small letters
 * @param body as it was received
 * @param now milliseconds since the epoch. Default: the machine's clock
 * @throws ConfigurationError for a secret that can be none
 */
export function verifyWebhook(
  secret: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string,
  now = Date.now(),
): boolean {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (typeof id !== "string" || typeof timestamp !== "string" || typeof signatures !== "string") return false;
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = hmac(signingKey(secret), id, timestamp, body);
  return signatures.split(" ").some((signature) => {
    const [version, value = ""] = signature.split(",");
    const given = Buffer.from(value, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const hmac = (key: Buffer, id: string, timestamp: string, body: string) =>
  createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
