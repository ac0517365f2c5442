import { instanceName, readAddedStepName } from "./added-step-name.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceMapping, type SourceNode, textOf } from "./source-tree.ts";
import { STEP_NAME_LENGTH, TEMPLATE_DEFAULTS } from "./template-document.ts";

/**
 * Checks what the names of steps that are added to a running task need: that they are not names of the template's own
 * steps, and that they are no longer than a name may be.
 */
export function checkAddedSteps(template: SourceMapping): DraftIssue[] {
  const steps = itemsOf(template, "step_templates").filter((node) => node.kind === "mapping");
  const mapped = new Set<string>();
  const issues: DraftIssue[] = [];
  for (const step of steps) {
    const name = textOf(step, "name");
    const forEach = step.entries.get("for_each")?.value;
    if (name === undefined || forEach?.kind !== "mapping") continue;
    mapped.add(name);
    const type = textOf(step, "type");
    if (type !== undefined)
      issues.push({ at: forEach.at, message: `found for_each, expected none with the type ${type}` });
    const longest = instanceName(name, maxItemsOf(forEach) - 1);
    if (longest.length > STEP_NAME_LENGTH) issues.push(tooLong(step, name, longest));
  }
  return [...issues, ...steps.flatMap((step) => checkName(step, mapped))];
}

function maxItemsOf(forEach: SourceMapping): number {
  const node = forEach.entries.get("max_items")?.value;
  return node?.kind === "scalar" && typeof node.value === "number" ? node.value : TEMPLATE_DEFAULTS.maxItems;
}

function tooLong(step: SourceMapping, name: string, longest: string): DraftIssue {
  const allowed = name.length - (longest.length - STEP_NAME_LENGTH);
  return {
    at: nameNode(step).at,
    message: `found a name of ${name.length} characters, expected at most ${allowed} for a step with added steps such as "${shorten(longest)}"`,
  };
}

function checkName(step: SourceMapping, mapped: ReadonlySet<string>): DraftIssue[] {
  const name = textOf(step, "name");
  const added = name === undefined ? null : readAddedStepName(name);
  if (added === null || added.kind !== "instance" || !mapped.has(added.of)) return [];
  return [
    {
      at: nameNode(step).at,
      message: `found the name "${name}", expected another one: the steps that "${added.of}" adds are named so`,
    },
  ];
}

const nameNode = (step: SourceMapping): SourceNode => step.entries.get("name")?.value ?? step;

function shorten(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 15)}...${name.slice(-20)}`;
}
