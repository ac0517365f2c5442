import { sqlstateOf } from "../database/failure-kind.ts";

/** Foreign key violation. */
const MISSING_ROW = "23503";

/** Whether rows that were to be written belong to a task that is not there any more: somebody has deleted it. */
export function isMissingTask(error: unknown): boolean {
  return sqlstateOf(error) === MISSING_ROW;
}
