import { createHmac, timingSafeEqual } from "node:crypto";

/** How old a signature may be, in seconds. */
const TOLERANCE_SECONDS = 300;

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
 * Signs the body of a webhook.
 * @param now milliseconds since the epoch
 */
export function signWebhook(secret: string, id: string, now: number, body: string): WebhookHeaders {
  const timestamp = String(Math.floor(now / 1_000));
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${hmac(secret, id, timestamp, body).toString("base64")}`,
  };
}

/**
 * Whether a webhook was signed with this secret within the last five minutes; for receivers.
 * @param headers by their names in small letters
 * @param body as it was received
 * @param now milliseconds since the epoch. Default: the machine's clock
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
  const expected = hmac(secret, id, timestamp, body);
  return signatures.split(" ").some((signature) => {
    const [version, value = ""] = signature.split(",");
    const given = Buffer.from(value, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const hmac = (secret: string, id: string, timestamp: string, body: string) =>
  createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest();
