import { TaskerError } from "./tasker-error.ts";

/**
 * A reference such as `${env:NAME}` leads to nothing: the variable is not set, the file cannot be read. `context` has the
 * `reference` and the `place` where it stands, never a value. As the failure of a step: retryable.
 */
export class SecretReferenceError extends TaskerError {
  readonly code = "TASKER_SECRET_REFERENCE";
}

/** Options of an {@link UnreadableValueError}. */
export interface UnreadableValueOptions {
  /** What was encrypted: `results of step charge`. */
  readonly what: string;
  /** Why it cannot be decrypted. */
  readonly reason: string;
  /** Whether no key helps: the value was changed, or belongs elsewhere. */
  readonly isDamaged: boolean;
}

/**
 * An encrypted value cannot be decrypted. Where its key is not in the keyring, the step that reads it is retried: another
 * process may have the key. Where the value was changed or belongs to another step or task (`context.damaged`), it fails for good.
 */
export class UnreadableValueError extends TaskerError {
  readonly code = "TASKER_UNREADABLE_VALUE";
  readonly isDamaged: boolean;

  constructor({ what, reason, isDamaged }: UnreadableValueOptions) {
    super(`${what} cannot be decrypted: ${reason}`, { context: { what, reason, damaged: isDamaged } });
    this.isDamaged = isDamaged;
  }
}
