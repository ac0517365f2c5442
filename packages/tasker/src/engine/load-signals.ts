import type { Connection } from "../database/database.ts";
import { array, int8, jsonb, nullable, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { StoredJson } from "./stored-json.ts";
import type { TaskRun } from "./task-run.ts";

/** The signals that wait in some tasks, oldest first. */
export const loadSignalsStatement = statement({
  name: "load_signals",
  text: `
    select g.task_id, g.signal_id, g.name, g.payload, g.sender, g.received_at
    from unnest($1::bigint[]) as asked(id)
    cross join lateral (
      select * from tasker_signals s where s.task_id = asked.id and s.consumed_at is null order by s.signal_id
    ) g`,
  parameters: [array(int8)],
  columns: {
    task_id: int8,
    signal_id: int8,
    name: varchar,
    payload: nullable(jsonb),
    sender: nullable(varchar),
    received_at: timestamp,
  },
});

/** A signal that no step has taken yet. */
export interface WaitingSignal {
  readonly signalId: number;
  readonly name: string;
  readonly payload: StoredJson;
  readonly sender: string | null;
  readonly receivedAt: Date;
}

/** Reads the signals that wait in tasks. Every signal raises its task's revision: one that has none is not asked for. */
export async function loadSignals(connection: Connection, runs: readonly TaskRun[]): Promise<void> {
  const asked = new Map(runs.filter((run) => run.revision > 0 && !run.isOver).map((run) => [run.taskId, run]));
  if (asked.size === 0) return;
  for (const row of await connection.run(loadSignalsStatement, [[...asked.keys()]])) {
    asked.get(row.task_id)?.signals.push({
      signalId: row.signal_id,
      name: row.name,
      payload: StoredJson.of(row.payload),
      sender: row.sender,
      receivedAt: row.received_at,
    });
  }
}
