import type { Connection } from "../../database/database.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskKind } from "../strategies/settings-by-task.ts";
import type { TaskRun } from "../task-run.ts";
import { offerSteps } from "./offer-statements.ts";

/** A step that is offered to other processes. */
export interface OfferedStep {
  readonly run: TaskRun;
  readonly step: StepRun;
  /** The id that its attempt will have. */
  readonly executionId: string;
}

/** Options of {@link writeOffers}. */
export interface OfferOptions {
  readonly now: Date;
  /** Deadline of steps of a task that have none of their own, in seconds; null for none. */
  readonly defaultTimeoutSecondsOf: (task: TaskKind) => number | null;
  readonly skipLocked: boolean;
}

/**
 * Offers steps in one statement. May be called again with the same ones if the answer was lost.
 * @param skipLocked whether tasks that somebody has locked are refused, too, instead of waited for
 * @returns the ids of the tasks that the database has otherwise than this process thinks: their steps are not offered
 */
export async function writeOffers(
  connection: Connection,
  processId: number,
  offers: readonly OfferedStep[],
  { now, defaultTimeoutSecondsOf, skipLocked }: OfferOptions,
): Promise<ReadonlySet<number>> {
  const runs = [...new Set(offers.map(({ run }) => run))].sort((a, b) => a.taskId - b.taskId);
  const tasks = runs.map(({ taskId, epoch, revision }) => ({ t: taskId, e: epoch, r: revision }));
  const steps = offers.map(({ run, step, executionId }) => {
    const queue = run.queueOf(step);
    const seconds = run.timeoutSecondsOf(step.name) ?? defaultTimeoutSecondsOf(run.view);
    return {
      t: run.taskId,
      s: step.stepId,
      x: executionId,
      a: step.attempts + 1,
      d: seconds === null ? null : Math.round(seconds * 1_000),
      p: run.rankOf(step),
      ...(queue === null ? {} : { q: queue, h: run.handlerClassOf(step) }),
    };
  });
  const rows = await connection.run(offerSteps, [
    processId,
    now,
    JSON.stringify(tasks),
    JSON.stringify(steps),
    skipLocked,
  ]);
  return new Set(rows.map((row) => row.refused_task_id));
}

/**
 * Whether another process can run a step of the ready ones: not one that joins or undoes others, which reads more of the task
 * than its parents, and not one whose last attempt was lost with its process, which is still in progress; and none
 * of a task that some process could not run.
 */
export function isShareable(run: TaskRun, step: StepRun): boolean {
  if (run.isUnshareable) return false;
  return step.lostExecutionId === null && !["join", "undo"].includes(run.compiled.stepNamed.roleOf(step.name).kind);
}
