import type { JsonValue } from "../json/json-value.ts";
import type { StepSequence, TaskView } from "./execution.ts";

/** A step of a task that is being submitted: what the hook may change before the rows are written. */
export interface StepDraft {
  readonly name: string;
  /** Names of the steps it depends on; may be extended with names of other steps of the task. */
  dependsOn: readonly string[];
  retryable: boolean;
  /** 1 or more. */
  retryLimit: number;
  skippable: boolean;
  /** Seconds, more than 0, or null for none. */
  timeoutSeconds: number | null;
  /** Stored with the step and handed to its handler. Default: null. */
  inputs: JsonValue;
}

/** A task that is being submitted, before it has an id. */
export type TaskDraft = Omit<TaskView, "taskId" | "settings">;

/** An annotation to store with a task: the name of its type (1 to 64 characters) and a JSON value. */
export interface Annotation {
  readonly type: string;
  readonly value: JsonValue;
}

/** Base class of task handlers: hooks around a whole task. Every hook is optional. */
export abstract class TaskHandler {
  /**
   * Called once per submitted task, before its rows are written: change defaults, inputs and dependencies of its steps.
   * Must not have side effects.
   */
  establishStepDependenciesAndDefaults(_task: TaskDraft, _steps: readonly StepDraft[]): void {}

  /**
   * Called when every step of the task is satisfied, before the task completes. What it returns is stored with the
   * completion. May run again after a crash. An error does not fail the task: it is logged and nothing is stored.
   */
  updateAnnotations(_task: TaskView, _sequence: StepSequence): readonly Annotation[] | Promise<readonly Annotation[]> {
    return [];
  }
}
