import { DatabaseStatementError } from "../errors/index.ts";

/** Classes of SQLSTATE that say that the data is at fault: data exception, constraint violation, limit exceeded. */
const DATA_CLASSES: ReadonlySet<string> = new Set(["22", "23", "54"]);

/** Foreign key violation. */
const MISSING_ROW = "23503";

/** Whether rows that were to be written belong to a task that is not there any more: somebody has deleted it. */
export function isMissingTask(error: unknown): boolean {
  return error instanceof DatabaseStatementError && error.context.sqlstate === MISSING_ROW;
}

/** Whether the database refused what was to be written, so that writing it again cannot succeed. */
export function isDataRefusal(error: unknown): boolean {
  if (!(error instanceof DatabaseStatementError)) return false;
  const { sqlstate } = error.context;
  return typeof sqlstate === "string" && DATA_CLASSES.has(sqlstate.slice(0, 2));
}
