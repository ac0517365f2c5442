import type { Connection } from "../../database/database.ts";
import type { RowOf } from "../../database/statement.ts";
import { countConnections, countLatestSteps, countLatestTasks, measureWindow } from "./status-statements.ts";

/** Rows of each table that are read at most. */
const ROWS = 20_000;
/** Length of the window of rates, in seconds. */
const WINDOW_SECONDS = 3_600;

/** What is measured in the database for a status. */
export interface StatusFigures {
  readonly tasks: RowOf<typeof countLatestTasks.columns>;
  readonly steps: RowOf<typeof countLatestSteps.columns>;
  readonly window: RowOf<typeof measureWindow.columns>;
  readonly connections: RowOf<typeof countConnections.columns>;
}

/**
 * Measures in four statements, each of which reads at most 20,000 rows of a table, whatever is in it.
 */
export async function measureStatus(connection: Connection, now: Date): Promise<StatusFigures> {
  const tasks = only(await connection.run(countLatestTasks, [ROWS]));
  const steps = only(await connection.run(countLatestSteps, [ROWS]));
  const window = only(await connection.run(measureWindow, [now, WINDOW_SECONDS, ROWS]));
  const connections = only(await connection.run(countConnections, []));
  return { tasks, steps, window, connections };
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new RangeError("an aggregate gave no row");
  return row;
}
