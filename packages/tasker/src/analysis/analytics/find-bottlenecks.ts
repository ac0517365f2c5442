import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { RowOf } from "../../database/statement.ts";
import * as SlowestSteps from "../../models/slowest-steps/slowest-steps.ts";
import * as SlowestTasks from "../../models/slowest-tasks/slowest-tasks.ts";
import { selectBottleneckFacts } from "./bottleneck-statement.ts";
import { startOfPeriod } from "./period.ts";
import { recommend } from "./recommend.ts";

/** Which tasks to look at. */
export interface BottleneckScope {
  /** Only tasks that were created in so many hours before `now`: more than 0, at most 8,784. Default: 24. */
  readonly periodHours?: number;
  /** Exact name. Default: all. */
  readonly namespace?: string | null;
  /** Exact name of the template. Default: all. */
  readonly taskName?: string | null;
  /** Exact version of the template. Default: all. */
  readonly version?: string | null;
  /** Default: now. */
  readonly now?: Date;
}

const ErrorTypes = z.array(z.object({ type: z.string(), count: z.number() }));
const MostBlocked = z.array(z.object({ step_name: z.string(), count: z.number() }));

/** What made the tasks of a period slow. Everything is measured; what cannot be is null. */
export interface BottleneckAnalytics {
  readonly scope_summary: {
    readonly total_tasks: number;
    readonly unique_task_types: number;
    readonly time_span_hours: number;
  };
  readonly bottleneck_analysis: {
    /** The ten that took longest, from their creation to the end of their last step. */
    readonly slowest_tasks: readonly SlowestTasks.SlowTaskRow[];
    /** The ten complete steps that took longest from their creation. */
    readonly slowest_steps: readonly SlowestSteps.SlowStepRow[];
    readonly error_patterns: {
      /** Tasks in error. */
      readonly total_errors: number;
      /** Percentage of the tasks that is in error, one decimal. */
      readonly recent_error_rate: number;
      /** Codes, or else classes, of the errors of steps in error: the five most frequent. */
      readonly common_error_types: z.infer<typeof ErrorTypes>;
      /** Percentage of the steps with more than one attempt that is complete, one decimal; null if there are none. */
      readonly retry_success_rate: number | null;
    };
    readonly dependency_bottlenecks: {
      /** Dependencies of pending steps that are not done. */
      readonly blocking_dependencies: number;
      /** Mean age in seconds of the steps that wait for them. */
      readonly avg_wait_time: number;
      /** The three names that wait most often. */
      readonly most_blocked_steps: z.infer<typeof MostBlocked>;
    };
  };
  readonly performance_distribution: {
    /** Seconds from creation to completion, of the complete tasks; null if there are none. */
    readonly percentiles: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
    readonly distribution_buckets: readonly {
      readonly range: string;
      readonly count: number;
      /** Of the complete tasks, one decimal. */
      readonly percentage: number;
    }[];
  };
  /** At most five sentences. */
  readonly recommendations: readonly string[];
  readonly scope: {
    readonly namespace: string | null;
    readonly task_name: string | null;
    readonly version: string | null;
  };
  readonly analysis_period_hours: number;
  /** ISO 8601. */
  readonly generated_at: string;
}

/**
 * Finds what made the tasks of a period slow. Three queries that read these tasks and their steps.
 * @throws InvalidRequestError `periodHours` is not above 0 and at most 8,784
 * @throws DatabaseStatementError with SQLSTATE 42804 in its context, on a database whose functions were made by the reference
 *   engine (`tasker db doctor` offers ours)
 */
export async function findBottlenecks(
  connection: Connection,
  scope: BottleneckScope = {},
): Promise<BottleneckAnalytics> {
  const { periodHours = 24, namespace = null, taskName = null, version = null, now = new Date() } = scope;
  const since = startOfPeriod(periodHours, now);
  const slowest = { since, namespace, taskName, version };
  const slowTasks = await SlowestTasks.call(connection, slowest);
  const slowSteps = await SlowestSteps.call(connection, slowest);
  const [facts] = await connection.run(selectBottleneckFacts, [since, now, namespace, taskName, version]);
  if (facts === undefined) throw new Error("an aggregate gave no row");
  const analysis: BottleneckAnalytics["bottleneck_analysis"] = {
    slowest_tasks: slowTasks,
    slowest_steps: slowSteps,
    error_patterns: {
      total_errors: facts.failed_tasks,
      recent_error_rate: percent(facts.failed_tasks, facts.total_tasks),
      common_error_types: ErrorTypes.parse(facts.error_types),
      retry_success_rate: facts.retried_steps === 0 ? null : percent(facts.retried_complete, facts.retried_steps),
    },
    dependency_bottlenecks: {
      blocking_dependencies: facts.blocking_dependencies,
      avg_wait_time: Math.round(facts.avg_wait_time * 1_000) / 1_000,
      most_blocked_steps: MostBlocked.parse(facts.most_blocked),
    },
  };
  return {
    scope_summary: {
      total_tasks: facts.total_tasks,
      unique_task_types: facts.unique_task_types,
      time_span_hours: periodHours,
    },
    bottleneck_analysis: analysis,
    performance_distribution: distributionOf(facts),
    recommendations: recommend(analysis),
    scope: { namespace, task_name: taskName, version },
    analysis_period_hours: periodHours,
    generated_at: now.toISOString(),
  };
}

function distributionOf(
  facts: RowOf<typeof selectBottleneckFacts.columns>,
): BottleneckAnalytics["performance_distribution"] {
  const bucket = (range: string, count: number) => ({
    range,
    count,
    percentage: percent(count, facts.completed_tasks),
  });
  return {
    percentiles: { p50: facts.p50, p95: facts.p95, p99: facts.p99 },
    distribution_buckets: [
      bucket("0-10s", facts.below_10),
      bucket("10-30s", facts.below_30),
      bucket("30s+", facts.from_30),
    ],
  };
}

const percent = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((part / whole) * 1_000) / 10);
