import { UsageError } from "../errors.ts";

/** A name in the forms that generated code has it in. */
export interface GeneratedName {
  /** `OrderAlerts`. */
  readonly pascal: string;
  /** `orderAlerts`. */
  readonly camel: string;
  /** `order-alerts`. */
  readonly kebab: string;
}

/**
 * Reads a name in any of the usual forms: `OrderAlerts`, `order_alerts`, `order-alerts`.
 * @param suffix a last word that may be given and is left out, such as `subscriber`
 * @throws UsageError if it is no such name
 */
export function readGeneratedName(text: string, suffix: string): GeneratedName {
  const words = /^[A-Za-z][A-Za-z0-9_-]*$/.test(text) ? wordsOf(text) : [];
  if (words.length > 1 && words.at(-1) === suffix) words.pop();
  const [first] = words;
  if (first === undefined) {
    throw new UsageError(`the name is '${text}', expected a letter, then letters, digits, - and _`, {
      context: { field: "name", value: text, expected: "a letter, then letters, digits, - and _" },
    });
  }
  const pascal = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join("");
  return { pascal, camel: `${first}${pascal.slice(first.length)}`, kebab: words.join("-") };
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .split(/[-_]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}
