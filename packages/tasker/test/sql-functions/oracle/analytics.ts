import { type Content, HOUR_US, type StepRow, type TaskRow } from "../content.ts";
import { latestOfStep } from "./current-state.ts";
import { exactSum, roundQuotient } from "./exact.ts";

/** States of steps that do not make their task active. */
const SETTLED = ["complete", "error", "skipped", "resolved_manually"];

/** The row of the analytics function: numeric columns as text, times in microseconds after the present. */
export interface AnalyticsRow {
  readonly active_tasks_count: number;
  readonly total_namespaces_count: number;
  readonly unique_task_types_count: number;
  readonly system_health_score: string;
  readonly task_throughput: number;
  readonly completion_count: number;
  readonly error_count: number;
  readonly completion_rate: string;
  readonly error_rate: string;
  readonly avg_task_duration: string;
  readonly avg_step_duration: string;
  readonly step_throughput: number;
  readonly analysis_period_start: number;
  readonly calculated_at: number;
}

/**
 * The metrics by the rules.
 * @param sinceUs null: one hour ago
 * @param zoneUs by how much clocks in the session's zone are ahead of UTC
 */
export function analyticsOf(content: Content, sinceUs: number | null, zoneUs = 0): AnalyticsRow {
  const start = sinceUs ?? -HOUR_US;
  const createdAfter = (instant: number) => content.tasks.filter((task) => task.created_us - zoneUs > instant);
  const stepsOf = (task: TaskRow) => content.steps.filter((step) => step.task_id === task.task_id);
  const stateOf = (step: StepRow) => latestOfStep(content, step.workflow_step_id)?.to_state;
  const withStepIn = (tasks: readonly TaskRow[], state: string) =>
    tasks.filter((task) => stepsOf(task).some((step) => stateOf(step) === state)).length;

  const isActive = (task: TaskRow) =>
    stepsOf(task).some((step) => {
      const state = stateOf(step);
      return state !== undefined && !SETTLED.includes(state);
    });
  const kinds = content.namedTasks.filter((kind) =>
    content.tasks.some((task) => task.named_task_id === kind.named_task_id),
  );
  const namespaceNames = kinds.map(
    (kind) => content.namespaces.find((row) => row.task_namespace_id === kind.task_namespace_id)?.name,
  );

  const recent = createdAfter(-HOUR_US);
  const recentComplete = withStepIn(recent, "complete");
  const recentJudged = recentComplete + withStepIn(recent, "error");

  const period = createdAfter(start);
  const complete = withStepIn(period, "complete");
  const error = withStepIn(period, "error");
  const durations = period.flatMap((task) =>
    stepsOf(task).flatMap((step) => {
      const latest = latestOfStep(content, step.workflow_step_id);
      if (latest?.to_state !== "complete") return [];
      return [{ task: latest.created_us - task.created_us, step: latest.created_us - step.created_us }];
    }),
  );

  return {
    active_tasks_count: content.tasks.filter(isActive).length,
    total_namespaces_count: new Set(namespaceNames).size,
    unique_task_types_count: new Set(kinds.map((kind) => kind.name)).size,
    system_health_score: recentJudged === 0 ? "1.0" : roundQuotient(BigInt(recentComplete), BigInt(recentJudged), 3),
    task_throughput: period.length,
    completion_count: complete,
    error_count: error,
    completion_rate: percentage(complete, period.length),
    error_rate: percentage(error, period.length),
    avg_task_duration: averageSeconds(durations.map(({ task }) => task)),
    avg_step_duration: averageSeconds(durations.map(({ step }) => step)),
    step_throughput: period.flatMap(stepsOf).length,
    analysis_period_start: start,
    calculated_at: 0,
  };
}

function percentage(part: number, whole: number): string {
  return whole === 0 ? "0.0" : roundQuotient(100n * BigInt(part), BigInt(whole), 2);
}

function averageSeconds(durationsUs: readonly number[]): string {
  if (durationsUs.length === 0) return "0.000";
  return roundQuotient(exactSum(durationsUs), BigInt(durationsUs.length) * 1_000_000n, 3);
}
