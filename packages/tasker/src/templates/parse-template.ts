import { InvalidTemplateError } from "../errors/template-errors.ts";
import { type CheckedTemplate, checkTemplate } from "./check-template.ts";
import type { TaskDefinition } from "./definition.ts";
import { describeNode } from "./describe-value.ts";
import { type DraftIssue, finishIssues } from "./draft-issue.ts";
import { mergeEnvironment, splitEnvironments } from "./merge-environment.ts";
import { readYaml } from "./read-yaml.ts";
import type { SourceNode } from "./source-tree.ts";

/** Options of {@link parseTemplate}. */
export interface ParseTemplateOptions {
  /** Name of the file the text came from, for messages. Default: none. */
  readonly file?: string | undefined;
  /** The entry of `environments` to merge. One that the template does not have changes nothing. Default: none. */
  readonly environment?: string | undefined;
}

/**
 * Reads a template in YAML or JSON, as the reference writes them, and the definition that it means in an environment.
 *
 * Every environment is checked, not only the chosen one, so that a mistake in the overrides for production is found on
 * the developer's machine. The base need not be complete if the chosen environment completes it.
 * @throws InvalidTemplateError with everything that is wrong, each issue with its line and column
 */
export function parseTemplate(text: string, options: ParseTemplateOptions = {}): TaskDefinition {
  const reading = readYaml(text);
  const checked = reading.tree === null ? { issues: [] } : checkEnvironments(reading.tree, options.environment);
  const drafts = [...reading.issues, ...("issues" in checked ? checked.issues : [])];
  if (!("definition" in checked) || drafts.length > 0) {
    throw new InvalidTemplateError(finishIssues(drafts, { file: options.file, locate: reading.locate }));
  }
  return checked.definition;
}

/**
 * Checks a template with `environments` in every environment.
 * @returns the definition in the chosen one, or all issues
 */
export function checkEnvironments(top: SourceNode, environment: string | undefined): CheckedTemplate {
  if (top.kind !== "mapping") {
    return { issues: [{ at: top.at, message: `found ${describeNode(top)}, expected a mapping` }] };
  }
  const parts = splitEnvironments(top);
  const schemaIssues = new Map<SourceNode, readonly DraftIssue[]>();
  const base = checkTemplate(parts.base, schemaIssues);
  const issues = [...parts.issues];
  let chosen = base;
  const others = [base];
  for (const [name, override] of parts.environments) {
    const merged = mergeEnvironment(parts.base, override);
    const checked = checkTemplate(merged.tree, schemaIssues);
    issues.push(...merged.issues);
    if (name === environment) chosen = checked;
    else others.push(checked);
  }
  if ("issues" in chosen) issues.push(...chosen.issues);
  for (const other of others) {
    if (other !== chosen && "issues" in other) issues.push(...other.issues.filter((issue) => issue.missing !== true));
  }
  return issues.length > 0 || "issues" in chosen ? { issues } : chosen;
}
