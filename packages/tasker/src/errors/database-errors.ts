import { TaskerError } from "./tasker-error.ts";

/** The database cannot be reached, or refuses connections. Worth trying again. */
export class DatabaseUnavailableError extends TaskerError {
  readonly code = "TASKER_DATABASE_UNAVAILABLE";
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
