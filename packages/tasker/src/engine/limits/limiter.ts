import { createHash } from "node:crypto";
import type { JsonValue } from "../../json/json-value.ts";
import { toCanonicalJson } from "../../templates/canonical-json.ts";
import type { Limit } from "../../templates/limit.ts";

/** What a limiter counts: executions of a handler, of the steps that share a name, of one step, or towards an external system. */
export type LimiterKind = "handler" | "name" | "step" | "system";

/** Longest value of a key that is stored as it is; a longer one is stored as its hash. */
const LONGEST_KEY = 64;

/** A limiter under which a step runs, with the numbers that this step is held to. */
export interface Demand extends Pick<Limit, "concurrency" | "rate"> {
  /** The limiter: what is counted together. */
  readonly limiter: string;
  /** The limiter for readers: its kind, its name, and its key's value if it has one. */
  readonly label: string;
}

/**
 * Identifies a limiter, in all processes: a JSON array of namespace, kind, name and, for one that has a key, the text of the
 * key's value. Tasks in which nothing stands at the key's path share the limiter of null.
 */
export function limiterId(
  namespace: string,
  kind: LimiterKind,
  name: string,
  key: { readonly value: unknown } | null,
): string {
  return JSON.stringify([namespace, kind, name, ...(key === null ? [] : [keyText(key.value)])]);
}

/**
 * The value of a key as text: a number and the text of that number are the same, and so are objects that differ in the order
 * of their keys. Null for null and for nothing.
 */
export function keyText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === "object" ? toCanonicalJson(value as JsonValue) : String(value);
  return text.length <= LONGEST_KEY ? text : `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** The stricter of two demands on one limiter, number by number; of two rates the one with fewer starts a second. */
export function stricterDemand(a: Demand, b: Demand): Demand {
  const numbers = [a.concurrency, b.concurrency].filter((one) => one !== null);
  const rates = [a.rate, b.rate].filter((one) => one !== null);
  return {
    ...a,
    concurrency: numbers.length === 0 ? null : Math.min(...numbers),
    rate: rates.sort((one, other) => one.count / one.perSeconds - other.count / other.perSeconds)[0] ?? null,
  };
}
