import { array, int4, int8, text, timestamp } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";

/** Claims up to `$3` runnable tasks of the kinds `$2`; a claimed task has a new epoch. */
export const claimTasks = statement({
  name: "claim_tasks",
  text: "select task_id from tasker_claim($1, $2, $3, $4)",
  parameters: [int8, array(int4), int4, timestamp],
  columns: { task_id: int8 },
});

/** The ids of named tasks by namespace, name and version: three arrays of one length. */
export const findKinds = statement({
  name: "find_kinds",
  text: `
    select t.named_task_id
    from unnest($1::text[], $2::text[], $3::text[]) as k(namespace, name, version)
    join tasker_task_namespaces n on n.name = k.namespace
    join tasker_named_tasks t on t.task_namespace_id = n.task_namespace_id and t.name = k.name and t.version = k.version`,
  parameters: [array(text), array(text), array(text)],
  columns: { named_task_id: int4 },
});

/** Draws a fencing token. */
export const drawEpoch = statement({
  name: "draw_epoch",
  text: "select nextval('tasker_epochs') as epoch",
  parameters: [],
  columns: { epoch: int8 },
});
