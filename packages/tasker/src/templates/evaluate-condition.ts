import { PermanentError } from "../errors/index.ts";
import { jsonEquals } from "../json/json-equals.ts";
import type { JsonValue } from "../json/json-value.ts";
import { valueAtPath } from "../json/value-at-path.ts";
import type { Condition, ConditionTest, StepOutcome } from "./condition.ts";

/** What a condition may ask. */
export interface ConditionFacts {
  /** The task's context. */
  readonly context: unknown;
  /** What the steps after it read of a satisfied step. */
  resultsOf(step: string): unknown;
  outcomeOf(step: string): StepOutcome;
  /** What a function of the template says. */
  call(name: string): unknown;
}

/**
 * Whether a condition holds. What is not there counts as null. A number is greater or less than a number, a text (by
 * UTF-16 code units) than a text, and nothing than null.
 * @throws PermanentError for values that cannot be compared, and for a function that gives neither true nor false
 */
export function evaluateCondition(condition: Condition, facts: ConditionFacts): boolean {
  switch (condition.kind) {
    case "all":
      return condition.of.every((part) => evaluateCondition(part, facts));
    case "any":
      return condition.of.some((part) => evaluateCondition(part, facts));
    case "not":
      return !evaluateCondition(condition.of, facts);
    case "function":
      return callFunction(condition.name, facts);
    case "test":
      return test(condition, facts);
  }
}

function callFunction(name: string, facts: ConditionFacts): boolean {
  const answer = facts.call(name);
  if (typeof answer === "boolean") return answer;
  const isPromise = typeof answer === "object" && answer !== null && "then" in answer;
  throw new PermanentError(
    `the condition ${name} returned ${isPromise ? "a promise" : describe(answer)}, expected true or false`,
    { errorCode: "CONDITION_UNANSWERED", context: { function: name, expected: "true or false" } },
  );
}

function test(condition: ConditionTest, facts: ConditionFacts): boolean {
  const { step, path, operator, value } = condition;
  if (operator === "outcome") return facts.outcomeOf(step ?? "") === value;
  const found = (valueAtPath(step === null ? facts.context : facts.resultsOf(step), path ?? "") ?? null) as JsonValue;
  switch (operator) {
    case "equals":
      return jsonEquals(found, value);
    case "not_equals":
      return !jsonEquals(found, value);
    case "in":
      return Array.isArray(value) && value.some((item) => jsonEquals(found, item));
    case "exists":
      return (found !== null) === value;
    case "greater_than":
      return compare(condition, found) > 0;
    case "less_than":
      return compare(condition, found) < 0;
  }
}

/** Less than, equal to or greater than 0, as `found` is to the value; NaN for null. */
function compare(condition: ConditionTest, found: JsonValue): number {
  const { step, path, value } = condition;
  if (found === null) return Number.NaN;
  if (typeof found === "number" && typeof value === "number") return found - value;
  if (typeof found === "string" && typeof value === "string") return found < value ? -1 : Number(found > value);
  const where = `${step === null ? "the context" : `the results of step ${step}`}${path === null ? "" : ` at ${path}`}`;
  const expected = typeof value === "number" ? "a number" : "a text";
  throw new PermanentError(`${where} hold ${describe(found)}, expected ${expected} to compare`, {
    errorCode: "CONDITION_NOT_COMPARABLE",
    context: { step, path, expected },
  });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? "a text" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
