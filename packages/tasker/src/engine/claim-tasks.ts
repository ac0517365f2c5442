import { array, int4, int8, nullable, timestamp } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/**
 * Claims up to `$5` runnable tasks of the kinds `$2`: of the namespace of each as many as it has in `$3`, and `$4` more of
 * all together; a claimed task has a new epoch. Also gives the tasks of this process that somebody else has changed since
 * the last call, with the revision that they have `raised`.
 */
export const claimTasks = statement({
  name: "claim_tasks",
  text: "select task_id, raised from tasker_claim($1, $2, $3, $4, $5, $6)",
  parameters: [int8, array(int4), array(int4), int4, int4, timestamp],
  columns: { task_id: int8, raised: nullable(int4) },
});

/** Draws a fencing token. */
export const drawEpoch = statement({
  name: "draw_epoch",
  text: "select nextval('tasker_epochs') as epoch",
  parameters: [],
  columns: { epoch: int8 },
});
