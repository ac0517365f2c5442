import type { Connection } from "../../database/database.ts";
import type { PerSource } from "../cursor/log-source.ts";
import { readLogPositionsAt } from "../reading/log-statements.ts";
import { lookAtLog } from "../reading/read-rows.ts";
import type { StartingPoint } from "../subscriber-options.ts";
import { findEventTime } from "./event-time.ts";

/** By how much rows may be older than others with lower ids, in milliseconds: transactions that take long, clocks that differ. */
const DISORDER_MS = 300_000;

const BEGINNING: PerSource<number> = { tasks: 0, taskRows: 0, stepRows: 0, events: 0 };

/** Where reading begins, and what is passed over from there on. */
export interface StartingPosition {
  readonly positions: PerSource<number>;
  /** Earlier events are passed over. */
  readonly since: Date | null;
  /** Id of an event that is passed over. */
  readonly after: string | null;
}

/**
 * Finds where a subscriber begins. What transactions that are open now have written already is not "from now on".
 * @throws EventNotFoundError if it is to begin after an event that the log does not have
 */
export async function findStartingPosition(connection: Connection, from: StartingPoint): Promise<StartingPosition> {
  if (from === "now") return { positions: (await lookAtLog(connection)).upto, since: null, after: null };
  if (from === "beginning") return { positions: BEGINNING, since: null, after: null };
  if (from instanceof Date) return { positions: await positionsBefore(connection, from), since: from, after: null };
  const since = await findEventTime(connection, from.after);
  return { positions: await positionsBefore(connection, since), since, after: from.after };
}

/** Positions below every row of this time and later. */
function positionsBefore(connection: Connection, at: Date): Promise<PerSource<number>> {
  return positionsAt(connection, new Date(at.getTime() - DISORDER_MS));
}

/** Positions above every row from before this time. */
export function positionsAfter(connection: Connection, at: Date): Promise<PerSource<number>> {
  return positionsAt(connection, new Date(at.getTime() + DISORDER_MS));
}

async function positionsAt(connection: Connection, at: Date): Promise<PerSource<number>> {
  const [row] = await connection.run(readLogPositionsAt, [at]);
  if (row === undefined) throw new RangeError("tasker_log_positions_at gave no row");
  const { tasks, task_rows: taskRows, step_rows: stepRows, events } = row;
  return { tasks, taskRows, stepRows, events };
}
