/** Facts about an error that a program can read: names and values, never prose. */
export type ErrorContext = Readonly<Record<string, unknown>>;

/** Options every error of the family takes. */
export interface TaskerErrorOptions {
  /** Names and values that describe what went wrong. Default: empty. */
  readonly context?: ErrorContext;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Root of every error that Tasker raises on purpose.
 *
 * `code` is stable across releases: programs switch on it, never on the message. `context` carries the facts behind the
 * message; `cause` the error underneath, where there is one.
 */
export abstract class TaskerError extends Error {
  abstract readonly code: `TASKER_${string}`;
  readonly context: ErrorContext;

  constructor(message: string, options: TaskerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.context = options.context ?? {};
  }
}
