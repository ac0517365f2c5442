import { TaskerError, type TaskerErrorOptions } from "./tasker-error.ts";

/** One thing that is wrong with a template. */
export interface TemplateIssue {
  /** File the template came from, if any. */
  readonly file?: string;
  /** 1-based line and column of the offending key or value, when the template came from text. */
  readonly line?: number;
  readonly column?: number;
  /** Path of the key, such as `step_templates[2].default_retry_limit`. */
  readonly path: string;
  /** What was wrong, with what was found and what was expected. */
  readonly message: string;
  /** How to mend it, such as the nearest known key. */
  readonly hint?: string;
}

/** An issue in one line: its place, what is wrong, and how to mend it. */
export function describeIssue(issue: TemplateIssue): string {
  const place = issue.file === undefined ? "" : `${issue.file}:${issue.line ?? 1}:${issue.column ?? 1}: `;
  const hint = issue.hint === undefined ? "" : ` (${issue.hint})`;
  return `${place}${issue.path === "" ? "" : `${issue.path}: `}${issue.message}${hint}`;
}

/** Files of a directory cannot be used; `failures` lists each with its error. */
export class DiscoveryError extends TaskerError {
  readonly code = "TASKER_DISCOVERY";
  readonly failures: readonly { readonly file: string; readonly error: Error }[];

  constructor(failures: readonly { readonly file: string; readonly error: Error }[]) {
    // Messages of templates name their file already.
    const lines = failures.map(({ file, error }) =>
      error.message.includes(file) ? error.message : `${file}: ${error.message}`,
    );
    super(lines.join("\n"), { context: { files: failures.map(({ file }) => file) }, cause: failures[0]?.error });
    this.failures = failures;
  }
}

/** A template is invalid; `issues` lists everything that was found, the message has one line for each. */
export class InvalidTemplateError extends TaskerError {
  readonly code = "TASKER_INVALID_TEMPLATE";
  readonly issues: readonly TemplateIssue[];

  constructor(issues: readonly TemplateIssue[], options: TaskerErrorOptions = {}) {
    super(issues.map(describeIssue).join("\n"), options);
    this.issues = issues;
  }
}
