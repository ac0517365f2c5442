import type { LogLevel } from "../../config/log-level.ts";
import { fieldName, MOST_NAMES, OWN_FIELDS } from "./log-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What {@link PlainLines} writes besides what it is told. */
export interface PlainLinesSettings {
  /** Fields of every line, after `level` and `timestamp`. */
  readonly base: Fields;
  /** Paths of fields that are masked. */
  readonly masked: readonly string[];
  /** As of `LogParts`. */
  readonly context: (() => Fields | undefined) | undefined;
}

/** What must be escaped in a JSON text: quotes, backslashes, control characters; and halves of characters. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/**
 * Lines of texts, lists of texts, numbers and truth values under names that are fields as they are, none of which is masked: most lines, those
 * of events among them. They are put together at once; all others are left to pino, which writes the same for these.
 */
export class PlainLines {
  readonly #base: string;
  readonly #masked: ReadonlySet<string>;
  readonly #context: PlainLinesSettings["context"];
  /** What comes before the value of a field; null for names that are left to pino. */
  readonly #starts = new Map<string, string | null>();
  #at = 0;
  #timestamp = "";

  private constructor({ base, context }: PlainLinesSettings, masked: ReadonlySet<string>) {
    this.#base = JSON.stringify(base).slice(1, -1);
    this.#context = context;
    this.#masked = masked;
  }

  /** Null if every line has to be left to pino: what is masked could be anywhere. */
  static open(settings: PlainLinesSettings): PlainLines | null {
    const masked = new Set(settings.masked.map((path) => path.split(/[.[]/, 1)[0] ?? ""));
    return masked.has("*") || OWN_FIELDS.some((name) => masked.has(name)) ? null : new PlainLines(settings, masked);
  }

  /** A line with its end; null if it is to be left to pino. */
  line(level: LogLevel, facts: Fields, message: string): string | null {
    if (facts instanceof Error) return null;
    let line = `{"level":"${level}","timestamp":"${this.#now()}",${this.#base}`;
    const context = this.#context?.();
    for (const key in context) {
      if (Object.hasOwn(facts, key)) continue;
      const text = this.#field(key, context[key]);
      if (text === null) return null;
      line += text;
    }
    for (const key in facts) {
      const text = this.#field(key, facts[key]);
      if (text === null) return null;
      line += text;
    }
    return `${line},"message":${quoted(message)}}\n`;
  }

  #field(key: string, value: unknown): string | null {
    const start = this.#starts.get(key) ?? this.#startOf(key);
    if (start === null) return null;
    switch (typeof value) {
      case "string":
        return start + quoted(value);
      case "number":
        return start + (Number.isFinite(value) ? value : null);
      case "boolean":
        return start + value;
      default:
        if (value === undefined) return "";
        if (value === null) return `${start}null`;
        return isListOfTexts(value) ? start + JSON.stringify(value) : null;
    }
  }

  #startOf(key: string): string | null {
    const start = fieldName(key) === key && !this.#masked.has(key) ? `,${JSON.stringify(key)}:` : null;
    if (this.#starts.size < MOST_NAMES) this.#starts.set(key, start);
    return start;
  }

  #now(): string {
    const now = Date.now();
    if (now !== this.#at) {
      this.#at = now;
      this.#timestamp = new Date(now).toISOString();
    }
    return this.#timestamp;
  }
}

const isListOfTexts = (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string");

function quoted(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}
