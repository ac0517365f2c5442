import { randomBytes } from "node:crypto";
import { UnreadableValueError } from "../errors/index.ts";
import { ENVELOPE_MARK, type Envelope } from "../secrets/envelope.ts";
import { decrypt, type EncryptionKey, encrypt, KEY_BYTES, Keyring } from "./keyring.ts";

/** What encrypts contexts, inputs and results. */
export interface EncryptionSettings {
  /** The first encrypts; all decrypt what was encrypted with them. */
  readonly keys: readonly EncryptionKey[];
}

/** Where a value belongs: it can be decrypted nowhere else. */
export interface ValuePlace {
  /** `seal` of the task's run row. A task that was made by doing another one again has the seal of that. */
  readonly seal: string;
  readonly column: "context" | "inputs" | "results";
  /** Null: of the task itself. */
  readonly step: string | null;
}

/** Bytes of a seal: as many as nobody meets twice. */
const SEAL_BYTES = 16;

/**
 * Encrypts JSON texts with AES-256-GCM, each under a key of its own, which is stored with it, encrypted under the current key of a
 * keyring. A value is bound to its {@link ValuePlace}.
 */
export class Encryption {
  readonly #keyring: Keyring;

  /** @throws ConfigurationError if a key is none */
  constructor({ keys }: EncryptionSettings) {
    this.#keyring = new Keyring(keys);
  }

  get currentKeyId(): string {
    return this.#keyring.currentId;
  }

  /** A seal for a new task. */
  newSeal(): string {
    return randomBytes(SEAL_BYTES).toString("base64url");
  }

  /** The text of an {@link Envelope} that holds a JSON text. */
  seal(text: string, place: ValuePlace): string {
    const dataKey = randomBytes(KEY_BYTES);
    const { iv, tag, data } = encrypt(dataKey, Buffer.from(text), boundText(place));
    const envelope: Envelope = {
      $tasker: ENVELOPE_MARK,
      kid: this.#keyring.currentId,
      key: this.#keyring.wrap(dataKey),
      iv: iv.toString("base64url"),
      tag: tag.toString("base64url"),
      data: data.toString("base64url"),
    };
    return JSON.stringify(envelope);
  }

  /** The JSON text that an envelope holds. @throws UnreadableValueError */
  open({ kid, key, iv, tag, data }: Envelope, place: ValuePlace): string {
    const what = describePlace(place);
    const dataKey = this.#keyring.unwrap(kid, key, what);
    const bytes = (text: string) => Buffer.from(text, "base64url");
    try {
      return decrypt(dataKey, { iv: bytes(iv), tag: bytes(tag), data: bytes(data) }, boundText(place)).toString("utf8");
    } catch {
      // What the cipher says of it tells no more.
      const reason = "it was changed, or belongs to another task, step or column";
      throw new UnreadableValueError({ what, reason, isDamaged: true });
    }
  }

  /** The same value with its data key encrypted under the current key; the value itself is not decrypted. @throws UnreadableValueError */
  rewrap(envelope: Envelope, what: string): Envelope {
    const dataKey = this.#keyring.unwrap(envelope.kid, envelope.key, what);
    return { ...envelope, kid: this.#keyring.currentId, key: this.#keyring.wrap(dataKey) };
  }
}

/** For messages: `results of step charge`. */
export function describePlace({ column, step }: Omit<ValuePlace, "seal">): string {
  return step === null ? "the context of the task" : `${column} of step ${step}`;
}

const boundText = ({ seal, column, step }: ValuePlace) => JSON.stringify([seal, column, step]);
