import { TaskerError } from "./tasker-error.ts";

/** An option of the engine or the command line has a value that it cannot have. */
export class ConfigurationError extends TaskerError {
  readonly code = "TASKER_CONFIGURATION";
}
