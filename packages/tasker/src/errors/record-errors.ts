import { TaskerError, type TaskerErrorOptions } from "./tasker-error.ts";

/** One thing that is wrong with what a record is to hold. */
export interface RecordViolation {
  /** Name of the column, or a path into it such as `context.items`; empty for the record as a whole. */
  readonly field: string;
  /** What was given, shortened. */
  readonly value: unknown;
  /** The rule that it breaks, such as `at most 64 characters`. */
  readonly rule: string;
}

function describe({ field, value, rule }: RecordViolation): string {
  return `${field === "" ? "" : `${field} `}is ${value}, expected ${rule}`;
}

/** What a record is to hold breaks a rule of its model; `violations` lists everything that was found. */
export class InvalidRecordError extends TaskerError {
  readonly code = "TASKER_INVALID_RECORD";
  readonly violations: readonly RecordViolation[];

  /** @param model name of the model, such as `TaskNamespace` */
  constructor(model: string, violations: readonly RecordViolation[], options: Pick<TaskerErrorOptions, "cause"> = {}) {
    const [first] = violations;
    super(`${model}: ${violations.map(describe).join("; ")}`, {
      ...options,
      context: { model, field: first?.field, value: first?.value, expected: first?.rule, violations },
    });
    this.violations = violations;
  }
}

/**
 * Another record has the values that must be unique, or a task or step was moved by somebody else at the same moment;
 * `context` has `model`, `fields` and `values`.
 */
export class RecordConflictError extends TaskerError {
  readonly code = "TASKER_RECORD_CONFLICT";
}

/** No record has this key; `context` has `model` and `key`. */
export class RecordNotFoundError extends TaskerError {
  readonly code = "TASKER_RECORD_NOT_FOUND";
}

/** A record cannot be deleted because others refer to it; `context` has `model`, `key` and `by`. */
export class RecordInUseError extends TaskerError {
  readonly code = "TASKER_RECORD_IN_USE";
}
