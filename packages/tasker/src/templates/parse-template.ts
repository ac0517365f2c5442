import { InvalidTemplateError } from "../errors/template-errors.ts";
import { type CheckedTemplate, checkTemplate } from "./check-template.ts";
import type { TaskDefinition } from "./definition.ts";
import { describeNode } from "./describe-value.ts";
import { type DraftIssue, finishIssues } from "./draft-issue.ts";
import { expandVariables, type TemplateVariables } from "./expand-variables.ts";
import { mergeEnvironment, splitEnvironments } from "./merge-environment.ts";
import { readValue } from "./read-value.ts";
import { readYaml } from "./read-yaml.ts";
import { type SourceMapping, type SourceNode, sizeOf } from "./source-tree.ts";
import { toStrictSchema } from "./strict-schema.ts";

/** How a template is read. */
export interface ReadingOptions {
  /** The entry of `environments` to merge. One that the template does not have changes nothing. Default: none. */
  readonly environment?: string | undefined;
  /**
   * Values for `${NAME}` and `${NAME:-default}` in the texts of the template; one that is not set and has no default is an
   * issue. They become part of the definition, which is stored: no place for secrets. Default: nothing is expanded.
   */
  readonly variables?: TemplateVariables | undefined;
  /**
   * Whether the context's schema is read as the reference's strict mode reads it: every declared property without a default
   * is required, others are refused unless the schema speaks of `additionalProperties`. Default: false.
   */
  readonly strictSchema?: boolean | undefined;
  /** How much a template may mean. Default: no more than 200,000 values. */
  readonly limits?: TemplateLimits | undefined;
}

/** What bounds the work that a template of a few characters can make. */
export interface TemplateLimits {
  /** Values that aliases repeat. */
  readonly mostRepeated: number;
  /** Values of the template, as often as it is checked: once, and once more with each of its environments. */
  readonly mostChecked: number;
}

/** Options of {@link parseTemplate}. */
export interface ParseTemplateOptions extends ReadingOptions {
  /** Name of the file the text came from, for messages. Default: none. */
  readonly file?: string | undefined;
}

/**
 * Reads a template in YAML or JSON, as the reference writes them, and the definition that it means in an environment.
 *
 * Every environment is checked, not only the chosen one, so that a mistake in the overrides for production is found on
 * the developer's machine. The base need not be complete if the chosen environment completes it.
 * @throws InvalidTemplateError with everything that is wrong, each issue with its line and column
 */
export function parseTemplate(text: string, options: ParseTemplateOptions = {}): TaskDefinition {
  const reading = readYaml(text, options.limits);
  const checked = reading.tree === null ? { issues: [] } : checkEnvironments(reading.tree, options);
  const drafts = [...reading.issues, ...("issues" in checked ? checked.issues : [])];
  if (!("definition" in checked) || drafts.length > 0) {
    throw new InvalidTemplateError(finishIssues(drafts, { file: options.file, locate: reading.locate }));
  }
  return checked.definition;
}

/**
 * As {@link parseTemplate}, for a template that is an object already, in the keys of YAML.
 * @throws InvalidTemplateError with everything that is wrong; issues have paths but no lines
 */
export function parseTemplateObject(value: unknown, options: ParseTemplateOptions = {}): TaskDefinition {
  const reading = readValue(value);
  const checked = checkEnvironments(reading.tree, options);
  const drafts = [...reading.issues, ...("issues" in checked ? checked.issues : [])];
  if (!("definition" in checked) || drafts.length > 0) {
    throw new InvalidTemplateError(finishIssues(drafts, { file: options.file }));
  }
  return checked.definition;
}

/**
 * Checks a template with `environments` in every environment.
 * @returns the definition in the chosen one, or all issues
 */
export function checkEnvironments(top: SourceNode, options: ReadingOptions): CheckedTemplate {
  if (top.kind !== "mapping") {
    return { issues: [{ at: top.at, message: `found ${describeNode(top)}, expected a mapping` }] };
  }
  const parts = splitEnvironments(top);
  const mostChecked = options.limits?.mostChecked ?? Number.POSITIVE_INFINITY;
  const environments = parts.environments.size;
  if (environments > 0 && sizeOf(parts.base) * (environments + 1) > mostChecked) {
    const message = `found ${environments} environments of ${sizeOf(parts.base)} values, expected fewer: they may be ${mostChecked} in all`;
    return { issues: [{ at: top.at, message }] };
  }
  const schemaIssues = new Map<SourceNode, readonly DraftIssue[]>();
  const check = (tree: SourceMapping, isChosen: boolean) => {
    if (options.variables === undefined) return checkTemplate(tree, schemaIssues);
    const expanded = expandVariables(tree, options.variables);
    const checked = checkTemplate(expanded.tree, schemaIssues);
    return isChosen ? withIssues(checked, expanded.issues) : withoutIssuesAt(checked, expanded.issues);
  };
  const base = check(parts.base, !parts.environments.has(options.environment ?? ""));
  const issues = [...parts.issues];
  let chosen = base;
  const others = [base];
  for (const [name, override] of parts.environments) {
    const merged = mergeEnvironment(parts.base, override);
    const checked = check(merged.tree, name === options.environment);
    issues.push(...merged.issues);
    if (name === options.environment) chosen = checked;
    else others.push(checked);
  }
  if ("issues" in chosen) issues.push(...chosen.issues);
  for (const other of others) {
    if (other !== chosen && "issues" in other) issues.push(...other.issues.filter((issue) => issue.missing !== true));
  }
  if (issues.length > 0 || "issues" in chosen) return { issues };
  return options.strictSchema === true ? { definition: withStrictSchema(chosen.definition) } : chosen;
}

function withStrictSchema(definition: TaskDefinition): TaskDefinition {
  const { contextSchema } = definition;
  return contextSchema === null
    ? definition
    : Object.freeze({ ...definition, contextSchema: toStrictSchema(contextSchema) });
}

function withIssues(checked: CheckedTemplate, more: readonly DraftIssue[]): CheckedTemplate {
  if (more.length === 0) return checked;
  // What is wrong with a placeholder that stayed is that it stayed.
  const others = withoutIssuesAt(checked, more);
  return { issues: [...more, ...("issues" in others ? others.issues : [])] };
}

/** In an environment that is not the chosen one a variable need not be set: what is wrong at its place is not known. */
function withoutIssuesAt(checked: CheckedTemplate, unknown: readonly DraftIssue[]): CheckedTemplate {
  if (!("issues" in checked)) return checked;
  const places = new Set(unknown.map(({ at }) => `${at.offset} ${at.path.join("\n")}`));
  return { issues: checked.issues.filter(({ at }) => !places.has(`${at.offset} ${at.path.join("\n")}`)) };
}
