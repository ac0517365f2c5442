import { checkAddedSteps } from "./check-added-steps.ts";
import { checkConditions } from "./check-conditions.ts";
import { checkContextSchema } from "./check-context-schema.ts";
import { checkCustomEvents } from "./check-custom-events.ts";
import { checkLimits } from "./check-limits.ts";
import { checkStepTypes } from "./check-step-types.ts";
import { checkSteps } from "./check-steps.ts";
import type { TaskDefinition } from "./definition.ts";
import { describeNode } from "./describe-value.ts";
import { describeZodIssue } from "./describe-zod-issue.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { normalizeTemplate } from "./normalize-template.ts";
import { settleTree } from "./settle-tree.ts";
import { type SourceMapping, type SourceNode, toPlainValue } from "./source-tree.ts";
import { TemplateDocument } from "./template-document.ts";

/** What became of a template: its definition, or everything that is wrong with it. */
export type CheckedTemplate = { readonly definition: TaskDefinition } | { readonly issues: readonly DraftIssue[] };

/**
 * Checks one template without `environments`: keys, types, lengths, names and dependencies of steps, and its JSON Schemas.
 * @param top the whole template
 * @param schemaIssues results of earlier checks by node: templates that share a schema check it once
 */
export function checkTemplate(
  top: SourceNode,
  schemaIssues: Map<SourceNode, readonly DraftIssue[]> = new Map(),
): CheckedTemplate {
  if (top.kind !== "mapping") {
    return { issues: [{ at: top.at, message: `found ${describeNode(top)}, expected a mapping` }] };
  }
  const settled = settleTree(top);
  const parsed = TemplateDocument.safeParse(toPlainValue(settled.tree));
  const issues = [
    ...settled.issues,
    ...(parsed.error?.issues ?? []).flatMap((issue) => describeZodIssue(issue, settled.tree)),
    ...checkSteps(settled.tree),
    ...checkConditions(settled.tree),
    ...checkStepTypes(settled.tree),
    ...checkAddedSteps(settled.tree),
    ...checkLimits(settled.tree),
  ];
  const checkSchema = (schema: SourceMapping) => {
    const known = schemaIssues.get(schema) ?? checkContextSchema(schema);
    schemaIssues.set(schema, known);
    return known;
  };
  const schema = settled.tree.entries.get("schema")?.value;
  if (schema?.kind === "mapping") issues.push(...checkSchema(schema));
  issues.push(...checkCustomEvents(settled.tree, checkSchema));
  return issues.length > 0 || !parsed.success ? { issues } : { definition: normalizeTemplate(parsed.data) };
}
