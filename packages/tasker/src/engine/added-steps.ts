import type { StepRun } from "./step-run.ts";
import type { StoredJson } from "./stored-json.ts";
import type { TaskRun } from "./task-run.ts";

/** A step that a commit adds to a task. */
export interface AddedStep {
  readonly name: string;
  /** A step of the task whose external system and description it shares. */
  readonly like: StepRun;
  readonly retryable: boolean;
  readonly retryLimit: number;
  readonly skippable: boolean;
  readonly inputs: StoredJson | null;
}

/** Steps and edges that a commit adds to one task. A step is known by its place in the task's graph as it will be. */
export class AddedSteps {
  readonly steps: AddedStep[] = [];
  /** `from[i]` leads to `to[i]`; one of the two is a new step. */
  readonly from: number[] = [];
  readonly to: number[] = [];
  /** Ids of the new steps, in their order, once they are committed. */
  stepIds: readonly number[] = [];
  /** What keeps the task from being looked at until then, counted in its `activeCount`. */
  holds = 0;
  readonly #offset: number;

  constructor(run: TaskRun) {
    this.#offset = run.steps.length;
  }

  /** @returns the place that the step will have */
  add(step: AddedStep): number {
    return this.#offset + this.steps.push(step) - 1;
  }

  connect(from: number, to: number): void {
    this.from.push(from);
    this.to.push(to);
  }

  /** Whether a place is that of a new step: its place among those, or -1. */
  placeOf(index: number): number {
    return index < this.#offset ? -1 : index - this.#offset;
  }
}
