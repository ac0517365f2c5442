import type { JsonValue } from "../json/json-value.ts";
import type { StepOutcome } from "../templates/condition.ts";

/** What is looked at: the results of a step before, all of them or what a path leads to, or the context. */
type Subject<Names extends string> =
  | { readonly step: Names; readonly path?: string }
  | { readonly step?: never; readonly path: string };

/** What it is compared with; what is not there counts as null. */
type Comparison =
  | { readonly equals: JsonValue }
  | { readonly notEquals: JsonValue }
  | { readonly in: readonly JsonValue[] }
  /** A number above this one, or a text after this one. */
  | { readonly greaterThan: number | string }
  | { readonly lessThan: number | string }
  /** Whether it is there and not null. */
  | { readonly exists: boolean };

/**
 * Whether a step runs, as data.
 * @typeParam Names of the steps before it
 */
export type ConditionSettings<Names extends string = string> =
  | { readonly all: readonly ConditionSettings<Names>[] }
  | { readonly any: readonly ConditionSettings<Names>[] }
  | { readonly not: ConditionSettings<Names> }
  | { readonly step: Names; readonly outcome: StepOutcome }
  | (Subject<Names> & Comparison);

const KEYS: Readonly<Record<string, string>> = {
  notEquals: "not_equals",
  greaterThan: "greater_than",
  lessThan: "less_than",
};

/** The condition in the keys of YAML, for the checks that every template passes. */
export function conditionSettingsToDocument(settings: unknown): unknown {
  if (typeof settings !== "object" || settings === null || Array.isArray(settings)) return settings;
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      if (value === undefined) return [];
      if (key === "not") return [[key, conditionSettingsToDocument(value)]];
      if ((key === "all" || key === "any") && Array.isArray(value))
        return [[key, value.map(conditionSettingsToDocument)]];
      return [[KEYS[key] ?? key, value]];
    }),
  );
}
