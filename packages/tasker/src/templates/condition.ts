import type { JsonObject, JsonValue } from "../json/json-value.ts";

/** What a test compares with, as YAML writes it. */
export const OPERATORS = ["equals", "not_equals", "in", "greater_than", "less_than", "exists", "outcome"] as const;

/** One of {@link OPERATORS}. */
export type Operator = (typeof OPERATORS)[number];

/**
 * How a satisfied step ended: `complete`, by its handler or by an operator; `skipped`, without its handler; `failed`, with
 * a failure that its policy ignores.
 */
export type StepOutcome = "complete" | "skipped" | "failed";

/** Every {@link StepOutcome}. */
export const STEP_OUTCOMES: readonly StepOutcome[] = ["complete", "skipped", "failed"];

/** Looks at one value: of a step's results or, without a step, of the task's context. */
export interface ConditionTest {
  readonly kind: "test";
  readonly step: string | null;
  /** As for `valueAtPath`. Null: all of the results. */
  readonly path: string | null;
  readonly operator: Operator;
  readonly value: JsonValue;
}

/** Whether a step runs, once all of its parents are satisfied. */
export type Condition =
  | { readonly kind: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  /** Asks a function that the template is bound to. */
  | { readonly kind: "function"; readonly name: string }
  | ConditionTest;

/**
 * The condition that a checked document means.
 * @throws RangeError for one that was not checked
 */
export function conditionFromDocument(document: JsonValue): Condition {
  const { all, any, not, function: name, step, path, ...rest } = asObject(document);
  if (all !== undefined) return { kind: "all", of: asList(all).map(conditionFromDocument) };
  if (any !== undefined) return { kind: "any", of: asList(any).map(conditionFromDocument) };
  if (not !== undefined) return { kind: "not", of: conditionFromDocument(not) };
  if (typeof name === "string") return { kind: "function", name };
  const operator = OPERATORS.find((known) => rest[known] !== undefined);
  if (operator === undefined) throw new RangeError("a condition has no operator");
  const value = rest[operator] ?? null;
  return { kind: "test", step: asName(step), path: asName(path), operator, value };
}

/** The condition as YAML writes it. */
export function conditionToDocument(condition: Condition): JsonObject {
  switch (condition.kind) {
    case "all":
    case "any":
      return { [condition.kind]: condition.of.map(conditionToDocument) };
    case "not":
      return { not: conditionToDocument(condition.of) };
    case "function":
      return { function: condition.name };
    case "test": {
      const { step, path, operator, value } = condition;
      return { ...(step === null ? {} : { step }), ...(path === null ? {} : { path }), [operator]: value };
    }
  }
}

/** Names of the functions that a condition asks. */
export function functionsIn(condition: Condition): string[] {
  switch (condition.kind) {
    case "all":
    case "any":
      return condition.of.flatMap(functionsIn);
    case "not":
      return functionsIn(condition.of);
    case "function":
      return [condition.name];
    case "test":
      return [];
  }
}

function asObject(value: JsonValue): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RangeError("a condition is not a mapping");
  }
  return value as JsonObject;
}

function asList(value: JsonValue): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new RangeError("the parts of a condition are not a list");
  return value;
}

function asName(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
