import { float8, int8, nullable, timestamp } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Metrics of the tasks created after `$1`; of the last hour if it is null. One row. */
export const selectAnalyticsMetrics = statement({
  name: "select_analytics_metrics",
  text: `
    select active_tasks_count, total_namespaces_count, unique_task_types_count,
      system_health_score::float8, task_throughput, completion_count, error_count, completion_rate::float8,
      error_rate::float8, avg_task_duration::float8, avg_step_duration::float8, step_throughput,
      analysis_period_start at time zone 'UTC' as analysis_period_start, calculated_at at time zone 'UTC' as calculated_at
    from get_analytics_metrics_v01($1::timestamp at time zone 'UTC')`,
  parameters: [nullable(timestamp)],
  columns: {
    active_tasks_count: int8,
    total_namespaces_count: int8,
    unique_task_types_count: int8,
    system_health_score: float8,
    task_throughput: int8,
    completion_count: int8,
    error_count: int8,
    completion_rate: float8,
    error_rate: float8,
    avg_task_duration: float8,
    avg_step_duration: float8,
    step_throughput: int8,
    analysis_period_start: nullable(timestamp),
    calculated_at: nullable(timestamp),
  },
});

/**
 * Metrics of a period. The score is 0 to 1, of the last hour whatever the period; rates are percentages; durations are
 * mean seconds until steps completed, from the creation of their task or of themselves. A task counts as completed if
 * one of its steps is, and as failed likewise, so the two rates can add up to more than 100.
 */
export type AnalyticsMetrics = RowOf<typeof selectAnalyticsMetrics.columns>;

/** What {@link metricsOf} gives without a row: nothing happened, so nothing is wrong. */
const NOTHING: AnalyticsMetrics = {
  active_tasks_count: 0,
  total_namespaces_count: 0,
  unique_task_types_count: 0,
  system_health_score: 1,
  task_throughput: 0,
  completion_count: 0,
  error_count: 0,
  completion_rate: 0,
  error_rate: 0,
  avg_task_duration: 0,
  avg_step_duration: 0,
  step_throughput: 0,
  analysis_period_start: null,
  calculated_at: null,
};

/** The first row; zeros, a score of 1 and no times if there is none. */
export function metricsOf(rows: readonly AnalyticsMetrics[]): AnalyticsMetrics {
  return rows[0] ?? NOTHING;
}
