import { z } from "zod";
import { TaskerError } from "../errors/index.ts";
import { encodeJson } from "../json/encode.ts";
import { textDefect } from "../text/text-defect.ts";

const LARGEST_INT4 = 2_147_483_647;
/** Largest JSON document that a model stores, in bytes; what the engine allows for a context or a result by default. */
const LARGEST_DOCUMENT = 1_000_000;
/** First instant that PostgreSQL's `timestamp` holds, in milliseconds: 1 January 4713 BC by the Julian calendar. */
const EARLIEST = Date.UTC(-4713, 10, 24);
/** Last instant of a `Date`, which is stored as `infinity`. */
const LATEST = 8.64e15;

/** A text that can be stored, of at most `longest` characters. */
export function text(longest = Number.POSITIVE_INFINITY) {
  return z
    .string({ error: "a text" })
    .refine((value) => [...value].length <= longest, { error: `at most ${longest} characters` })
    .refine((value) => textDefect(value) === null, { error: "a text without U+0000 and halves of surrogate pairs" });
}

/** As {@link text}, and not blank. Surrounding spaces are kept. */
export function presentText(longest = Number.POSITIVE_INFINITY) {
  return text(longest).refine((value) => value.trim() !== "", { error: "a text that is not blank" });
}

/** An integer that fits a column of 32 bits. */
export function integer(smallest = -LARGEST_INT4 - 1) {
  const rule = { error: `a whole number from ${smallest} to ${LARGEST_INT4}` };
  return z.int(rule).min(smallest, rule).max(LARGEST_INT4, rule);
}

/** The key of another record, which a column of this type holds. */
export function key(column: "int4" | "int8" = "int8") {
  const rule = { error: "the id of an existing record, a whole number of 1 or more" };
  return z
    .int(rule)
    .min(1, rule)
    .max(column === "int4" ? LARGEST_INT4 : Number.MAX_SAFE_INTEGER, rule);
}

/** A list of texts that can be stored; the parsed output is its JSON text. */
export function textList(what: string) {
  return z.array(text(), { error: "a list of texts" }).transform(encode(what));
}

/** A moment that a column holds as a finite timestamp. */
export function moment() {
  return z.date({ error: "a valid Date" }).refine((date) => date.getTime() >= EARLIEST && date.getTime() < LATEST, {
    error: "a Date that PostgreSQL holds: from 24 November 4714 BC to before the last one of JavaScript",
  });
}

/** Any JSON value; the parsed output is its text. Null stays SQL's NULL. */
export function document(what: string) {
  return z.unknown().transform(encode(what));
}

/** A JSON object; the parsed output is its text. */
export function objectDocument(what: string) {
  return z.unknown().refine(isPlainObject, { error: "a JSON object" }).pipe(document(what));
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function encode(what: string) {
  return (value: unknown, context: z.RefinementCtx): string | null => {
    if (value === null || value === undefined) return null;
    try {
      return encodeJson(value, { maxBytes: LARGEST_DOCUMENT, what });
    } catch (error) {
      if (!(error instanceof TaskerError)) throw error;
      context.addIssue({ code: "custom", message: `a JSON value that can be stored: ${error.message}` });
      return z.NEVER;
    }
  };
}
