import type { CustomEventDefinition } from "../templates/custom-event.ts";
import type { StepDefinition, TaskDefinition } from "../templates/definition.ts";
import type { ConditionFunction } from "./condition-function.ts";
import type { HandlesStep } from "./step-handler.ts";
import type { TaskHandler } from "./task-handler.ts";

/** What decides about the handler of a step. */
export type StartedStep = Pick<StepDefinition, "handlerClass" | "handlerConfig">;

/** A definition together with the code that executes it: what is registered and run. */
export interface TaskTemplate {
  readonly definition: TaskDefinition;
  /**
   * Makes the handler of a step; called once per attempt. Throws `HandlerNotFoundError` for an unknown step.
   * @param started what the definition says with which the task started, if that may be another one. Default: this one's
   */
  createStepHandler(stepName: string, started?: StartedStep): HandlesStep;
  /** By the names of steps: events that their handlers' classes declare, besides those of the definition. Default: none. */
  readonly customEvents?: ReadonlyMap<string, readonly CustomEventDefinition[]>;
  /** Functions that conditions of steps (`run_if`) ask, by their names. Default: none. */
  readonly conditions?: ReadonlyMap<string, ConditionFunction>;
  /**
   * The queues of the steps that workers run, by the names of the steps; of what undoes a step, by the name of that step of the task. Such a
   * step needs no handler here. Default: none.
   */
  readonly remoteQueues?: ReadonlyMap<string, string>;
  /** Hooks around the whole task, or null. */
  readonly taskHandler: TaskHandler | null;
}
