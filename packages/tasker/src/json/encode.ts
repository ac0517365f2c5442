import { type TaskerError, UnencodableValueError, ValueTooLargeError } from "../errors/index.ts";
import { utf8Length } from "../text/utf8-length.ts";

/** Options of {@link encodeJson}. */
export interface EncodeJsonOptions {
  /** Largest result in bytes of UTF-8. */
  readonly maxBytes: number;
  /** What is encoded, for messages: `results of step charge`. */
  readonly what: string;
}

/** Deepest nesting of arrays and objects. Bounds the recursion below, and that of whoever parses the text. */
const DEEPEST_LEVEL = 500;

/**
 * The size of a value that is too large is measured up to this multiple of the limit, so that a value that refers to
 * its parts many times over is refused before its text fills the memory.
 */
const MEASURED_EXCESS = 4;

/** Nothing that JSON escapes or that is refused; the common case of keys and short texts. */
const PLAIN_TEXT = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
const LONGEST_PLAIN_TEXT = 64;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LONGEST_KEY_SHOWN = 80;

function describeKey(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** The value that a wrapper object such as `new Number(1)` stands for; any other object is returned as it is. */
function unwrap(value: object): unknown {
  return value instanceof Number || value instanceof String || value instanceof Boolean ? value.valueOf() : value;
}

/** One run of {@link encodeJson}. */
class JsonEncoder {
  readonly #options: EncodeJsonOptions;
  readonly #mostUnits: number;
  #text = "";
  /** Number of containers that are open; the path and the containers of the value being written go this far. */
  #depth = 0;
  readonly #path: (string | number)[] = [];
  readonly #open: object[] = [];
  #failure: TaskerError | null = null;

  constructor(options: EncodeJsonOptions) {
    this.#options = options;
    this.#mostUnits = options.maxBytes * MEASURED_EXCESS;
  }

  encode(value: unknown): string {
    try {
      this.#write(this.#resolve(value, ""));
    } catch (error) {
      if (error === this.#failure) throw error;
      this.#refuse("throws when it is read", error);
    }
    const { maxBytes } = this.#options;
    // No unit of UTF-16 takes more than 3 bytes, so most texts need not be measured.
    if (this.#text.length * 3 > maxBytes) {
      const bytes = utf8Length(this.#text);
      if (bytes > maxBytes) this.#refuseSize(bytes, `has ${bytes} bytes`);
    }
    return this.#text;
  }

  /** What JSON is to show for a value: the result of its `toJSON`, or the value itself. */
  #resolve(value: unknown, key: string): unknown {
    if (typeof value !== "object" || value === null) return value;
    if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON(key);
    return value;
  }

  #write(value: unknown): void {
    if (typeof value === "string") this.#writeText(value);
    else if (typeof value === "number") this.#writeNumber(value);
    else if (typeof value === "boolean") this.#text += value ? "true" : "false";
    else if (value === null || value === undefined) this.#text += "null";
    else if (typeof value !== "object") this.#refuse(`is a ${typeof value}`);
    else this.#writeObject(value);
  }

  #writeNumber(value: number): void {
    if (!Number.isFinite(value)) this.#refuse(`is ${value}`);
    this.#text += value;
  }

  #writeText(text: string): void {
    if (text.length <= LONGEST_PLAIN_TEXT && PLAIN_TEXT.test(text)) {
      this.#text += `"${text}"`;
      return;
    }
    if (text.includes("\0")) this.#refuse("contains U+0000");
    if (!text.isWellFormed()) this.#refuse("contains a lone surrogate");
    this.#text += JSON.stringify(text);
  }

  #writeObject(container: object): void {
    const value = unwrap(container);
    if (typeof value !== "object" || value === null) {
      this.#write(value);
      return;
    }
    this.#open[this.#depth] = value;
    if (this.#depth === DEEPEST_LEVEL) {
      this.#refuseCycle(this.#depth + 1);
      this.#refuse(`is nested deeper than ${DEEPEST_LEVEL} levels`);
    }
    this.#depth++;
    if (Array.isArray(value)) this.#writeElements(value);
    else this.#writeMembers(value as Readonly<Record<string, unknown>>);
    this.#depth--;
  }

  #writeElements(elements: readonly unknown[]): void {
    const level = this.#depth - 1;
    this.#text += "[";
    for (let index = 0; index < elements.length; index++) {
      this.#path[level] = index;
      const element = this.#resolve(elements[index], String(index));
      if (index > 0) this.#text += ",";
      this.#write(element);
      this.#checkUnits();
    }
    this.#text += "]";
  }

  #writeMembers(members: Readonly<Record<string, unknown>>): void {
    const level = this.#depth - 1;
    let separator = "{";
    for (const key of Object.keys(members)) {
      this.#path[level] = key;
      const member = this.#resolve(members[key], key);
      if (member === undefined) continue;
      this.#text += separator;
      separator = ",";
      this.#writeText(key);
      this.#text += ":";
      this.#write(member);
      this.#checkUnits();
    }
    this.#text += separator === "{" ? "{}" : "}";
  }

  #checkUnits(): void {
    if (this.#text.length <= this.#mostUnits) return;
    this.#refuseCycle(this.#depth);
    const bytes = utf8Length(this.#text);
    this.#refuseSize(bytes, `has more than ${bytes} bytes`);
  }

  /**
   * Refuses a container that is open twice, at the place where it first came again. Looked for only where a cycle must
   * end, at the deepest level or the greatest size: at each container it would cost more than all else.
   */
  #refuseCycle(depth: number): void {
    const places = new Map<object, number>();
    for (const [place, container] of this.#open.slice(0, depth).entries()) {
      const first = places.get(container);
      if (first !== undefined) {
        this.#depth = place;
        this.#refuse(`refers back to ${this.#describePath(first)}`);
      }
      places.set(container, place);
    }
  }

  #describePath(length: number): string {
    const keys = this.#path
      .slice(0, length)
      .map((key) => (typeof key === "string" ? key.slice(0, LONGEST_KEY_SHOWN) : key));
    return `$${keys.map(describeKey).join("")}`;
  }

  #refuse(reason: string, cause?: unknown): never {
    const path = this.#describePath(this.#depth);
    this.#failure = new UnencodableValueError(`${this.#options.what} cannot be stored as JSON: ${path} ${reason}`, {
      context: { path, reason },
      cause,
    });
    throw this.#failure;
  }

  #refuseSize(bytes: number, size: string): never {
    const limit = this.#options.maxBytes;
    this.#failure = new ValueTooLargeError(`${this.#options.what} ${size} of JSON, expected at most ${limit}`, {
      context: { bytes, limit },
    });
    throw this.#failure;
  }
}

/**
 * Encodes a value as JSON text that PostgreSQL's jsonb accepts and gives back as it was. As `JSON.stringify`, except
 * that what that function drops or distorts in silence is refused, and that a value without JSON form (`undefined`) is
 * `null` at the top. Members that are undefined are left out; `toJSON` is called, and each property read, once.
 * @throws UnencodableValueError with `path` (such as `$.items[3].price`) and `reason` in its context, for U+0000 and lone
 *   surrogates in texts and keys, cycles, BigInt, NaN and infinities, functions, symbols, more than 500 levels of arrays
 *   and objects, and for what `toJSON` or a getter throws (its `cause`)
 * @throws ValueTooLargeError with `bytes` (of UTF-8) and `limit` in its context. A value of more than four times the
 *   limit is not encoded to its end; `bytes` is then a lower bound
 */
export function encodeJson(value: unknown, options: EncodeJsonOptions): string {
  return new JsonEncoder(options).encode(value);
}
