import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { maskPath } from "./mask-path.ts";

/** What a path begins with. */
const SUBJECTS = ["context", "inputs", "results", "error"] as const;
type Subject = (typeof SUBJECTS)[number];

/** What a redacted path looks like, for messages. */
export const REDACTED_PATH_EXPECTED =
  "context.KEYS, inputs.STEP.KEYS, results.STEP.KEYS or error.KEYS, such as results.*.token";

/** Whether a text is a path that can be redacted. */
export function isRedactedPath(path: string): boolean {
  const keys = path.split(".");
  return SUBJECTS.some((subject) => subject === keys[0]) && keys.every((key) => key !== "");
}

/** What of an error can be redacted. Its class and code stay: decisions are made by them. */
export interface RedactedError {
  readonly message: string;
  readonly backtrace: string;
  readonly details: JsonValue;
}

/**
 * Hides values by their places: `context.card.number`, `inputs.STEP.iban`, `results.STEP.token`, `error.message`. `*` is every
 * member, or every step; `**` any number of levels.
 */
export class Redaction {
  readonly #paths: ReadonlyMap<Subject, readonly (readonly string[])[]>;

  /** @param paths each as {@link isRedactedPath} has it; others are left out */
  constructor(paths: readonly string[]) {
    const split = paths.filter(isRedactedPath).map((path) => path.split("."));
    const of = (subject: Subject) => split.filter(([first]) => first === subject).map(([, ...keys]) => keys);
    this.#paths = new Map(SUBJECTS.map((subject) => [subject, of(subject)]));
  }

  context(value: JsonValue): JsonValue {
    return maskAll(value, this.#of("context"));
  }

  /** @param step name of the step in its definition */
  inputs(step: string, value: JsonValue): JsonValue {
    return maskAll(value, this.#ofStep("inputs", step));
  }

  /** @param step name of the step in its definition */
  results(step: string, value: JsonValue): JsonValue {
    return maskAll(value, this.#ofStep("results", step));
  }

  /** Whether there is anything to hide in results of a step. */
  hidesResults(step: string): boolean {
    return this.#ofStep("results", step).length > 0;
  }

  error(error: RedactedError): RedactedError {
    const paths = this.#of("error");
    if (paths.length === 0) return error;
    const whole: JsonValue = { message: error.message, backtrace: error.backtrace, details: error.details };
    // A path to the whole error means each part of it.
    const masked = maskAll(
      whole,
      paths.map((path) => (path.length === 0 ? ["*"] : path)),
    ) as JsonObject;
    const { message = "", backtrace = "", details = null } = masked;
    return { message: String(message), backtrace: String(backtrace), details: error.details === null ? null : details };
  }

  #of(subject: Subject): readonly (readonly string[])[] {
    return this.#paths.get(subject) ?? [];
  }

  #ofStep(subject: Subject, step: string): readonly (readonly string[])[] {
    return this.#of(subject).flatMap(([first, ...rest]) => {
      if (first === "**") return [[first, ...rest]];
      return first === undefined || first === "*" || first === step ? [rest] : [];
    });
  }
}

function maskAll(value: JsonValue, paths: readonly (readonly string[])[]): JsonValue {
  return paths.reduce<JsonValue>(maskPath, value);
}
