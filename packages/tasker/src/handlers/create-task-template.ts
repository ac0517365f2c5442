import { HandlerNotFoundError } from "../errors/index.ts";
import type { JsonObject } from "../json/json-value.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { hintAt } from "../text/nearest-name.ts";
import type { ConditionFunction } from "./condition-function.ts";
import type { CustomEventDeclaration } from "./custom-events.ts";
import type { HandlerMaker } from "./handler-maker.ts";
import type { HandlesStep } from "./step-handler.ts";
import type { TaskHandler } from "./task-handler.ts";
import type { TaskTemplate } from "./task-template.ts";

/**
 * A template whose handlers are known.
 * @param makers by step name
 * @param customEvents what the classes of handlers declare, by step name
 * @param conditions functions that conditions of steps ask, by their names
 */
export function createTaskTemplate(
  definition: TaskDefinition,
  makers: ReadonlyMap<string, HandlerMaker>,
  taskHandler: TaskHandler | null,
  customEvents: ReadonlyMap<string, readonly CustomEventDeclaration[]>,
  conditions: ReadonlyMap<string, ConditionFunction>,
): TaskTemplate {
  const configs = new Map<string, JsonObject | null>(definition.steps.map((step) => [step.name, step.handlerConfig]));
  return Object.freeze({
    definition,
    taskHandler,
    customEvents,
    conditions,
    createStepHandler(stepName: string): HandlesStep {
      const maker = makers.get(stepName);
      if (maker !== undefined) return maker(configs.get(stepName) ?? null);
      const { namespace, name, version } = definition;
      throw new HandlerNotFoundError(
        `The template ${namespace}.${name}@${version} has no step "${stepName}" (${hintAt(stepName, [...makers.keys()], "steps")})`,
        { context: { namespace, name, version, step: stepName } },
      );
    },
  });
}
