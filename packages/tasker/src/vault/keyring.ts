import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { ConfigurationError, UnreadableValueError } from "../errors/index.ts";

/** A key-encryption key. */
export interface EncryptionKey {
  /** Name of the key, which is stored with each value: 1 to 64 letters, digits, dots, underscores and hyphens. */
  readonly id: string;
  /** 32 bytes, as 64 hexadecimal digits or in base64; it may be a reference such as `${env:NAME}`, where configuration is read. */
  readonly key: string;
}

const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Bytes of a key of AES-256-GCM. */
export const KEY_BYTES = 32;
/** Bytes of a nonce, which is new for each value. */
const NONCE_BYTES = 12;
/** Bytes of an authentication tag. */
const TAG_BYTES = 16;
const CIPHER = "aes-256-gcm";

/** Text that was encrypted, with what belongs to it. */
export interface Sealed {
  readonly iv: Buffer;
  readonly tag: Buffer;
  readonly data: Buffer;
}

/** Encrypts with AES-256-GCM under a new nonce; `bound` must be the same when it is decrypted. */
export function encrypt(key: Buffer, plain: Buffer, bound: string): Sealed {
  const iv = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(bound));
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { iv, tag: cipher.getAuthTag(), data };
}

/** @throws Error if the key, the bound text or anything of what was encrypted is another one */
export function decrypt(key: Buffer, { iv, tag, data }: Sealed, bound: string): Buffer {
  if (iv.length !== NONCE_BYTES || tag.length !== TAG_BYTES) throw new RangeError("nonce or tag has not its length");
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(bound));
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

/** The keys that encrypt the data keys of values: the first for new ones, all for those that are there. */
export class Keyring {
  /** Name of the key that new values are encrypted under. */
  readonly currentId: string;
  readonly #current: Buffer;
  readonly #keys: ReadonlyMap<string, Buffer>;

  /** @throws ConfigurationError if there is no key, two have one name, or one is no key; it does not tell the key */
  constructor(keys: readonly EncryptionKey[]) {
    const parsed = keys.map(({ id, key }, place) => [checkId(id, place), parseKey(key, place)] as const);
    const [first] = parsed;
    if (first === undefined) throw refuse("encryption.keys", "an empty list", "at least one key");
    this.#keys = new Map(parsed);
    if (this.#keys.size < parsed.length)
      throw refuse("encryption.keys", "a list with two keys of one id", "each id once");
    [this.currentId, this.#current] = first;
  }

  /** Encrypts a data key under the current key. */
  wrap(dataKey: Buffer): string {
    const { iv, tag, data } = encrypt(this.#current, dataKey, this.currentId);
    return Buffer.concat([iv, tag, data]).toString("base64url");
  }

  /** @throws UnreadableValueError if the key is not here, or does not fit */
  unwrap(kid: string, wrapped: string, what: string): Buffer {
    const key = this.#keys.get(kid);
    if (key === undefined) {
      const reason = `its key ${JSON.stringify(kid)} is not in the keyring (${[...this.#keys.keys()].join(", ")})`;
      throw new UnreadableValueError({ what, reason, isDamaged: false });
    }
    const bytes = Buffer.from(wrapped, "base64url");
    const data = bytes.subarray(NONCE_BYTES + TAG_BYTES);
    try {
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      return decrypt(key, { iv: bytes.subarray(0, NONCE_BYTES), tag, data }, kid);
    } catch {
      // What the cipher says of it tells no more.
      const reason = `the key ${JSON.stringify(kid)} of the keyring is not the one it was encrypted with, or it was changed`;
      throw new UnreadableValueError({ what, reason, isDamaged: false });
    }
  }
}

function checkId(id: string, place: number): string {
  if (typeof id === "string" && KEY_ID.test(id)) return id;
  throw refuse(
    `encryption.keys[${place}].id`,
    JSON.stringify(id),
    "1 to 64 letters, digits, dots, underscores and hyphens",
  );
}

function parseKey(text: string, place: number): Buffer {
  const isHex = typeof text === "string" && /^[0-9a-fA-F]{64}$/.test(text);
  const isBase64 = typeof text === "string" && /^[A-Za-z0-9+/_-]{43}=?$/.test(text);
  if (isHex) return Buffer.from(text, "hex");
  if (isBase64) return Buffer.from(text, "base64");
  throw refuse(`encryption.keys[${place}].key`, "something else", "32 bytes as 64 hexadecimal digits or in base64");
}

function refuse(option: string, found: string, expected: string): ConfigurationError {
  return new ConfigurationError(`${option} is ${found}, expected ${expected}`, { context: { option, expected } });
}
