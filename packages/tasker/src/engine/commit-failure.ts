import { DatabaseStatementError } from "../errors/index.ts";

/** Classes of SQLSTATE that say that the data is at fault: data exception, constraint violation, limit exceeded. */
const DATA_CLASSES: ReadonlySet<string> = new Set(["22", "23", "54"]);

/** Whether the database refused what was to be written, so that writing it again cannot succeed. */
export function isDataRefusal(error: unknown): boolean {
  if (!(error instanceof DatabaseStatementError)) return false;
  const { sqlstate } = error.context;
  return typeof sqlstate === "string" && DATA_CLASSES.has(sqlstate.slice(0, 2));
}
