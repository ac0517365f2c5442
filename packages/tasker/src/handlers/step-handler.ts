import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../json/json-value.ts";
import type { StepExecution, StepSequence, TaskView } from "./execution.ts";

/** What the engine calls: anything with a `handle` of this shape can execute a step. */
export interface HandlesStep {
  handle(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<unknown>;
}

/**
 * Base class of step handlers. Users write {@link process} and, where what is stored differs from what was returned,
 * {@link processResults}; {@link handle} belongs to the engine.
 *
 * A handler succeeds by returning and fails by throwing: `RetryableError`, `PermanentError`, or anything else, which
 * counts as retryable. A step can run more than once (a crash may come between its effect and the commit of its
 * result), so its effects should be idempotent.
 */
export abstract class StepHandler<Config = JsonObject | null> implements HandlesStep {
  /** `handler_config` of the step's template. */
  protected readonly config: Config;

  constructor(config: Config) {
    this.config = config;
  }

  /** Does the work. What it returns is stored as the step's results unless {@link processResults} decides otherwise. */
  abstract process(task: TaskView, sequence: StepSequence, step: StepExecution): unknown;

  /**
   * Shapes what is stored: assign `step.results`. Not assigning it stores `output`.
   * @param previous what the step held before: left by an earlier failed attempt, or an empty object
   */
  processResults(_step: StepExecution, _output: unknown, _previous: unknown): void | Promise<void> {}

  /** The engine's entry point; not to be overridden. Returns the output of {@link process}. */
  async handle(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<unknown> {
    const previous = step.results;
    // A copy, so that a handler which changes `step.results` in place is seen to have changed it.
    const before = structuredClone(previous);
    const output = await this.process(task, sequence, step);
    await this.processResults(step, output, previous);
    if (isDeepStrictEqual(step.results, before)) step.results = output ?? null;
    return output;
  }
}
