import type { JsonValue } from "../../json/json-value.ts";
import { maskPath, REDACTED } from "../../secrets/mask-path.ts";

/** Headers that carry secrets as a rule, in lower case. */
export const SECRET_HEADERS: readonly string[] = [
  "api-key",
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  "x-api-key",
  "x-auth-token",
  "x-csrf-token",
];

/** What is masked in what is stored of requests and responses. */
export class Redaction {
  readonly #headers: ReadonlySet<string>;
  readonly #paths: readonly (readonly string[])[];

  /**
   * @param headers names besides {@link SECRET_HEADERS}, in any case
   * @param paths places in JSON bodies, such as `card.number`, `items.*.token` (each member) or `**.password` (at any depth)
   */
  constructor(headers: readonly string[] = [], paths: readonly string[] = []) {
    this.#headers = new Set([...SECRET_HEADERS, ...headers.map((name) => name.toLowerCase())]);
    this.#paths = paths.map((path) => path.split("."));
  }

  /** The names of headers that are masked, in lower case. */
  get headerNames(): readonly string[] {
    return [...this.#headers];
  }

  /** A copy of the headers, names in lower case. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, this.#headers.has(name.toLowerCase()) ? REDACTED : value]),
    );
  }

  /** A copy of a JSON value without what the paths lead to. A text that is no JSON cannot be searched: it is masked as a whole. */
  body(value: JsonValue): JsonValue {
    if (this.#paths.length === 0) return value;
    if (typeof value === "string") return REDACTED;
    return this.#paths.reduce<JsonValue>((masked, path) => maskPath(masked, path), value);
  }
}
