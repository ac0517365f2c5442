/**
 * What a database holds, as rows in memory. Columns are those of the tables; times are microseconds after the present,
 * and lie in columns whose names end in `_us` instead of `_at`.
 */
export interface Content {
  readonly namespaces: readonly NamespaceRow[];
  readonly namedTasks: readonly NamedTaskRow[];
  readonly namedSteps: readonly NamedStepRow[];
  readonly tasks: readonly TaskRow[];
  readonly taskTransitions: readonly TaskTransitionRow[];
  readonly steps: readonly StepRow[];
  readonly edges: readonly EdgeRow[];
  readonly stepTransitions: readonly StepTransitionRow[];
}

export interface NamespaceRow {
  readonly task_namespace_id: number;
  readonly name: string;
}

export interface NamedTaskRow {
  readonly named_task_id: number;
  readonly task_namespace_id: number;
  readonly name: string;
  readonly version: string;
}

export interface NamedStepRow {
  readonly named_step_id: number;
  readonly name: string;
}

export interface TaskRow {
  readonly task_id: number;
  readonly named_task_id: number;
  readonly initiator: string | null;
  readonly source_system: string | null;
  readonly created_us: number;
}

/** What both kinds of transition have. */
export interface TransitionRow {
  readonly to_state: string;
  readonly sort_key: number;
  readonly most_recent: boolean;
  readonly created_us: number;
}

export interface TaskTransitionRow extends TransitionRow {
  readonly task_id: number;
}

export interface StepTransitionRow extends TransitionRow {
  readonly workflow_step_id: number;
}

export interface StepRow {
  readonly workflow_step_id: number;
  readonly task_id: number;
  readonly named_step_id: number;
  readonly retryable: boolean;
  readonly retry_limit: number | null;
  readonly in_process: boolean;
  readonly processed: boolean;
  readonly attempts: number | null;
  readonly last_attempted_us: number | null;
  readonly backoff_request_seconds: number | null;
  readonly created_us: number;
}

export interface EdgeRow {
  readonly from_step_id: number;
  readonly to_step_id: number;
}

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
