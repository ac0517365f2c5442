/** What marks an encrypted value, and the version of its form. */
export const ENVELOPE_MARK = "enc1";

/**
 * An encrypted JSON value, as it is stored in a column of type jsonb. All but the first two are base64url: the data key of this
 * value, encrypted by the key `kid` of the keyring (nonce, tag, key); nonce, tag and text of the value, encrypted by the data key.
 */
export interface Envelope {
  readonly $tasker: typeof ENVELOPE_MARK;
  readonly kid: string;
  readonly key: string;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

const PARTS = ["kid", "key", "iv", "tag", "data"] as const;

/** Whether a value that was read from a column is an encrypted one. */
export function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null || !("$tasker" in value) || value.$tasker !== ENVELOPE_MARK)
    return false;
  return PARTS.every((part) => typeof Reflect.get(value, part) === "string");
}
