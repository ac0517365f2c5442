import type { Connection } from "../database/database.ts";
import { array, int8, nullable, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { CreationFacts, EventSubject } from "../events/transition-facts.ts";

/** What events tell of tasks. */
export const readEventSubjects = statement({
  name: "read_event_subjects",
  text: `
    select k.task_id, s.name as namespace, n.name, n.version, r.correlation_id, k.requested_at, k.initiator,
      k.source_system, k.reason, k.created_at
    from tasker_tasks k
    join tasker_named_tasks n on n.named_task_id = k.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    left join tasker_task_runs r on r.task_id = k.task_id
    where k.task_id = any($1)`,
  parameters: [array(int8)],
  columns: {
    task_id: int8,
    namespace: varchar,
    name: varchar,
    version: varchar,
    correlation_id: nullable(varchar),
    requested_at: timestamp,
    initiator: nullable(varchar),
    source_system: nullable(varchar),
    reason: nullable(varchar),
    created_at: timestamp,
  },
});

/** A task as its events name it, and what its creation tells. */
export interface FoundSubject {
  readonly subject: EventSubject;
  readonly creation: CreationFacts;
}

/** Reads tasks as their events name them, by their ids; one that is gone is missing. */
export async function findEventSubjects(
  connection: Connection,
  taskIds: readonly number[],
): Promise<ReadonlyMap<number, FoundSubject>> {
  const rows = await connection.run(readEventSubjects, [[...taskIds]]);
  return new Map(
    rows.map((row) => [
      row.task_id,
      {
        subject: {
          taskId: row.task_id,
          namespace: row.namespace,
          taskName: row.name,
          version: row.version,
          correlationId: row.correlation_id,
          requestedAt: row.requested_at.getTime(),
        },
        creation: {
          initiator: row.initiator,
          sourceSystem: row.source_system,
          reason: row.reason,
          at: row.created_at.getTime(),
        },
      },
    ]),
  );
}
