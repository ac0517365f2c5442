/** Rows deleted, by table. */
export interface PrunedRows {
  readonly tasker_tasks: number;
  readonly tasker_task_transitions: number;
  readonly tasker_task_annotations: number;
  readonly tasker_task_runs: number;
  readonly tasker_workflow_steps: number;
  readonly tasker_workflow_step_edges: number;
  readonly tasker_workflow_step_transitions: number;
}

/**
 * Why a task that was found was left:
 * - `busy`: a row of it was locked, or it was taken up again in the meantime
 * - `linked`: an edge joins one of its steps to a step of another task
 * - `referenced`: a table that Tasker does not know refers to it
 * - `unread`: a durable subscriber has still to read something of it
 * - `oversized`: it is too large for a line of the archive
 */
export type SkipReason = "busy" | "linked" | "unread" | "referenced" | "oversized";

/** Every reason, in the order in which they are reported. */
export const SKIP_REASONS = ["busy", "linked", "unread", "referenced", "oversized"] as const satisfies SkipReason[];

/** Tasks that were left for one reason. */
export interface SkippedTasks {
  readonly count: number;
  /** The first of them, at most 20. */
  readonly taskIds: readonly number[];
}

/** What a run has done, or of a dry run: would have done. */
export interface PruneReport {
  /** Tasks deleted. */
  readonly tasks: number;
  readonly rows: PrunedRows;
  /** Recorded attempts of webhooks that were deleted. */
  readonly webhookDeliveries: number;
  /** Stored events of no task that were deleted. */
  readonly looseEvents: number;
  /** Rows of the audit log that were deleted. */
  readonly auditRows: number;
  readonly skipped: Readonly<Record<SkipReason, SkippedTasks>>;
  /** Whether it was stopped before it came to the end. */
  readonly stopped: boolean;
}

/** Nothing deleted. */
export const NO_ROWS: PrunedRows = {
  tasker_tasks: 0,
  tasker_task_transitions: 0,
  tasker_task_annotations: 0,
  tasker_task_runs: 0,
  tasker_workflow_steps: 0,
  tasker_workflow_step_edges: 0,
  tasker_workflow_step_transitions: 0,
};

/** The sums of two counts. */
export function addRows(one: PrunedRows, other: PrunedRows): PrunedRows {
  const sum = { ...one };
  for (const table of Object.keys(NO_ROWS) as (keyof PrunedRows)[]) sum[table] += other[table];
  return sum;
}

/** Most tasks of one reason that a report names. */
const NAMED_TASKS = 20;

/** Collects what the batches of a run have done. */
export class PruneTally {
  #rows = NO_ROWS;
  #webhookDeliveries = 0;
  #looseEvents = 0;
  #auditRows = 0;
  readonly #skipped: Record<SkipReason, SkippedTasks> = {
    busy: { count: 0, taskIds: [] },
    linked: { count: 0, taskIds: [] },
    unread: { count: 0, taskIds: [] },
    referenced: { count: 0, taskIds: [] },
    oversized: { count: 0, taskIds: [] },
  };

  delete(rows: PrunedRows): void {
    this.#rows = addRows(this.#rows, rows);
  }

  deleteLooseEvents(count: number): void {
    this.#looseEvents += count;
  }

  deleteAudit(count: number): void {
    this.#auditRows += count;
  }

  deleteDeliveries(count: number): void {
    this.#webhookDeliveries += count;
  }

  skip(reason: SkipReason, taskIds: readonly number[]): void {
    const { count, taskIds: named } = this.#skipped[reason];
    this.#skipped[reason] = {
      count: count + taskIds.length,
      taskIds: [...named, ...taskIds.slice(0, NAMED_TASKS - named.length)],
    };
  }

  report(stopped: boolean): PruneReport {
    const webhookDeliveries = this.#webhookDeliveries;
    const looseEvents = this.#looseEvents;
    const auditRows = this.#auditRows;
    const skipped = { ...this.#skipped };
    const rows = this.#rows;
    return { tasks: rows.tasker_tasks, rows, webhookDeliveries, looseEvents, auditRows, skipped, stopped };
  }
}
