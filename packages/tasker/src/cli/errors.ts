import { TaskerError } from "../errors/index.ts";

/** The command line cannot be understood, or names something that cannot be read or written. Exit code 2. */
export class UsageError extends TaskerError {
  readonly code = "TASKER_USAGE";
}

/** The module with the step handlers exists and cannot be loaded; `cause` is what it threw. */
export class HandlersModuleError extends TaskerError {
  readonly code = "TASKER_HANDLERS_MODULE";
}

/** Code of the user ended the process, in the middle of a command; `cause` is what it threw, if it did. */
export class ProcessEndedError extends TaskerError {
  readonly code = "TASKER_PROCESS_ENDED";
}

/** A file that was to be written exists already; nothing was written. */
export class FileExistsError extends TaskerError {
  readonly code = "TASKER_FILE_EXISTS";
}
