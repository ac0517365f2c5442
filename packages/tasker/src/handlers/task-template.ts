import type { TaskDefinition } from "../templates/definition.ts";
import type { ConditionFunction } from "./condition-function.ts";
import type { CustomEventDeclaration } from "./custom-events.ts";
import type { HandlesStep } from "./step-handler.ts";
import type { TaskHandler } from "./task-handler.ts";

/** A definition together with the code that executes it: what is registered and run. */
export interface TaskTemplate {
  readonly definition: TaskDefinition;
  /** Makes the handler of a step; called once per attempt. Throws `HandlerNotFoundError` for an unknown step. */
  createStepHandler(stepName: string): HandlesStep;
  /** By the names of steps: events that their handlers' classes declare, besides those of the definition. Default: none. */
  readonly customEvents?: ReadonlyMap<string, readonly CustomEventDeclaration[]>;
  /** Functions that conditions of steps (`run_if`) ask, by their names. Default: none. */
  readonly conditions?: ReadonlyMap<string, ConditionFunction>;
  /** Hooks around the whole task, or null. */
  readonly taskHandler: TaskHandler | null;
}
