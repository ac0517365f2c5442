import type { Connection } from "../../database/database.ts";
import { type SlowestOptions, slowestParameters } from "../slowest-options.ts";
import { type SlowTaskRow, selectSlowestTasks } from "./slow-task-row.ts";

export type { SlowTaskRow } from "./slow-task-row.ts";

/**
 * The tasks that took longest, longest first.
 * @throws DatabaseStatementError if the limit is negative, or, with SQLSTATE 42804 in its context, on a database whose
 *   functions were made by the reference engine: there the function always fails
 */
export function call(connection: Connection, options: SlowestOptions = {}): Promise<SlowTaskRow[]> {
  return connection.run(selectSlowestTasks, slowestParameters(options));
}
