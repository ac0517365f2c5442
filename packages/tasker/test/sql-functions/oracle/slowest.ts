import { type Content, HOUR_US, type TaskRow } from "../content.ts";
import { latestOfStep } from "./current-state.ts";
import { secondsText } from "./exact.ts";

/** The arguments of the two functions, the time in microseconds after the present. */
export interface SlowestArguments {
  readonly sinceUs: number | null;
  readonly limit: number | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly version: string | null;
}

/** A row with its exact duration, by which the functions sort. */
export interface TimedRow {
  readonly durationUs: number;
  readonly row: Readonly<Record<string, unknown>>;
}

/** What the filters look at and the rows show of a task's kind. */
function kindOf(content: Content, task: TaskRow) {
  const kind = content.namedTasks.find((row) => row.named_task_id === task.named_task_id);
  const namespace = content.namespaces.find((row) => row.task_namespace_id === kind?.task_namespace_id);
  return { task_name: kind?.name ?? null, namespace_name: namespace?.name ?? null, version: kind?.version ?? null };
}

function passes(kind: ReturnType<typeof kindOf>, { namespace, name, version }: SlowestArguments): boolean {
  return (
    (namespace === null || kind.namespace_name === namespace) &&
    (name === null || kind.task_name === name) &&
    (version === null || kind.version === version)
  );
}

/**
 * All rows that the function would give without a limit, in no order. Steps are counted once each.
 * @param zoneUs by how much clocks in the session's zone are ahead of UTC
 */
export function slowTasksOf(content: Content, given: SlowestArguments, zoneUs = 0): TimedRow[] {
  const start = given.sinceUs ?? -24 * HOUR_US;
  return content.tasks.flatMap((task) => {
    const kind = kindOf(content, task);
    if (task.created_us - zoneUs <= start || !passes(kind, given)) return [];
    const steps = content.steps.filter((step) => step.task_id === task.task_id);
    const latest = steps.map((step) => latestOfStep(content, step.workflow_step_id));
    const complete = latest.filter((row) => row?.to_state === "complete");
    const error = latest.filter((row) => row?.to_state === "error");
    const ends = [...complete, ...error].flatMap((row) => (row === undefined ? [] : [row.created_us]));
    if (ends.length === 0) return [];
    const end = Math.max(...ends);
    const durationUs = end - task.created_us;
    const row = {
      task_id: task.task_id,
      ...kind,
      duration_seconds: secondsText(durationUs),
      step_count: steps.length,
      completed_steps: complete.length,
      error_steps: error.length,
      created_at: task.created_us - zoneUs,
      completed_at: end - zoneUs,
      initiator: task.initiator,
      source_system: task.source_system,
    };
    return [{ durationUs, row }];
  });
}

/** As {@link slowTasksOf}, for steps. */
export function slowStepsOf(content: Content, given: SlowestArguments, zoneUs = 0): TimedRow[] {
  const start = given.sinceUs ?? -24 * HOUR_US;
  return content.steps.flatMap((step) => {
    const task = content.tasks.find((row) => row.task_id === step.task_id);
    const latest = latestOfStep(content, step.workflow_step_id);
    if (task === undefined || latest?.to_state !== "complete") return [];
    const kind = kindOf(content, task);
    const durationUs = latest.created_us - step.created_us;
    if (step.created_us - zoneUs <= start || durationUs <= 0 || !passes(kind, given)) return [];
    const row = {
      workflow_step_id: step.workflow_step_id,
      task_id: step.task_id,
      step_name: content.namedSteps.find((named) => named.named_step_id === step.named_step_id)?.name,
      ...kind,
      duration_seconds: secondsText(durationUs),
      attempts: step.attempts,
      created_at: step.created_us - zoneUs,
      completed_at: latest.created_us - zoneUs,
      retryable: step.retryable,
      step_status: "complete",
    };
    return [{ durationUs, row }];
  });
}
