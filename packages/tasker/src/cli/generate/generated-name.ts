import { UsageError } from "../errors.ts";

/** A name in the forms that generated code has it in. */
export interface GeneratedName {
  /** `OrderAlerts`. */
  readonly pascal: string;
  /** `orderAlerts`. */
  readonly camel: string;
  /** `order-alerts`. */
  readonly kebab: string;
  /** `order_alerts`. */
  readonly snake: string;
}

const EXPECTED = "a letter, then letters, digits, - and _";

/**
 * Reads a name in any of the usual forms: `OrderAlerts`, `order_alerts`, `order-alerts`.
 * @param suffix a last word that may be given and is left out, such as `subscriber`
 * @param field what the name is of, for messages
 * @throws UsageError if it is no such name
 */
export function readGeneratedName(text: string, suffix: string, field = "the name"): GeneratedName {
  const words = /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) ? wordsOf(text) : [];
  if (words.length > 1 && words.at(-1) === suffix) words.pop();
  const [first] = words;
  if (first === undefined) {
    throw new UsageError(`${field} is '${text}', expected ${EXPECTED}`, {
      context: { field, value: text, expected: EXPECTED },
    });
  }
  const pascal = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join("");
  return { pascal, camel: `${first}${pascal.slice(first.length)}`, kebab: words.join("-"), snake: words.join("_") };
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .split(/[-_]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}
