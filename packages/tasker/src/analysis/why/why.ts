/** Why a task does not go on, as a word for programs. */
export type WhySituation =
  | "complete"
  | "cancelled"
  | "resolved"
  | "failed"
  | "paused"
  | "not_adopted"
  | "never_wakes"
  | "scheduled"
  | "no_process"
  | "nobody_capable"
  | "queued"
  | "owner_gone"
  | "owner_stuck"
  | "no_attempts_allowed"
  | "failed_step"
  | "waiting_for_permit"
  | "circuit_open"
  | "waiting_for_retry"
  | "waiting_for_signal"
  | "waiting_for_child"
  | "sleeping"
  | "past_deadline"
  | "running"
  | "retry_due"
  | "offered"
  | "waiting_for_worker"
  | "waiting_for_slot"
  | "behind_cancelled"
  | "moving";

/** One thing that keeps a task, or one of its steps, from going on. */
export interface WhyReason {
  readonly situation: WhySituation;
  /** Null: it is about the task as a whole. */
  readonly step_name: string | null;
  /** One or more sentences: what it is, and what would change it. */
  readonly text: string;
  /** Commands that would change it. */
  readonly commands: readonly string[];
}

/** Why a task does not go on. */
export interface Why {
  readonly task_id: number;
  readonly state: string;
  /** That of the first reason. */
  readonly situation: WhySituation;
  /** Everything as one paragraph. */
  readonly text: string;
  /** At least one; what weighs most first. */
  readonly reasons: readonly WhyReason[];
}
