/** Shortest value that is masked: shorter ones are found in texts that have nothing to do with them. */
const LEAST_LENGTH = 8;
/** Most values that are remembered; the oldest are forgotten first. */
const MOST_VALUES = 1_000;
/** Deepest level of facts that is looked at. */
const MOST_LEVELS = 10;

/** What stands in the place of a secret. */
export const HIDDEN = "[secret]";

/**
 * Values that references have led to, so that texts for people can be had without them. A value is found where it stands as it
 * is, or as JSON writes it; one of fewer than 8 characters is not remembered.
 */
export class KnownSecrets {
  /** Values in the order in which they were used last. */
  readonly #values = new Set<string>();
  /** Those, the longest first, so that of a value that holds another one nothing remains; null: to be sorted anew. */
  #sorted: readonly string[] | null = null;

  add(value: string): void {
    if (value.length < LEAST_LENGTH) return;
    this.#sorted = null;
    for (const text of new Set([value, JSON.stringify(value).slice(1, -1)])) {
      this.#values.delete(text);
      this.#values.add(text);
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= MOST_VALUES) return;
      this.#values.delete(oldest);
    }
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** The text with `[secret]` in the place of each known value. */
  mask(text: string): string {
    let masked = text;
    this.#sorted ??= [...this.#values].sort((a, b) => b.length - a.length);
    for (const value of this.#sorted) {
      if (masked.includes(value)) masked = masked.replaceAll(value, HIDDEN);
    }
    return masked;
  }

  /** Facts with the texts in them masked; errors become errors of the same name. What holds no secret stays as it is. */
  maskFacts(facts: unknown, level = 0): unknown {
    if (this.isEmpty) return facts;
    if (typeof facts === "string") return this.mask(facts);
    if (typeof facts !== "object" || facts === null || level === MOST_LEVELS) return facts;
    if (facts instanceof Error) return this.#maskError(facts, level);
    if (Array.isArray(facts))
      return sameOr(
        facts,
        facts.map((item) => this.maskFacts(item, level + 1)),
      );
    const prototype: unknown = Object.getPrototypeOf(facts);
    if (prototype !== Object.prototype && prototype !== null) return facts;
    const entries = Object.entries(facts);
    const masked = entries.map(([key, value]) => [key, this.maskFacts(value, level + 1)] as const);
    return masked.every(([, value], place) => value === entries[place]?.[1]) ? facts : Object.fromEntries(masked);
  }

  #maskError(error: Error, level: number): Error {
    const stack = error.stack ?? "";
    const own = Object.entries(error).map(([key, value]) => [key, this.maskFacts(value, level + 1)] as const);
    const cause = this.maskFacts(error.cause, level + 1);
    const isClean =
      this.mask(error.message) === error.message &&
      this.mask(stack) === stack &&
      cause === error.cause &&
      own.every(([key, value]) => value === Reflect.get(error, key));
    if (isClean) return error;
    const copy = new Error(this.mask(error.message), cause === undefined ? undefined : { cause });
    return Object.assign(copy, Object.fromEntries(own), { name: error.name, stack: this.mask(stack) });
  }
}

function sameOr(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, place) => item === before[place]) ? before : after;
}
