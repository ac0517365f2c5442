import { TaskerError } from "./tasker-error.ts";

/** Why a request was not taken for anybody's. */
export type AuthenticationReason =
  | "missing"
  | "malformed"
  | "unknown"
  | "expired"
  | "revoked"
  | "rejected"
  | "origin"
  | "csrf"
  | "throttled"
  | "unavailable";

/**
 * A request does not prove whom it comes from; `reason` is stable: programs switch on it. The message is for whoever sent the
 * request and tells nothing about what would have been right.
 */
export class AuthenticationError extends TaskerError {
  readonly code = "TASKER_AUTHENTICATION";
  readonly reason: AuthenticationReason;

  constructor(
    reason: AuthenticationReason,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number } = {},
  ) {
    const { cause, ...facts } = options;
    super(message, { context: { reason, ...facts }, cause });
    this.reason = reason;
  }
}

/** Whoever asks may not do this; `context` has `resource` and `action`. */
export class AuthorizationError extends TaskerError {
  readonly code = "TASKER_FORBIDDEN";
}

/** No API token has this id, or it is revoked or expired where one is needed that is not. */
export class TokenNotFoundError extends TaskerError {
  readonly code = "TASKER_TOKEN_NOT_FOUND";
}
