import { hintAt } from "../text/nearest-name.ts";
import { describeNode } from "./describe-value.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceEntry, type SourceMapping, type SourceNode, textOf, withValue } from "./source-tree.ts";

/** A template with one environment's overrides in place; each part keeps the position where it was written. */
export interface MergedTemplate {
  readonly tree: SourceMapping;
  readonly issues: readonly DraftIssue[];
}

/** A template taken apart: what holds everywhere, and what environments change. */
export interface TemplateParts {
  readonly base: SourceMapping;
  readonly environments: ReadonlyMap<string, SourceMapping>;
  readonly issues: readonly DraftIssue[];
}

/** Takes `environments` out of a template. An environment without a value overrides nothing. */
export function splitEnvironments(template: SourceMapping): TemplateParts {
  const entries = new Map(template.entries);
  entries.delete("environments");
  const base = { ...template, entries };
  const environments = new Map<string, SourceMapping>();
  const issues: DraftIssue[] = [];
  const block = template.entries.get("environments")?.value;
  if (block?.kind === "mapping") {
    for (const [name, { value }] of block.entries) {
      if (value.kind === "mapping") environments.set(name, value);
      else if (!isNothing(value) && !name.startsWith("x-")) issues.push(expectMapping(value));
    }
  } else if (block !== undefined && !isNothing(block)) {
    issues.push(expectMapping(block));
  }
  return { base, environments, issues };
}

function isNothing(node: SourceNode): boolean {
  return node.kind === "scalar" && node.value === null;
}

function expectMapping(node: SourceNode): DraftIssue {
  return { at: node.at, message: `found ${describeNode(node)}, expected a mapping` };
}

/**
 * Merges an environment into the base: mappings key by key, `step_templates` by the names of the steps in the order of
 * the base, everything else (lists, texts, numbers) replaced. An override of a step that the base does not have is an
 * issue.
 */
export function mergeEnvironment(base: SourceMapping, override: SourceMapping): MergedTemplate {
  const issues: DraftIssue[] = [];
  const entries = new Map(override.entries);
  const steps = entries.get("step_templates");
  entries.delete("step_templates");
  let tree = mergeMappings(base, { ...override, entries });
  if (steps?.value.kind === "list") {
    const items = mergeSteps(itemsOf(base, "step_templates"), steps.value.items, issues);
    const own = base.entries.get("step_templates")?.value;
    if (own?.kind === "list") tree = withValue(tree, "step_templates", { ...own, items });
  } else if (steps !== undefined && !isNothing(steps.value)) {
    issues.push({ at: steps.value.at, message: `found ${describeNode(steps.value)}, expected a list` });
  }
  return { tree, issues };
}

function mergeSteps(base: readonly SourceNode[], overrides: readonly SourceNode[], issues: DraftIssue[]): SourceNode[] {
  const merged = [...base];
  const names = base.map((step) => (step.kind === "mapping" ? textOf(step, "name") : undefined));
  const seen = new Set<string>();
  for (const override of overrides) {
    const name = override.kind === "mapping" ? textOf(override, "name") : undefined;
    if (override.kind !== "mapping") {
      issues.push(expectMapping(override));
    } else if (name === undefined) {
      const at = { path: [...override.at.path, "name"], offset: override.at.offset };
      const found = override.entries.get("name")?.value;
      issues.push({
        at: found?.at ?? at,
        message: `${found === undefined ? "is missing" : `found ${describeNode(found)}`}, expected the name of the step to override`,
      });
    } else {
      const nameAt = override.entries.get("name")?.value.at ?? override.at;
      const index = names.indexOf(name);
      const step = merged[index];
      if (seen.has(name))
        issues.push({ at: nameAt, message: `found a second override of the step "${name}", expected one` });
      seen.add(name);
      if (step?.kind === "mapping") {
        merged[index] = mergeMappings(withoutReplaced(step, override), withoutName(override));
      } else {
        issues.push({
          at: nameAt,
          message: `found an override of the unknown step "${name}", expected a step of this template`,
          hint: hintAt(
            name,
            names.filter((known) => known !== undefined),
            "steps",
          ),
        });
      }
    }
  }
  return merged;
}

/** The step keeps its own name, and so the position where it was defined. */
function withoutName(override: SourceMapping): SourceMapping {
  const entries = new Map(override.entries);
  entries.delete("name");
  return { ...override, entries };
}

/** A condition is replaced as a whole: parts of two would make one that nobody wrote. */
function withoutReplaced(step: SourceMapping, override: SourceMapping): SourceMapping {
  if (!override.entries.has("run_if")) return step;
  const entries = new Map(step.entries);
  entries.delete("run_if");
  return { ...step, entries };
}

function mergeMappings(base: SourceMapping, override: SourceMapping): SourceMapping {
  if (override.entries.size === 0) return base;
  const entries = new Map<string, SourceEntry>(base.entries);
  for (const [key, entry] of override.entries) {
    const known = base.entries.get(key)?.value;
    const value =
      known?.kind === "mapping" && entry.value.kind === "mapping" ? mergeMappings(known, entry.value) : entry.value;
    entries.set(key, { keyAt: entry.keyAt, value });
  }
  return { ...base, entries };
}
