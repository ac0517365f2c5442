import type { Connection } from "../../database/database.ts";
import { selectOverview, selectTrends } from "./performance-statement.ts";

/** What became of the tasks that were created in a period. */
export interface PerformanceTrend {
  /** Tasks that were created. */
  readonly task_throughput: number;
  /** Percentage of them that is complete, two decimals. */
  readonly completion_rate: number;
  /** Percentage of them that is in error, two decimals. */
  readonly error_rate: number;
  /** Mean seconds from the creation of the complete ones to their completion. */
  readonly avg_task_duration: number;
  /** Mean seconds that completing attempts of their steps took. */
  readonly avg_step_duration: number;
  /** Their steps that are done. */
  readonly step_throughput: number;
}

/** How the tasks of a database do. */
export interface PerformanceReport {
  readonly system_overview: {
    /** Tasks that are pending or in progress. */
    readonly active_tasks: number;
    readonly total_namespaces: number;
    readonly unique_task_types: number;
    /** Of the tasks that came to be complete or in error within the hour and are so still, the share of the complete ones; 1 if there are none. */
    readonly system_health_score: number;
  };
  readonly performance_trends: Readonly<Record<"last_hour" | "last_4_hours" | "last_24_hours", PerformanceTrend>>;
  /** ISO 8601. */
  readonly generated_at: string;
}

/**
 * Measures how the tasks of the database did until a moment. Two queries that read the tasks of the last day, their steps, and
 * the current state of every task: for people and dashboards, not for each request.
 * @param now default: now
 * @param namespaces whose tasks alone count. Default: all
 */
export async function measurePerformance(
  connection: Connection,
  now: Date = new Date(),
  namespaces: readonly string[] | null = null,
): Promise<PerformanceReport> {
  const trends = new Map<string, PerformanceTrend>();
  for (const row of await connection.run(selectTrends, [now, namespaces])) {
    trends.set(row.period, {
      task_throughput: row.task_throughput,
      completion_rate: rate(row.completed, row.task_throughput),
      error_rate: rate(row.failed, row.task_throughput),
      avg_task_duration: toMilliseconds(row.avg_task_duration),
      avg_step_duration: toMilliseconds(row.avg_step_duration),
      step_throughput: row.step_throughput,
    });
  }
  const [overview] = await connection.run(selectOverview, [now, namespaces]);
  const ended = (overview?.recent_complete ?? 0) + (overview?.recent_failed ?? 0);
  return {
    system_overview: {
      active_tasks: overview?.active_tasks ?? 0,
      total_namespaces: overview?.total_namespaces ?? 0,
      unique_task_types: overview?.unique_task_types ?? 0,
      system_health_score: ended === 0 ? 1 : toMilliseconds((overview?.recent_complete ?? 0) / ended),
    },
    performance_trends: {
      last_hour: trends.get("last_hour") ?? NOTHING,
      last_4_hours: trends.get("last_4_hours") ?? NOTHING,
      last_24_hours: trends.get("last_24_hours") ?? NOTHING,
    },
    generated_at: now.toISOString(),
  };
}

const NOTHING: PerformanceTrend = {
  task_throughput: 0,
  completion_rate: 0,
  error_rate: 0,
  avg_task_duration: 0,
  avg_step_duration: 0,
  step_throughput: 0,
};

const rate = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100);

const toMilliseconds = (value: number) => Math.round(value * 1_000) / 1_000;
