import { failureKindOf } from "../database/failure-kind.ts";
import type { TaskWait } from "../templates/step-wait.ts";
import type { StepWaits } from "./agenda/step-waits.ts";
import { type Asker, askUntilAnswered } from "./ask-until-answered.ts";
import type { ChildStarter, WaitingStep } from "./child-starter.ts";
import { describeFailure } from "./describe-failure.ts";
import type { PreparedTask } from "./prepare-task.ts";

/** Who submits tasks that steps wait for. */
export interface ChildHost extends Asker {
  readonly children: ChildStarter;
  /** Id of this process in the database. */
  readonly processId: number;
}

/**
 * Submits the task that a step waits for, and tells the step's own task that it may be given back. What keeps it from being
 * submitted ends the wait.
 * @returns whether it was; false if its step does not wait for it any more
 */
export async function submitChild(
  host: ChildHost,
  waits: StepWaits,
  asked: TaskWait,
  waiting: WaitingStep,
): Promise<boolean> {
  const { children } = host;
  const { run, step } = waiting;
  const now = new Date(host.clock.now());
  const fail = (error: unknown) =>
    waits.endWait(waiting, { kind: "failure", failure: describeFailure(error), durationMs: 0 });
  const elsewhere = await askUntilAnswered(host, run.taskId, () => children.findElsewhere(asked, run));
  let task: PreparedTask;
  try {
    task = children.prepare(asked, waiting, elsewhere, now);
  } catch (error) {
    fail(error);
    return false;
  }
  const isSubmitted = await askUntilAnswered(host, run.taskId, async () => {
    if (run.dropped) return false;
    try {
      return await children.submit(host.processId, waiting, task, now);
    } catch (error) {
      if (failureKindOf(error) !== "data") throw error;
      fail(error);
      return false;
    }
  });
  waits.childStarted(run, step);
  return isSubmitted === true;
}
