import { DatabaseStatementError, DatabaseUnavailableError, OutcomeUnknownError } from "../errors/index.ts";

/**
 * What a failed call to the database calls for:
 * - `data`: the values are at fault; the same ones will be refused again
 * - `conflict`: it lost against another transaction, and was rolled back; can be done again at once
 * - `busy`: something that it needs is held by others or takes too long: a lock, time, memory; smaller or later it may work
 * - `away`: the database cannot be reached, cannot be written to or is full; nothing was written; works later
 * - `unknown`: the connection was lost before the answer came; whether it was done is to be found out
 * - `permanent`: neither waiting nor other values help: a missing function or right, a wrong setting, a defect of ours
 */
export type FailureKind = "data" | "conflict" | "busy" | "away" | "unknown" | "permanent";

/** By the first two characters of the SQLSTATE, where {@link BY_CODE} has no line. What is in neither is `permanent`. */
const BY_CLASS: Readonly<Record<string, FailureKind>> = {
  "08": "away", // connection exception; poolers use it for whatever is wrong behind them
  "22": "data", // data exception
  "23": "data", // integrity constraint violation
  "40": "conflict", // transaction rollback: serialization_failure, deadlock_detected
  "44": "data", // with check option violation
  "53": "away", // insufficient resources: disk_full, too_many_connections
  "54": "data", // program limit exceeded
  "57": "away", // operator intervention: admin_shutdown, crash_shutdown, cannot_connect_now
  "58": "away", // system error: io_error
};

const BY_CODE: Readonly<Record<string, FailureKind>> = {
  "0A000": "conflict", // a prepared plan's columns have changed; its connection is thrown away, a new one makes a new plan
  "25006": "away", // read_only_sql_transaction: a standby, or a server that is about to become one
  "25P03": "away", // idle_in_transaction_session_timeout
  "25P04": "busy", // transaction_timeout
  "40002": "data", // transaction_integrity_constraint_violation
  "53200": "busy", // out_of_memory
  "55P03": "busy", // lock_not_available
  "57014": "busy", // query_canceled: statement_timeout, or somebody's pg_cancel_backend
  "57P04": "permanent", // database_dropped
  P0001: "data", // raise_exception: somebody's trigger refuses the row
  TK409: "conflict", // our own functions: a row was moved by somebody who takes no lock
};

/** Codes after which a connection is of no more use, although it still works. */
const OUTDATED = new Set([
  "0A000", // holds a plan that no longer fits
  "25006", // leads to a server that cannot be written to any more: a new one may lead to its successor
  "26000", // invalid_sql_statement_name: has lost its prepared statements
  "42P05", // duplicate_prepared_statement: has others' statements
]);

/** The SQLSTATE of an error of the family, if the server gave one. */
export function sqlstateOf(error: unknown): string | null {
  if (!(error instanceof DatabaseStatementError || error instanceof DatabaseUnavailableError)) return null;
  const { sqlstate } = error.context;
  return typeof sqlstate === "string" ? sqlstate : null;
}

/** What an error that a call to the database threw calls for. */
export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof OutcomeUnknownError) return "unknown";
  if (error instanceof DatabaseUnavailableError) return "away";
  const sqlstate = sqlstateOf(error);
  if (sqlstate === null) return "permanent";
  return BY_CODE[sqlstate] ?? BY_CLASS[sqlstate.slice(0, 2)] ?? "permanent";
}

/** Whether the connection on which an error came is to be thrown away. */
export function isConnectionOutdated(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError || OUTDATED.has(sqlstateOf(error) ?? "");
}
