import { PermanentError, RetryableError, StepTimeoutError } from "../../errors/index.ts";
import type { StepExecution } from "../../handlers/execution.ts";
import { type Random, seededRandom } from "../random.ts";
import type { ManualClock } from "../run/manual-clock.ts";
import { nameExecution, type RecordedHandler, type RecordedWork, recordCalls } from "./recorded-handler.ts";

/** A handler that succeeds at once. Default of `work`: it returns `{ step, execution }`. */
export function succeeds(work: RecordedWork = nameExecution): RecordedHandler {
  return recordCalls(work);
}

/** A handler whose first `times` executions of each step fail with a `RetryableError`; the others do the work. */
export function failsTimes(times: number, work: RecordedWork = nameExecution): RecordedHandler {
  return recordCalls((execution, step, task, sequence) => {
    if (execution <= times) throw plannedFailure(step, execution, times);
    return work(execution, step, task, sequence);
  });
}

function plannedFailure(step: StepExecution, execution: number, times: number): RetryableError {
  return new RetryableError(`${step.name} fails as planned: ${execution} of ${times}`, {
    context: { step: step.name, execution, times },
  });
}

/**
 * A handler of which each execution fails with the probability `probability`, 0 to 1. What fails depends on the seed and
 * on the order of the calls alone.
 */
export function failsAtRandom(probability: number, seed: number, work: RecordedWork = nameExecution): RecordedHandler {
  const random: Random = seededRandom(seed);
  return recordCalls((execution, step, task, sequence) => {
    if (random() < probability) {
      throw new RetryableError(`${step.name} fails by chance`, { context: { step: step.name, probability } });
    }
    return work(execution, step, task, sequence);
  });
}

/** A handler that always fails: for good, or so that every attempt is used up. */
export function alwaysFails(kind: "permanent" | "retryable"): RecordedHandler {
  return recordCalls((_execution, step) => {
    if (kind === "permanent") throw new PermanentError(`${step.name} fails for good`, { errorCode: "PLANNED" });
    throw new RetryableError(`${step.name} fails every time`);
  });
}

/** How {@link timesOut} runs into a time-out. */
export interface TimeOutOptions {
  /**
   * Given: the handler sleeps on this clock until the step's own deadline (`timeoutSeconds`, which the template must then
   * set) ends it. Default: it throws the error of a time-out at once, as a client of a network would.
   */
  readonly clock?: ManualClock;
  readonly work?: RecordedWork;
}

/** A handler whose first `times` executions of each step time out; the others do the work. */
export function timesOut(times: number, options: TimeOutOptions = {}): RecordedHandler {
  const { clock, work = nameExecution } = options;
  return recordCalls(async (execution, step, task, sequence) => {
    if (execution > times) return work(execution, step, task, sequence);
    if (clock !== undefined) await clock.sleep(Number.POSITIVE_INFINITY, step.signal);
    throw new StepTimeoutError(`${step.name} times out as planned: ${execution} of ${times}`, {
      context: { step: step.name, execution, times },
    });
  });
}

/** A handler that sleeps for `delayMs` on a clock before it does the work. It ends early when the step is aborted. */
export function delays(delayMs: number, clock: ManualClock, work: RecordedWork = nameExecution): RecordedHandler {
  return recordCalls(async (execution, step, task, sequence) => {
    await clock.sleep(delayMs, step.signal);
    return work(execution, step, task, sequence);
  });
}
