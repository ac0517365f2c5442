import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceEntry, type SourceMapping, type SourceNode, withValue } from "./source-tree.ts";

const TASK_BOOLEANS = ["concurrent"] as const;
const STEP_BOOLEANS = ["default_retryable", "skippable"] as const;

/** Keys that start so belong to the user: anchors, notes, other tools. */
const EXTENSION_PREFIX = "x-";

/** A template's tree without what is not part of the template. */
export interface SettledTree {
  readonly tree: SourceMapping;
  readonly issues: readonly DraftIssue[];
}

/**
 * Takes out the `x-` keys of the template, its steps and their events, and settles the words that YAML 1.1 (Ruby) and
 * YAML 1.2 read differently (`yes`, `no`, `on`, `off` without quotes): under a key that holds a boolean they are
 * booleans; inside schemas and `handler_config`, where both readings make sense, they are issues.
 */
export function settleTree(top: SourceMapping): SettledTree {
  const issues: DraftIssue[] = [];
  let tree = settleMapping(top, TASK_BOOLEANS);
  collectAmbiguous(tree.entries.get("schema")?.value, issues);
  const steps = tree.entries.get("step_templates")?.value;
  if (steps?.kind === "list") {
    tree = withValue(tree, "step_templates", { ...steps, items: steps.items.map((step) => settleStep(step, issues)) });
  }
  return { tree, issues };
}

function settleStep(node: SourceNode, issues: DraftIssue[]): SourceNode {
  if (node.kind !== "mapping") return node;
  const step = settleMapping(node, STEP_BOOLEANS);
  collectAmbiguous(step.entries.get("handler_config")?.value, issues);
  const events = step.entries.get("custom_events")?.value;
  if (events?.kind !== "list") return step;
  const items = itemsOf(step, "custom_events").map((event) => {
    if (event.kind !== "mapping") return event;
    collectAmbiguous(event.entries.get("payload_schema")?.value, issues);
    return settleMapping(event, []);
  });
  return withValue(step, "custom_events", { ...events, items });
}

function settleMapping(mapping: SourceMapping, booleans: readonly string[]): SourceMapping {
  const entries = new Map<string, SourceEntry>();
  for (const [key, entry] of mapping.entries) {
    if (key.startsWith(EXTENSION_PREFIX)) continue;
    const { value } = entry;
    const word = booleans.includes(key) && value.kind === "scalar" ? value.yaml11 : undefined;
    entries.set(key, word === undefined ? entry : { ...entry, value: { kind: "scalar", at: value.at, value: word } });
  }
  return { ...mapping, entries };
}

function collectAmbiguous(node: SourceNode | undefined, issues: DraftIssue[]): void {
  if (node === undefined) return;
  if (node.kind === "list") for (const item of node.items) collectAmbiguous(item, issues);
  if (node.kind === "mapping") for (const { value } of node.entries.values()) collectAmbiguous(value, issues);
  if (node.kind === "scalar" && node.yaml11 !== undefined) {
    issues.push({
      at: node.at,
      message: `found ${String(node.value)} without quotes, expected a value that is read alike everywhere`,
      hint: `write ${node.yaml11} if a boolean is meant, "${String(node.value)}" if a text is`,
    });
  }
}
