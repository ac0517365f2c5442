import type { Database } from "tasker";
import {
  AnalyticsMetrics,
  DependencyLevels,
  SlowestSteps,
  SlowestTasks,
  StepReadinessStatus,
  SystemHealthCounts,
  TaskExecutionContext,
} from "tasker/models";
import type { Given } from "./data-set.ts";

type Ask = (database: Database, given: Given) => Promise<unknown>;

/** The nine functions, each through its wrapper. The batch functions are asked for a hundred tasks. */
export const FUNCTION_QUESTIONS: Readonly<Record<string, Ask>> = {
  get_step_readiness_status: (database, given) => StepReadinessStatus.forTask(database, given.task_id),
  get_step_readiness_status_batch: (database, given) => StepReadinessStatus.forTasks(database, given.task_ids),
  get_task_execution_context: (database, given) => TaskExecutionContext.find(database, given.task_id),
  get_task_execution_contexts_batch: (database, given) => TaskExecutionContext.forTasks(database, given.task_ids),
  calculate_dependency_levels: (database, given) => DependencyLevels.forTask(database, given.task_id),
  get_system_health_counts_v01: (database) => SystemHealthCounts.call(database),
  get_analytics_metrics_v01: (database) => AnalyticsMetrics.call(database),
  get_slowest_tasks_v01: (database) => SlowestTasks.call(database),
  get_slowest_steps_v01: (database) => SlowestSteps.call(database),
};
