import type { Connection } from "../../database/database.ts";
import { bool, int4, int8, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { decodeCursor } from "../paging/cursor.ts";
import { IdKey, type Page, type PageRequest, pageLimit, pageOf } from "../paging/page.ts";

/** Signals of a task after one of them. `$3`: only those that no step has taken. */
export const selectSignals = statement({
  name: "reading_signals",
  text: `
    select g.signal_id, g.task_id, g.name, g.payload, g.sender, g.idempotency_key, g.received_at, g.consumed_at,
      g.consumed_by_step_id
    from tasker_signals g
    where g.task_id = $1 and g.signal_id > $2 and (not $3::bool or g.consumed_at is null)
    order by g.signal_id limit $4::int4`,
  parameters: [int8, int8, bool, int4],
  columns: {
    signal_id: int8,
    task_id: int8,
    name: varchar,
    payload: jsonb,
    sender: nullable(varchar),
    idempotency_key: nullable(varchar),
    received_at: timestamp,
    consumed_at: nullable(timestamp),
    consumed_by_step_id: nullable(int8),
  },
});

/** What somebody outside has told a task. */
export type ReadSignal = RowOf<(typeof selectSignals)["columns"]>;

/** Which signals of a task are asked for. */
export interface SignalPageRequest extends PageRequest {
  /** Only those that wait for a step to take them. Default: false. */
  readonly waiting?: boolean | undefined;
}

/** A page of the signals of a task in the order in which they came. @throws InvalidRequestError */
export async function readSignalPage(
  connection: Connection,
  taskId: number,
  request: SignalPageRequest,
): Promise<Page<ReadSignal>> {
  const limit = pageLimit(request);
  const list = `signals:${taskId}`;
  const [after] = request.cursor === undefined ? [0] : decodeCursor(list, IdKey, request.cursor);
  const rows = await connection.run(selectSignals, [taskId, after, request.waiting ?? false, limit + 1]);
  return pageOf(list, rows, limit, (row) => [row.signal_id]);
}
