import { TaskerError } from "./tasker-error.ts";

/** Metrics could not be exported: no exporter knows the format, or all that do have failed; `cause` is the last failure. */
export class ExportError extends TaskerError {
  readonly code = "TASKER_EXPORT";
}
