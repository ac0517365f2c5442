import { setTimeout as sleep } from "node:timers/promises";
import { PermanentError, RetryableError, type StepExecution, type StepSequence, type TaskView } from "tasker";
import { Conduct, working } from "../plan/conduct.ts";
import type { Ledger, LedgerLine } from "./ledger.ts";

type Handler = (task: TaskView, sequence: StepSequence, step: StepExecution) => Promise<object>;

/** How long an attempt hangs that does not hear that it is aborted, in milliseconds. */
const DEAF_MS = 4_000;

/** The handlers of all templates: they do what the step's conduct says, and write it into the ledger. */
export function makeHandlers(ledger: Ledger): { readonly Work: Handler; readonly Undo: Handler } {
  return {
    Work: (task, _sequence, step) => record(ledger, task, step, Conduct.parse(step.handlerConfig)),
    Undo: (task, _sequence, step) => record(ledger, task, step, working(10)),
  };
}

async function record(ledger: Ledger, task: TaskView, step: StepExecution, conduct: Conduct): Promise<object> {
  const { executionId, stepId } = step;
  const write = (what: LedgerLine["what"]) =>
    ledger.write({ what, executionId, stepId, taskId: task.taskId, at: Date.now() });
  write("begun");
  try {
    await behave(step, conduct);
  } catch (error) {
    write(step.signal.aborted ? "aborted" : "failed");
    throw error;
  }
  write("done");
  return { executionId, items: Array.from({ length: conduct.items }, (_, place) => place) };
}

async function behave(step: StepExecution, conduct: Conduct): Promise<void> {
  const { ms, hangs, failures, dies, deaf, publishes } = conduct;
  if (step.attempt <= hangs) await (deaf ? sleep(DEAF_MS) : hang(step.signal));
  await sleep(ms, undefined, deaf ? {} : { signal: step.signal });
  if (publishes) step.publishEvent("chaos.worked", { attempt: step.attempt });
  if (step.attempt <= hangs + failures) throw new RetryableError("fails, as planned", { retryAfter: 0.2 });
  if (dies) throw new PermanentError("fails for good, as planned");
}

/** Waits until it is told to stop. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}
