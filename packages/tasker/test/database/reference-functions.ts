/** A function of the reference engine, in the words of PostgreSQL's catalog. */
export interface ReferenceFunction {
  readonly arguments: string;
  readonly result: string;
}

const READINESS =
  "TABLE(workflow_step_id bigint, task_id bigint, named_step_id integer, name text, current_state text, " +
  "dependencies_satisfied boolean, retry_eligible boolean, ready_for_execution boolean, " +
  "last_failure_at timestamp without time zone, next_retry_at timestamp without time zone, total_parents integer, " +
  "completed_parents integer, attempts integer, retry_limit integer, backoff_request_seconds integer, " +
  "last_attempted_at timestamp without time zone)";

const CONTEXT =
  "TABLE(task_id bigint, named_task_id integer, status text, total_steps bigint, pending_steps bigint, " +
  "in_progress_steps bigint, completed_steps bigint, failed_steps bigint, ready_steps bigint, execution_status text, " +
  "recommended_action text, completion_percentage numeric, health_status text)";

const SLOWEST_ARGUMENTS =
  "since_timestamp timestamp with time zone DEFAULT NULL::timestamp with time zone, limit_count integer DEFAULT 10, " +
  "namespace_filter text DEFAULT NULL::text, task_name_filter text DEFAULT NULL::text, " +
  "version_filter text DEFAULT NULL::text";

/** The nine functions of the reference engine by name: what callers see of them. */
export const REFERENCE_FUNCTIONS: Readonly<Record<string, ReferenceFunction>> = {
  get_step_readiness_status: {
    arguments: "input_task_id bigint, step_ids bigint[] DEFAULT NULL::bigint[]",
    result: READINESS,
  },
  get_step_readiness_status_batch: { arguments: "input_task_ids bigint[]", result: READINESS },
  get_task_execution_context: { arguments: "input_task_id bigint", result: CONTEXT },
  get_task_execution_contexts_batch: { arguments: "input_task_ids bigint[]", result: CONTEXT },
  calculate_dependency_levels: {
    arguments: "input_task_id bigint",
    result: "TABLE(workflow_step_id bigint, dependency_level integer)",
  },
  get_system_health_counts_v01: {
    arguments: "",
    result:
      "TABLE(total_tasks bigint, pending_tasks bigint, in_progress_tasks bigint, complete_tasks bigint, " +
      "error_tasks bigint, cancelled_tasks bigint, total_steps bigint, pending_steps bigint, in_progress_steps bigint, " +
      "complete_steps bigint, error_steps bigint, retryable_error_steps bigint, exhausted_retry_steps bigint, " +
      "in_backoff_steps bigint, active_connections bigint, max_connections bigint)",
  },
  get_analytics_metrics_v01: {
    arguments: "since_timestamp timestamp with time zone DEFAULT NULL::timestamp with time zone",
    result:
      "TABLE(active_tasks_count bigint, total_namespaces_count bigint, unique_task_types_count bigint, " +
      "system_health_score numeric, task_throughput bigint, completion_count bigint, error_count bigint, " +
      "completion_rate numeric, error_rate numeric, avg_task_duration numeric, avg_step_duration numeric, " +
      "step_throughput bigint, analysis_period_start timestamp with time zone, calculated_at timestamp with time zone)",
  },
  get_slowest_tasks_v01: {
    arguments: SLOWEST_ARGUMENTS,
    result:
      "TABLE(task_id bigint, task_name character varying, namespace_name character varying, version character varying, " +
      "duration_seconds numeric, step_count bigint, completed_steps bigint, error_steps bigint, " +
      "created_at timestamp with time zone, completed_at timestamp with time zone, initiator character varying, " +
      "source_system character varying)",
  },
  get_slowest_steps_v01: {
    arguments: SLOWEST_ARGUMENTS,
    result:
      "TABLE(workflow_step_id bigint, task_id bigint, step_name character varying, task_name character varying, " +
      "namespace_name character varying, version character varying, duration_seconds numeric, attempts integer, " +
      "created_at timestamp with time zone, completed_at timestamp with time zone, retryable boolean, " +
      "step_status character varying)",
  },
};
