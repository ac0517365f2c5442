/** A JSON value that is kept as the text it is stored as, and parsed when somebody reads it. */
export class StoredJson {
  /** A function that finds it, until somebody reads it. */
  #text: string | (() => string);
  #value: unknown;
  #parsed = false;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * A value whose text is found when somebody first reads it.
   * @param find may throw: then whoever reads it gets the error
   */
  static late(find: () => string): StoredJson {
    const json = new StoredJson("");
    json.#text = find;
    return json;
  }

  /** The JSON text. */
  get text(): string {
    if (typeof this.#text === "function") this.#text = this.#text();
    return this.#text;
  }

  /** Itself if it can be read, else an empty object. */
  get orEmpty(): StoredJson {
    if (typeof this.#text === "string") return this;
    try {
      this.#text = this.#text();
      return this;
    } catch {
      // whoever needs the value itself gets the error
      return EMPTY_OBJECT;
    }
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
