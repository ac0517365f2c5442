import { DatabaseStatementError, DatabaseUnavailableError, OutcomeUnknownError, TaskerError } from "../errors/index.ts";

/** Where and what a driver was asked when it failed. */
export interface DriverErrorOrigin {
  /** Where the database is, without user or password: `127.0.0.1:5432`, or a directory. */
  readonly place: string;
  /** Name or beginning of the statement. */
  readonly statement: string;
  /** Whether the driver's error is worth keeping as `cause`. PGlite's is not: its stack holds 15 kB of minified code. */
  readonly keepCause: boolean;
  /** Whether the statement had been sent and would stand by itself: then a lost connection leaves it open whether it does. */
  readonly mayStand: boolean;
}

/** SQLSTATE classes and codes that say that the server, not the statement, is the trouble. */
const UNAVAILABLE_CLASS = "08";
const UNAVAILABLE = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
  "25P03", // idle_in_transaction_session_timeout: the connection and its transaction are gone
  "53300", // too_many_connections
]);

/** Text of a statement, short enough for a message. */
export function statementLabel(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/**
 * The error of the family that stands for what a driver threw. A SQLSTATE means that the server answered:
 * `DatabaseStatementError`, unless the code says that it is going away or full. Everything else that a driver raises
 * comes from the connection: `DatabaseUnavailableError`, or `OutcomeUnknownError` if the statement may have been executed
 * all the same. Errors of the family, and programming errors, pass unchanged.
 */
export function toDatabaseError(error: unknown, origin: DriverErrorOrigin): unknown {
  if (error instanceof TaskerError || error instanceof TypeError || error instanceof RangeError) return error;
  const cause = origin.keepCause ? error : undefined;
  const sqlstate = sqlstateOf(error);
  const { place, statement } = origin;
  if (sqlstate === undefined || sqlstate.startsWith(UNAVAILABLE_CLASS) || UNAVAILABLE.has(sqlstate)) {
    const reason = reasonOf(error);
    const context = { place, reason, statement, ...(sqlstate === undefined ? {} : { sqlstate }) };
    if (!origin.mayStand) {
      return new DatabaseUnavailableError(`The database at ${place} cannot be reached: ${reason}`, { context, cause });
    }
    return new OutcomeUnknownError(
      `The database at ${place} was lost before it answered "${statement}", which it may have executed: ${reason}`,
      { context, cause },
    );
  }
  const constraint = fieldOf(error, "constraint");
  const detail = fieldOf(error, "detail");
  return new DatabaseStatementError(`The database refused "${statement}": ${reasonOf(error)} (${sqlstate})`, {
    context: {
      sqlstate,
      statement,
      ...(constraint === undefined ? {} : { constraint }),
      ...(detail === undefined ? {} : { detail }),
    },
    cause,
  });
}

function sqlstateOf(error: unknown): string | undefined {
  const code = fieldOf(error, "code");
  // Node's own codes (ECONNREFUSED, EPIPE) have another shape, and no severity
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && fieldOf(error, "severity") !== undefined
    ? code
    : undefined;
}

function reasonOf(error: unknown): string {
  // connecting to a name with several addresses fails with one error for each and an empty message
  if (error instanceof AggregateError && error.message === "") return error.errors.map(reasonOf).join("; ");
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n", 1)[0] ?? "").slice(0, 500);
}

function fieldOf(error: unknown, field: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const value = Reflect.get(error, field);
  return typeof value === "string" && value !== "" ? value : undefined;
}
