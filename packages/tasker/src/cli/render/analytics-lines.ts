import type { z } from "zod";
import type { Bottlenecks, Performance } from "../../api/shapes/analytics.ts";
import { formatDuration } from "./format-duration.ts";
import { renderTable, type TableColumn } from "./render-table.ts";
import { type Line, span } from "./span.ts";

type PerformanceReport = z.output<typeof Performance>;
type PerformanceTrend = PerformanceReport["performance_trends"]["last_hour"];
type BottleneckReport = z.output<typeof Bottlenecks>;

const seconds = (value: number | null) => (value === null ? "-" : formatDuration(value * 1_000));

const TRENDS: readonly TableColumn<readonly [string, PerformanceTrend]>[] = [
  { title: "period", cell: ([name]) => span(name.replaceAll("_", " ")) },
  { title: "tasks", right: true, cell: ([, trend]) => span(String(trend.task_throughput)) },
  { title: "complete", right: true, cell: ([, trend]) => span(`${trend.completion_rate} %`) },
  { title: "in error", right: true, cell: ([, trend]) => span(`${trend.error_rate} %`) },
  { title: "mean task", right: true, cell: ([, trend]) => span(seconds(trend.avg_task_duration)) },
  { title: "steps done", right: true, cell: ([, trend]) => span(String(trend.step_throughput)) },
  { title: "mean attempt", right: true, cell: ([, trend]) => span(seconds(trend.avg_step_duration)) },
];

/** How the tasks of a database do, for reading. */
export function drawPerformance(report: PerformanceReport, columns: number): Line[] {
  const { active_tasks, total_namespaces, unique_task_types, system_health_score } = report.system_overview;
  return [
    [
      span(
        `active tasks: ${active_tasks}, templates: ${unique_task_types} in ${total_namespaces} namespaces, health of the last hour: ${system_health_score}`,
      ),
    ],
    ...renderTable(Object.entries(report.performance_trends), TRENDS, columns),
  ];
}

type Analysis = BottleneckReport["bottleneck_analysis"];

const SLOW_TASKS: readonly TableColumn<Analysis["slowest_tasks"][number]>[] = [
  { title: "task", right: true, cell: ({ task_id }) => span(String(task_id)) },
  { title: "took", right: true, cell: ({ duration_seconds }) => span(seconds(duration_seconds)) },
  { title: "steps", right: true, cell: ({ completed_steps, step_count }) => span(`${completed_steps}/${step_count}`) },
  {
    title: "name",
    cell: ({ namespace_name, task_name, version }) => span(`${namespace_name}/${task_name} ${version}`),
  },
];

const SLOW_STEPS: readonly TableColumn<Analysis["slowest_steps"][number]>[] = [
  { title: "task", right: true, cell: ({ task_id }) => span(String(task_id)) },
  { title: "took", right: true, cell: ({ duration_seconds }) => span(seconds(duration_seconds)) },
  { title: "attempts", right: true, cell: ({ attempts }) => span(String(attempts)) },
  { title: "step", cell: ({ step_name }) => span(step_name) },
];

/** What made tasks slow, for reading. */
export function drawBottlenecks(report: BottleneckReport, columns: number): Line[] {
  const { scope_summary, bottleneck_analysis: analysis, performance_distribution } = report;
  const { percentiles } = performance_distribution;
  const { error_patterns: errors } = analysis;
  const lines: Line[] = [
    [
      span(
        `${scope_summary.total_tasks} tasks of ${scope_summary.unique_task_types} templates in ${scope_summary.time_span_hours} hours`,
      ),
    ],
    [
      span(
        `complete ones took ${seconds(percentiles.p50)} (p50), ${seconds(percentiles.p95)} (p95), ${seconds(percentiles.p99)} (p99)`,
      ),
    ],
    [
      span(`in error: ${errors.total_errors} (${errors.recent_error_rate} %)`),
      ...errors.common_error_types.map(({ type, count }) => span(`, ${type} ${count}`)),
    ],
  ];
  const table = <Row>(title: string, rows: readonly Row[], layout: readonly TableColumn<Row>[]) => {
    if (rows.length > 0) lines.push([], [span(title, "strong")], ...renderTable(rows, layout, columns));
  };
  table("slowest tasks", analysis.slowest_tasks, SLOW_TASKS);
  table("slowest steps", analysis.slowest_steps, SLOW_STEPS);
  if (report.recommendations.length > 0) lines.push([], ...report.recommendations.map((text) => [span(text)]));
  return lines;
}
