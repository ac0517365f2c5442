import type { Connection } from "../../database/database.ts";
import { type SlowestOptions, slowestParameters } from "../slowest-options.ts";
import { type SlowStepRow, selectSlowestSteps } from "./slow-step-row.ts";

export type { SlowStepRow } from "./slow-step-row.ts";

/**
 * The complete steps that took longest, longest first.
 * @throws DatabaseStatementError if the limit is negative, or, with SQLSTATE 42804 in its context, on a database whose
 *   functions were made by the reference engine: there the function always fails
 */
export function call(connection: Connection, options: SlowestOptions = {}): Promise<SlowStepRow[]> {
  return connection.run(selectSlowestSteps, slowestParameters(options));
}
