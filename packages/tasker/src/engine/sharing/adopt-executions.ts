import type { Connection } from "../../database/database.ts";
import type { HandlerResources } from "../../handlers/resources.ts";
import { Execution } from "../execution.ts";
import { inheritedPermit } from "../limits/permit-desk.ts";
import { mayStart, type StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";
import { adoptExecutions, type ExecutionRow, revokeExecutions } from "./offer-statements.ts";
import type { StartedOutside } from "./outside-attempt.ts";
import { attemptOf } from "./outside-watch.ts";

/**
 * Tells tasks that were just read which of their steps other processes run: an interruption is not declared for those. An
 * attempt whose start was not written before its task changed hands is started by the next commit; one whose step has gone on
 * without it is ended.
 */
export async function loadExecutions(
  connection: Connection,
  processId: number,
  runs: readonly TaskRun[],
  resources: HandlerResources,
): Promise<void> {
  if (runs.length === 0) return;
  const runOf = new Map(runs.map((run) => [run.taskId, run]));
  const rows = await connection.run(adoptExecutions, [processId, [...runOf.keys()]]);
  const stepsOf = new Map<TaskRun, Map<number, StepRun>>();
  const stale: string[] = [];
  for (const row of rows) {
    const run = runOf.get(row.task_id);
    if (run === undefined) continue;
    let steps = stepsOf.get(run);
    if (steps === undefined) {
      steps = new Map(run.steps.map((step) => [step.stepId, step]));
      stepsOf.set(run, steps);
    }
    const step = steps.get(row.workflow_step_id);
    if (step === undefined || !resume(processId, run, step, row, resources)) stale.push(row.execution_id);
  }
  if (stale.length === 0) return;
  await connection.run(revokeExecutions, [processId, stale, ["running", "finished"], "the step went on without it"]);
}

/** @returns whether the step is as the attempt needs it */
function resume(
  processId: number,
  run: TaskRun,
  step: StepRun,
  row: ExecutionRow,
  resources: HandlerResources,
): boolean {
  const attempt = attemptOf(row, { seal: run.seal, step: step.name });
  const permit = inheritedPermit(processId, step.stepId, run.demandsOf(step));
  if (step.lostExecutionId === row.execution_id) {
    resumeExecution({ run, step, attempt, permit }, resources);
    return true;
  }
  const isUnwritten =
    (step.state === "pending" || step.state === "error") &&
    step.outside !== "closed" &&
    row.attempt === step.attempts + 1;
  if (!isUnwritten || run.isStopped || !mayStart(step)) return false;
  run.startedOutside.push({ step, attempt, permit });
  return true;
}

function resumeExecution({ run, step, attempt, permit }: StartedOutside, resources: HandlerResources): void {
  const execution = new Execution(attempt.executionId, run, step, resources);
  execution.outside = attempt;
  execution.permit = permit;
  execution.launched = true;
  step.execution = execution;
  step.lostExecutionId = null;
  run.executions.set(attempt.executionId, execution);
  run.activeCount += 1;
}
