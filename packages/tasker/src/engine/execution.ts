import { UnencodableValueError } from "../errors/index.ts";
import type { StepExecution } from "../handlers/execution.ts";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { describeFailure } from "./describe-failure.ts";
import type { Outcome } from "./outcome.ts";
import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/** One attempt of a step in this process: what the handler gets, and what becomes of it. */
export class Execution implements StepExecution {
  readonly executionId: string;
  readonly stepId: number;
  readonly name: string;
  readonly attempt: number;
  readonly retryLimit: number;
  readonly retryable: boolean;
  readonly handlerConfig: JsonObject | null;
  readonly inputs: JsonValue;
  results: unknown;

  /** The task and step it belongs to: replaced when the task is loaded again while the handler runs. */
  run: TaskRun;
  step: StepRun;
  /** Whether the handler was called. */
  launched = false;
  /** Whether it takes up one of the process's slots. */
  holdsSlot = true;
  /** Whether its outcome waits in a lane. */
  settling = false;
  /** Whether its outcome must be written in a batch of its own, because one that held it was refused for its data. */
  alone = false;
  /** What it came to, once that is known; the first one stays. */
  outcome: Outcome | null = null;
  /** Milliseconds since the epoch when the handler was called. */
  startedAt = 0;

  #controller: AbortController | null = null;
  #abortReason: Error | null = null;

  constructor(executionId: string, run: TaskRun, step: StepRun) {
    this.executionId = executionId;
    this.run = run;
    this.step = step;
    this.stepId = step.stepId;
    this.name = step.name;
    this.attempt = step.attempts;
    this.retryLimit = step.retryLimit;
    this.retryable = step.retryable;
    this.handlerConfig = run.compiled.stepNamed.get(step.name)?.handlerConfig ?? null;
    this.inputs = (step.inputs?.copy() ?? null) as JsonValue;
    this.results = step.results.copy();
  }

  /** Made when it is first asked for: most handlers never do, and a signal costs more than the rest of an execution. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#abortReason !== null) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Replaces a success whose results the database does not take by a failure. */
  refuse(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    const refused = new UnencodableValueError(`results of step ${this.name} were refused by the database: ${cause}`);
    this.outcome = { kind: "failure", failure: describeFailure(refused), durationMs: 0 };
  }

  abort(reason: Error): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }
}
