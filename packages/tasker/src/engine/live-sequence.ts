import { ProceduralError } from "../errors/index.ts";
import type { StepSequence, StepView } from "../handlers/execution.ts";
import type { JsonValue } from "../json/json-value.ts";
import { isSatisfied } from "../states/guards.ts";
import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

class LiveStepView implements StepView {
  readonly #step: StepRun;

  constructor(step: StepRun) {
    this.#step = step;
  }

  get stepId(): number {
    return this.#step.stepId;
  }
  get name(): string {
    return this.#step.name;
  }
  get state(): string {
    return this.#step.state;
  }
  get attempts(): number {
    return this.#step.attempts;
  }
  get results(): JsonValue {
    return isSatisfied(this.#step.state) ? (this.#step.results.value as JsonValue) : null;
  }
}

/** The steps of a running task, read where they are: nothing is copied for a step that does not look. */
export class LiveSequence implements StepSequence {
  readonly #run: TaskRun;

  constructor(run: TaskRun) {
    this.#run = run;
  }

  get steps(): readonly StepView[] {
    return this.#run.steps.map((step) => new LiveStepView(step));
  }

  findStepByName(name: string): StepView | null {
    const step = this.#run.steps[this.#run.graph.indexOf(name)];
    return step === undefined ? null : new LiveStepView(step);
  }

  resultsOf(name: string): JsonValue {
    const step = this.findStepByName(name);
    if (step === null) {
      throw new ProceduralError(`Step ${name} does not exist in task ${this.#run.taskId}`, { context: { step: name } });
    }
    if (step.state !== "complete" && step.state !== "resolved_manually") {
      throw new ProceduralError(`Step ${name} has no results: it is ${step.state}, not complete`, {
        context: { step: name, state: step.state },
      });
    }
    return step.results;
  }
}
