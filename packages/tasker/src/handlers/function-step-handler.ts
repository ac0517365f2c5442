import type { StepExecution, StepSequence, TaskView } from "./execution.ts";
import { StepHandler } from "./step-handler.ts";

/** A function that does a step's work; what it returns is stored. */
export type StepFunction = (task: TaskView, sequence: StepSequence, step: StepExecution) => unknown;

/**
 * A function that shapes what is stored: it returns it, or assigns `step.results` and returns nothing.
 * @param previous what the step held before: left by an earlier failed attempt
 */
export type ResultsFunction = (step: StepExecution, output: unknown, previous: unknown) => unknown;

/** Runs functions as a step handler. Made for one attempt, as every handler is. */
export class FunctionStepHandler extends StepHandler<null> {
  readonly #process: StepFunction;
  readonly #processResults: ResultsFunction | null;
  /** What `processResults` returned: it counts even where it equals what the step held before. */
  #shaped: { readonly value: unknown } | null = null;

  constructor(process: StepFunction, processResults: ResultsFunction | null = null) {
    super(null);
    this.#process = process;
    this.#processResults = processResults;
  }

  override process(task: TaskView, sequence: StepSequence, step: StepExecution): unknown {
    return this.#process(task, sequence, step);
  }

  override async processResults(step: StepExecution, output: unknown, previous: unknown): Promise<void> {
    const value = await this.#processResults?.(step, output, previous);
    if (value !== undefined) this.#shaped = { value };
  }

  override async handle(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<unknown> {
    const output = await super.handle(task, sequence, step);
    if (this.#shaped !== null) step.results = this.#shaped.value;
    return output;
  }
}
