import { failureKindOf } from "../database/failure-kind.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { TaskWait } from "../templates/step-wait.ts";
import type { StepWaits } from "./agenda/step-waits.ts";
import { type Asker, askUntilAnswered } from "./ask-until-answered.ts";
import type { ChildStarter, WaitingStep } from "./child-starter.ts";
import { describeFailure } from "./describe-failure.ts";
import { subjectOf } from "./event-subject.ts";
import type { PreparedTask } from "./prepare-task.ts";
import { tellSubmitted } from "./submitted-events.ts";
import type { SubmittedTask } from "./task-request.ts";

/** Who submits tasks that steps wait for. */
export interface ChildHost extends Asker {
  readonly children: ChildStarter;
  /** Id of this process in the database. */
  readonly processId: number;
  readonly events: EventBus;
}

/**
 * Submits the task that a step waits for, and tells the step's own task that it may be given back. What keeps it from being
 * submitted ends the wait.
 * @returns it; null if its step does not wait for it any more
 */
export async function submitChild(
  host: ChildHost,
  waits: StepWaits,
  asked: TaskWait,
  waiting: WaitingStep,
): Promise<SubmittedTask | null> {
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
    return null;
  }
  const child = await askUntilAnswered(host, run.taskId, async () => {
    if (run.dropped) return null;
    try {
      return await children.submit(host.processId, waiting, task, now);
    } catch (error) {
      if (failureKindOf(error) !== "data") throw error;
      fail(error);
      return null;
    }
  });
  if (child?.created === true) {
    tellSubmitted(host.events, task, child.taskId, now);
    host.events.tell("task.child_submitted", subjectOf(run, step), () => ({ child_task_id: child.taskId }));
  }
  waits.childStarted(run, step);
  return child;
}
