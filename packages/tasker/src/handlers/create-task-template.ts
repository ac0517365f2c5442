import { HandlerNotFoundError } from "../errors/index.ts";
import { undoName } from "../templates/added-step-name.ts";
import type { CustomEventDefinition } from "../templates/custom-event.ts";
import type { TaskDefinition } from "../templates/definition.ts";
import { hintAt } from "../text/nearest-name.ts";
import type { ConditionFunction } from "./condition-function.ts";
import type { HandlerMaker } from "./handler-maker.ts";
import { declaredQueues } from "./remote-steps.ts";
import type { HandlesStep } from "./step-handler.ts";
import type { TaskHandler } from "./task-handler.ts";
import type { StartedStep, TaskTemplate } from "./task-template.ts";

/** The code of a template, and where else it is. */
export interface TemplateCode {
  /** By step name; what undoes a step by the name of that. */
  readonly makers: ReadonlyMap<string, HandlerMaker>;
  readonly taskHandler: TaskHandler | null;
  /** What the classes of handlers declare, by step name. */
  readonly customEvents: ReadonlyMap<string, readonly CustomEventDefinition[]>;
  /** Functions that conditions of steps ask, by their names. */
  readonly conditions: ReadonlyMap<string, ConditionFunction>;
  /** Finds what a task asks for that was started with another definition, by `handler_class`. Default: nothing. */
  readonly findMaker?: (handlerClass: string) => HandlerMaker | null;
  /** The queues of the steps that workers run, by the names of steps and of what undoes them. */
  readonly queues: ReadonlyMap<string, string>;
}

/** A template whose handlers are known. */
export function createTaskTemplate(definition: TaskDefinition, code: TemplateCode): TaskTemplate {
  const { makers, taskHandler, customEvents, conditions, findMaker = () => null, queues } = code;
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
    remoteQueues: queues,
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

/** A template of which no code is known here: enough for reading tasks, and for submitting one. */
export function bindDefinition(definition: TaskDefinition): TaskTemplate {
  const none = { makers: new Map(), taskHandler: null, customEvents: new Map(), conditions: new Map() };
  return createTaskTemplate(definition, { ...none, queues: declaredQueues(definition) });
}
