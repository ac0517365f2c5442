import { TaskerError } from "../errors/index.ts";

/** The command line cannot be understood, or names something that cannot be read. Exit code 2. */
export class UsageError extends TaskerError {
  readonly code = "TASKER_USAGE";
}

/** The module with the step handlers exists and cannot be loaded; `cause` is what it threw. */
export class HandlersModuleError extends TaskerError {
  readonly code = "TASKER_HANDLERS_MODULE";
}

/** A file of a new project exists already; nothing was written. */
export class FileExistsError extends TaskerError {
  readonly code = "TASKER_FILE_EXISTS";
}
