import type { Connection } from "../../src/database/database.ts";
import type { SlowestArguments } from "./oracle/slowest.ts";

type Row = Readonly<Record<string, unknown>>;
type Ids = readonly (number | null)[] | null;

/** How a column is read: a number as it is, a `numeric` as its text, a time in microseconds after the present. */
const asText = (column: string) => `${column}::text as ${column}`;
const asUs = (column: string) =>
  `(extract(epoch from ${column} - (now() at time zone 'UTC')) * 1000000)::int8 as ${column}`;
const asZonedUs = (column: string) => `(extract(epoch from ${column} - now()) * 1000000)::int8 as ${column}`;

const READINESS = [
  "workflow_step_id, task_id, named_step_id, name, current_state, dependencies_satisfied, retry_eligible",
  "ready_for_execution",
  asUs("last_failure_at"),
  asUs("next_retry_at"),
  "total_parents, completed_parents, attempts, retry_limit, backoff_request_seconds",
  asUs("last_attempted_at"),
].join(", ");

const CONTEXT = [
  "task_id, named_task_id, status, total_steps, pending_steps, in_progress_steps, completed_steps, failed_steps",
  "ready_steps, execution_status, recommended_action",
  asText("completion_percentage"),
  "health_status",
].join(", ");

const ANALYTICS = [
  "active_tasks_count, total_namespaces_count, unique_task_types_count",
  asText("system_health_score"),
  "task_throughput, completion_count, error_count",
  ...["completion_rate", "error_rate", "avg_task_duration", "avg_step_duration"].map(asText),
  "step_throughput",
  ...["analysis_period_start", "calculated_at"].map(asZonedUs),
].join(", ");

const SLOW_TASKS = [
  "task_id, task_name, namespace_name, version",
  asText("duration_seconds"),
  "step_count, completed_steps, error_steps",
  ...["created_at", "completed_at"].map(asZonedUs),
  "initiator, source_system",
].join(", ");

const SLOW_STEPS = [
  "workflow_step_id, task_id, step_name, task_name, namespace_name, version",
  asText("duration_seconds"),
  "attempts",
  ...["created_at", "completed_at"].map(asZonedUs),
  "retryable, step_status",
].join(", ");

/** The instant this many microseconds after the present. */
const INSTANT = "now() + $1::int8 * interval '1 microsecond'";

/** Calls `get_step_readiness_status`, ordered by step; without a list of steps with one argument. */
export function callReadiness(connection: Connection, taskId: number | null, stepIds?: Ids): Promise<Row[]> {
  const [list, parameters] = stepIds === undefined ? ["", [taskId]] : [", $2::int8[]", [taskId, stepIds]];
  return connection.query(
    `select ${READINESS} from get_step_readiness_status($1::int8${list}) order by workflow_step_id`,
    parameters,
  );
}

/** Calls `get_step_readiness_status_batch`, ordered by step. */
export function callReadinessBatch(connection: Connection, taskIds: Ids): Promise<Row[]> {
  return connection.query(
    `select ${READINESS} from get_step_readiness_status_batch($1::int8[]) order by workflow_step_id`,
    [taskIds],
  );
}

/** Calls `get_task_execution_context`. */
export function callContext(connection: Connection, taskId: number | null): Promise<Row[]> {
  return connection.query(`select ${CONTEXT} from get_task_execution_context($1::int8)`, [taskId]);
}

/** Calls `get_task_execution_contexts_batch`, in the function's own order. */
export function callContexts(connection: Connection, taskIds: Ids): Promise<Row[]> {
  return connection.query(`select ${CONTEXT} from get_task_execution_contexts_batch($1::int8[])`, [taskIds]);
}

/** Calls `calculate_dependency_levels`, in the function's own order. */
export function callLevels(connection: Connection, taskId: number | null): Promise<Row[]> {
  return connection.query("select * from calculate_dependency_levels($1::int8)", [taskId]);
}

/** Calls `get_system_health_counts_v01`. */
export function callSystemHealth(connection: Connection): Promise<Row[]> {
  return connection.query("select * from get_system_health_counts_v01()");
}

/** Calls `get_analytics_metrics_v01`, without an argument if `sinceUs` is absent. */
export function callAnalytics(connection: Connection, sinceUs?: number | null): Promise<Row[]> {
  if (sinceUs === undefined) return connection.query(`select ${ANALYTICS} from get_analytics_metrics_v01()`);
  return connection.query(`select ${ANALYTICS} from get_analytics_metrics_v01(${INSTANT})`, [sinceUs]);
}

function callSlowest(connection: Connection, call: string, given: SlowestArguments): Promise<Row[]> {
  const { sinceUs, limit, namespace, name, version } = given;
  return connection.query(`${call}(${INSTANT}, $2::int4, $3::text, $4::text, $5::text)`, [
    sinceUs,
    limit,
    namespace,
    name,
    version,
  ]);
}

/** Calls `get_slowest_tasks_v01`, in the function's own order. */
export function callSlowTasks(connection: Connection, given: SlowestArguments): Promise<Row[]> {
  return callSlowest(connection, `select ${SLOW_TASKS} from get_slowest_tasks_v01`, given);
}

/** Calls `get_slowest_steps_v01`, in the function's own order. */
export function callSlowSteps(connection: Connection, given: SlowestArguments): Promise<Row[]> {
  return callSlowest(connection, `select ${SLOW_STEPS} from get_slowest_steps_v01`, given);
}
