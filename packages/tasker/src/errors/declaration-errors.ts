import { TaskerError, type TaskerErrorOptions } from "./tasker-error.ts";
import { describeIssue, type TemplateIssue } from "./template-errors.ts";

/**
 * Files that declare events or subscriptions are invalid; `issues` lists everything that was found, the message has one line
 * for each.
 */
export class InvalidDeclarationError extends TaskerError {
  readonly code = "TASKER_INVALID_DECLARATION";
  readonly issues: readonly TemplateIssue[];

  constructor(issues: readonly TemplateIssue[], options: TaskerErrorOptions = {}) {
    super(issues.map(describeIssue).join("\n"), options);
    this.issues = issues;
  }
}

/** A webhook was not delivered; `context` has `subscriber`, `eventId`, `attempts` and the last `status`. */
export class WebhookError extends TaskerError {
  readonly code = "TASKER_WEBHOOK";
}
