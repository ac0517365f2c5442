import type { Connection } from "../../database/database.ts";
import { array, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import type { VisibleNamespaces } from "../../models/visible-namespaces.ts";

/** Ready steps that are offered, counted by queue and template. `$1`: namespaces; null: all. */
export const selectQueues = statement({
  name: "reading_queues",
  text: `
    select o.queue, s.name as namespace, n.name, n.version, o.depth, o.oldest_at, o.next_run_at
    from (
      select q.queue, q.named_task_id, count(*) as depth, min(q.offered_at) as oldest_at, min(q.run_at) as next_run_at
      from tasker_ready_steps q group by q.queue, q.named_task_id
    ) o
    join tasker_named_tasks n on n.named_task_id = o.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where $1::text[] is null or s.name = any($1)
    order by o.queue, s.name, n.name, n.version`,
  parameters: [nullable(array(text))],
  columns: {
    queue: varchar,
    namespace: varchar,
    name: varchar,
    version: varchar,
    depth: int8,
    oldest_at: timestamp,
    next_run_at: timestamp,
  },
});

/** The steps of one template that wait in a queue for somebody who takes them. */
export type ReadQueue = RowOf<(typeof selectQueues)["columns"]>;

/** The queues with steps of namespaces that somebody may see. A queue in which nothing waits is not told of. */
export function readQueues(connection: Connection, scope: VisibleNamespaces): Promise<ReadQueue[]> {
  return connection.run(selectQueues, [scope === "all" ? null : scope]);
}
