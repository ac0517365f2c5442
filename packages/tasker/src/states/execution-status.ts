/** What a task's steps say about what it is doing, as the SQL functions answer. */
export const EXECUTION_STATUSES = [
  "has_ready_steps",
  "processing",
  "blocked_by_failures",
  "all_complete",
  "waiting_for_dependencies",
] as const;

/** One of {@link EXECUTION_STATUSES}. */
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** What should happen to a task next; one for each execution status, in the same order. */
export const RECOMMENDED_ACTIONS = [
  "execute_ready_steps",
  "wait_for_completion",
  "handle_failures",
  "finalize_task",
  "wait_for_dependencies",
] as const;

/** One of {@link RECOMMENDED_ACTIONS}. */
export type RecommendedAction = (typeof RECOMMENDED_ACTIONS)[number];

/** How a task's failures stand. The SQL functions never answer `unknown`. */
export const HEALTH_STATUSES = ["healthy", "recovering", "blocked", "unknown"] as const;

/** One of {@link HEALTH_STATUSES}. */
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** Execution statuses of a task that can go on at once. */
export const ACTIONABLE_EXECUTION_STATUSES: readonly ExecutionStatus[] = ["has_ready_steps"];

/** Execution statuses of a task to be looked at again later. */
export const REENQUEUE_EXECUTION_STATUSES: readonly ExecutionStatus[] = ["processing", "waiting_for_dependencies"];

/** Execution statuses of a task that needs a person. */
export const INTERVENTION_EXECUTION_STATUSES: readonly ExecutionStatus[] = ["blocked_by_failures"];
