import { HandlerNotFoundError } from "../errors/index.ts";
import { undoName } from "../templates/added-step-name.ts";
import type { CustomEventDefinition } from "../templates/custom-event.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { hintAt } from "../text/nearest-name.ts";
import type { ConditionFunction } from "./condition-function.ts";
import type { HandlerMaker } from "./handler-maker.ts";
import type { HandlesStep } from "./step-handler.ts";
import type { TaskHandler } from "./task-handler.ts";
import type { StartedStep, TaskTemplate } from "./task-template.ts";

/**
 * A template whose handlers are known.
 * @param makers by step name; what undoes a step by the name of that
 * @param customEvents what the classes of handlers declare, by step name
 * @param conditions functions that conditions of steps ask, by their names
 * @param findMaker finds what a task asks for that was started with another definition, by `handler_class`; null: nothing
 */
export function createTaskTemplate(
  definition: TaskDefinition,
  makers: ReadonlyMap<string, HandlerMaker>,
  taskHandler: TaskHandler | null,
  customEvents: ReadonlyMap<string, readonly CustomEventDefinition[]>,
  conditions: ReadonlyMap<string, ConditionFunction>,
  findMaker: (handlerClass: string) => HandlerMaker | null = () => null,
): TaskTemplate {
  const own = new Map<string, StartedStep>();
  for (const step of definition.steps) {
    own.set(step.name, step);
    if (step.compensation !== null) own.set(undoName(step.name), step.compensation);
  }
  return Object.freeze({
    definition,
    taskHandler,
    customEvents,
    conditions,
    createStepHandler(stepName: string, started?: StartedStep): HandlesStep {
      const step = own.get(stepName);
      const isOther = started !== undefined && started.handlerClass !== step?.handlerClass;
      const maker = (isOther ? findMaker(started.handlerClass) : null) ?? makers.get(stepName);
      if (maker !== undefined) return maker((started ?? step)?.handlerConfig ?? null);
      const { namespace, name, version } = definition;
      throw new HandlerNotFoundError(
        `The template ${namespace}.${name}@${version} has no step "${stepName}" (${hintAt(stepName, [...makers.keys()], "steps")})`,
        { context: { namespace, name, version, step: stepName } },
      );
    },
  });
}
