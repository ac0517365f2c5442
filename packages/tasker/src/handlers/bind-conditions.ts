import { HandlerNotFoundError, InvalidRequestError } from "../errors/index.ts";
import { functionsIn } from "../templates/condition.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { hintAt } from "../text/nearest-name.ts";
import type { ConditionFunction } from "./condition-function.ts";

/**
 * Finds the functions that the conditions of a definition's steps ask.
 * @param given what functions are looked up in, by their names
 * @throws HandlerNotFoundError if one is missing, with the nearest name
 * @throws InvalidRequestError if what is there is no function
 */
export function bindConditions(
  { steps }: TaskDefinition,
  given: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, ConditionFunction> {
  const conditions = new Map<string, ConditionFunction>();
  for (const { name: step, runIf } of steps) {
    for (const name of runIf === null ? [] : functionsIn(runIf)) {
      const found = Object.hasOwn(given, name) ? given[name] : undefined;
      if (found === undefined) {
        throw new HandlerNotFoundError(
          `step "${step}": found no function ${name} for its run_if, expected it among the handlers given (${hintAt(name, Object.keys(given), "handlers")})`,
          { context: { step, function: name } },
        );
      }
      if (!isCondition(found)) {
        throw new InvalidRequestError(`step "${step}": ${name} in its run_if is no function`, {
          context: { field: "run_if.function", value: name, expected: "a function (task, sequence) => boolean" },
        });
      }
      conditions.set(name, found);
    }
  }
  return conditions;
}

function isCondition(value: unknown): value is ConditionFunction {
  return typeof value === "function";
}
