import { SecretReferenceError } from "../errors/index.ts";

/** A reference to a value that is kept elsewhere. */
export interface Reference {
  readonly kind: "env" | "file";
  /** Name of a variable, or path of a file. */
  readonly name: string;
  /** What stands for a variable that is not set or a file that is not there; null: that is an error. */
  readonly fallback: string | null;
  /** As it is written. */
  readonly text: string;
}

/** Finds the value of a reference; null if there is none. */
export type LookUp = (reference: Reference) => string | null;

/** `$${env:` stands for `${env:`; a name ends at `:-`, after which a default stands, or at the brace. */
const REFERENCE = /\$\$\{(?=env:|file:)|\$\{(env|file):((?:(?!:-)[^}])*)(?::-([^}]*))?\}|\$\{(?:env|file):[^}]*$/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a text may hold references, or escaped ones. */
export const mayRefer = (text: string): boolean => text.includes("${env:") || text.includes("${file:");

/** Whether a text is one reference without a default and nothing else: it tells nothing. */
export const isBareReference = (text: string): boolean => /^\$\{(?:env|file):(?:(?!:-)[^}])+\}$/.test(text);

/** Whether a text is one reference and nothing else, with or without a default. */
export const isReference = (text: string): boolean => /^\$\{(?:env|file):[^}]+\}$/.test(text);

/** Whether a JSON value, or anything in it, may hold references. Keys are not looked at. */
export function holdsReferences(value: unknown): boolean {
  if (typeof value === "string") return mayRefer(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsReferences);
}

/**
 * A text with the values of its references in their places.
 * @param place where the text stands, for messages
 * @throws SecretReferenceError for a reference that leads to nothing and has no default, and for one that is malformed
 */
export function resolveText(text: string, lookUp: LookUp, place: string): string {
  if (!mayRefer(text)) return text;
  return text.replace(REFERENCE, (found: string, kind?: "env" | "file", name = "", fallback?: string) => {
    if (found === "$${") return "${";
    if (kind === undefined || name === "" || (kind === "env" && !VARIABLE.test(name))) {
      const expected = `\${env:NAME}, \${file:PATH}, or one of them with a default: \${env:NAME:-default}`;
      throw new SecretReferenceError(`${place}: found ${found}, expected ${expected}`, {
        context: { place, reference: found, expected },
      });
    }
    const reference = { kind, name, fallback: fallback ?? null, text: found };
    const value = lookUp(reference) ?? reference.fallback;
    if (value !== null) return value;
    const missing = kind === "env" ? `the variable ${name} is not set` : `the file ${name} cannot be read`;
    throw new SecretReferenceError(`${place}: ${found} leads to nothing: ${missing}, and there is no default`, {
      context: { place, reference: found, reason: missing },
    });
  });
}

/**
 * A JSON value with the values of references in the texts of it; itself if it has none.
 * @param place where it stands; of a text within it the message has the keys as well
 * @throws SecretReferenceError, as {@link resolveText}
 */
export function resolveReferences(value: unknown, lookUp: LookUp, place: string): unknown {
  if (!holdsReferences(value)) return value;
  if (typeof value === "string") return resolveText(value, lookUp, place);
  if (Array.isArray(value)) return value.map((item, index) => resolveReferences(item, lookUp, `${place}[${index}]`));
  const members = Object.entries(Object(value));
  return Object.fromEntries(
    members.map(([key, member]) => [key, resolveReferences(member, lookUp, `${place}.${key}`)]),
  );
}
