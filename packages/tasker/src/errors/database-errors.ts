import { TaskerError } from "./tasker-error.ts";

/** The database cannot be reached, or refuses connections. Nothing was written: worth trying again. */
export class DatabaseUnavailableError extends TaskerError {
  readonly code: "TASKER_DATABASE_UNAVAILABLE" | "TASKER_OUTCOME_UNKNOWN" = "TASKER_DATABASE_UNAVAILABLE";
}

/**
 * The connection to the database was lost after a statement was sent and before its answer came, or the answer did not come
 * in time: the statement may have been executed or not. Worth trying again only where doing it twice does no harm.
 */
export class OutcomeUnknownError extends DatabaseUnavailableError {
  override readonly code = "TASKER_OUTCOME_UNKNOWN";
}

/** Another process has the embedded database's directory open. */
export class DatabaseInUseError extends TaskerError {
  readonly code = "TASKER_DATABASE_IN_USE";
}

/** The database refused a statement; `context` has `sqlstate` and `statement`. */
export class DatabaseStatementError extends TaskerError {
  readonly code = "TASKER_DATABASE_STATEMENT";
}

/** A migration failed, or the database's schema is not the one this release works with. */
export class MigrationError extends TaskerError {
  readonly code = "TASKER_MIGRATION";
}

/** A 64-bit integer from the database is outside the range that a JavaScript number holds exactly. */
export class UnsafeIntegerError extends TaskerError {
  readonly code = "TASKER_UNSAFE_INTEGER";
}

/** The archive of pruned tasks cannot be opened or written; the tasks of the batch under way were not deleted. */
export class ArchiveError extends TaskerError {
  readonly code = "TASKER_ARCHIVE";
}
