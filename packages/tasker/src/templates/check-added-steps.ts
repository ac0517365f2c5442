import { instanceName, readAddedStepName, undoName } from "./added-step-name.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceMapping, type SourceNode, textOf } from "./source-tree.ts";
import { STEP_NAME_LENGTH, TEMPLATE_DEFAULTS } from "./template-document.ts";

/**
 * Checks what the names of steps that are added to a running task need: that they are not names of the template's own
 * steps, and that they are no longer than a name may be. And that there is something to undo where a failure asks for it.
 */
export function checkAddedSteps(template: SourceMapping): DraftIssue[] {
  const steps = itemsOf(template, "step_templates").filter((node) => node.kind === "mapping");
  const mapped = namesOf(steps, "for_each");
  const undone = namesOf(steps, "compensation");
  return [
    ...steps.flatMap((step) => checkForEach(step)),
    ...steps.flatMap((step) => checkLength(step)),
    ...steps.flatMap((step) => checkName(step, mapped, undone)),
    ...(undone.size > 0 ? [] : [template, ...steps].flatMap(checkPolicy)),
  ];
}

function settingOf(step: SourceMapping, key: string): SourceMapping | null {
  const node = step.entries.get(key)?.value;
  return node?.kind === "mapping" ? node : null;
}

function namesOf(steps: readonly SourceMapping[], key: string): ReadonlySet<string> {
  return new Set(steps.flatMap((step) => (settingOf(step, key) === null ? [] : [textOf(step, "name") ?? ""])));
}

function checkForEach(step: SourceMapping): DraftIssue[] {
  const forEach = settingOf(step, "for_each");
  const type = textOf(step, "type");
  return forEach === null || type === undefined
    ? []
    : [{ at: forEach.at, message: `found for_each, expected none with the type ${type}` }];
}

function checkLength(step: SourceMapping): DraftIssue[] {
  const name = textOf(step, "name");
  if (name === undefined) return [];
  const forEach = settingOf(step, "for_each");
  const instance = forEach === null ? name : instanceName(name, maxItemsOf(forEach) - 1);
  const longest = settingOf(step, "compensation") === null ? instance : undoName(instance);
  if (longest === name || longest.length <= STEP_NAME_LENGTH) return [];
  const allowed = name.length - (longest.length - STEP_NAME_LENGTH);
  return [
    {
      at: nameNode(step).at,
      message: `found a name of ${name.length} characters, expected at most ${allowed} for a step with added steps such as "${shorten(longest)}"`,
    },
  ];
}

function maxItemsOf(forEach: SourceMapping): number {
  const node = forEach.entries.get("max_items")?.value;
  return node?.kind === "scalar" && typeof node.value === "number" ? node.value : TEMPLATE_DEFAULTS.maxItems;
}

function checkName(step: SourceMapping, mapped: ReadonlySet<string>, undone: ReadonlySet<string>): DraftIssue[] {
  const name = textOf(step, "name");
  const added = name === undefined ? null : readAddedStepName(name);
  if (added === null) return [];
  const instance = added.kind === "undo" ? readAddedStepName(added.of) : added;
  const isTaken =
    (added.kind === "undo" && undone.has(added.of)) ||
    (instance?.kind === "instance" && mapped.has(instance.of) && (added.kind !== "undo" || undone.has(instance.of)));
  if (!isTaken) return [];
  const of = instance?.kind === "instance" ? instance.of : added.of;
  const message = `found the name "${name}", expected another one: the steps that "${of}" adds are named so`;
  return [{ at: nameNode(step).at, message }];
}

function checkPolicy(node: SourceMapping): DraftIssue[] {
  const policy = node.entries.get("on_failure")?.value;
  if (policy?.kind !== "scalar" || policy.value !== "compensate") return [];
  return [{ at: policy.at, message: 'found "compensate", expected a step of the template to have a compensation' }];
}

const nameNode = (step: SourceMapping): SourceNode => step.entries.get("name")?.value ?? step;

function shorten(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 15)}...${name.slice(-20)}`;
}
