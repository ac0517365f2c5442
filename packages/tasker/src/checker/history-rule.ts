/** A rule of the audit trail, as a query for what breaks it among the tasks of a stretch. */
export interface HistoryRule {
  /** Unique, such as `legal transitions`. */
  readonly name: string;
  /** What is so where the rule is kept. */
  readonly verifies: string;
  /**
   * A query over the tables of `history-tables.ts` that gives a row for each breach: `task_id`, `step_id` (null: the task
   * itself), `found` as a text for readers, and `unclear`: whether it cannot be told from the rows if the rule is broken.
   */
  readonly sql: string;
  /** Whether it reads tables that a database made by Rails does not have. Default: it does not. */
  readonly readsEngineTables?: boolean;
}
