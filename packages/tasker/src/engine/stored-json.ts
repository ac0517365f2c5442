/** A JSON value that is kept as the text it is stored as, and parsed when somebody reads it. */
export class StoredJson {
  readonly text: string;
  #value: unknown;
  #parsed = false;

  constructor(text: string) {
    this.text = text;
  }

  /** From a value that the database has parsed already. */
  static of(value: unknown): StoredJson {
    return new StoredJson(JSON.stringify(value ?? null));
  }

  /** The value, frozen: the same object at each call, for all who read it. */
  get value(): unknown {
    if (!this.#parsed) {
      this.#value = freeze(JSON.parse(this.text));
      this.#parsed = true;
    }
    return this.#value;
  }

  /** The value as an object of its own, which its reader may change. */
  copy(): unknown {
    return JSON.parse(this.text);
  }
}

/** What a step holds before anything was stored. */
export const EMPTY_OBJECT = new StoredJson("{}");

/** Freezes a JSON value and everything in it. Its depth is bounded by what the encoder lets through. */
function freeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
