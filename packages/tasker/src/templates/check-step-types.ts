import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceMapping, type SourceNode, type SourceScalar, textOf } from "./source-tree.ts";

/** Keys that say how a handler is called: a step that has none has no use for them. */
const HANDLER_KEYS = [
  "handler_class",
  "handler_config",
  "timeout_seconds",
  "circuit_breaker",
  "custom_events",
  "priority",
  "limits",
  "queue",
] as const;
/** The types of steps without a handler; each has a key of the same name that says the rest. */
const TYPES = ["sleep", "signal", "task"] as const;

/**
 * Checks that each step has either a handler or a type, with the keys of the one and none of the other; and that what it
 * reads of another step is there by then.
 */
export function checkStepTypes(template: SourceMapping): DraftIssue[] {
  const steps = itemsOf(template, "step_templates").filter((step) => step.kind === "mapping");
  const before = new Ancestors(steps);
  return steps.flatMap((step) => {
    const type = textOf(step, "type");
    if (type === undefined) return checkHandlerStep(step);
    if (!TYPES.some((known) => known === type)) return [];
    return [...checkTypedStep(step, type), ...checkSources(step, type, before)];
  });
}

function checkHandlerStep(step: SourceMapping): DraftIssue[] {
  const issues: DraftIssue[] = TYPES.flatMap((key) => {
    const entry = step.entries.get(key);
    return entry === undefined || isNothing(entry.value)
      ? []
      : [{ at: entry.keyAt, message: `found ${key} without a type, expected type: ${key} beside it` }];
  });
  if (issues.length === 0 && isAbsent(step, "handler_class") && isAbsent(step, "type")) {
    const at = { path: [...step.at.path, "handler_class"], offset: step.at.offset };
    issues.push({ at, message: "is missing, expected a text", missing: true });
  }
  return issues;
}

function checkTypedStep(step: SourceMapping, type: string): DraftIssue[] {
  const issues: DraftIssue[] = [];
  for (const key of [...HANDLER_KEYS, ...TYPES.filter((other) => other !== type)]) {
    const entry = step.entries.get(key);
    if (entry === undefined || isNothing(entry.value)) continue;
    issues.push({
      at: entry.keyAt,
      message: `found ${key}, expected none: a step of the type ${type} calls no handler`,
    });
  }
  const settings = step.entries.get(type)?.value;
  if (settings === undefined || isNothing(settings)) {
    const at = { path: [...step.at.path, type], offset: step.at.offset };
    issues.push({ at, message: "is missing, expected a mapping", missing: true });
  } else if (settings.kind === "mapping" && type === "sleep") issues.push(...checkSleep(settings));
  else if (settings.kind === "mapping" && type === "task") issues.push(...checkContext(settings));
  return issues;
}

function checkSleep(sleep: SourceMapping): DraftIssue[] {
  const isFixed = !isAbsent(sleep, "seconds");
  const isFound = !isAbsent(sleep, "until_path");
  if (isFixed !== isFound && (isFound || isAbsent(sleep, "step"))) return [];
  return [{ at: sleep.at, message: "found a mapping, expected either seconds, or until_path with or without step" }];
}

function checkContext(task: SourceMapping): DraftIssue[] {
  const context = task.entries.get("context")?.value;
  if (context?.kind !== "mapping") return [];
  return [...context.entries.values()].flatMap(({ value: source }) => {
    if (source.kind !== "mapping") return [];
    const isFixed = source.entries.has("value");
    const isFound = !isAbsent(source, "path") || !isAbsent(source, "step");
    if (isFixed !== isFound) return [];
    return [{ at: source.at, message: "found a mapping, expected either value, or path, step or both" }];
  });
}

/** What a step reads is of a step that comes before it: it would not be there otherwise. */
function checkSources(step: SourceMapping, type: string, before: Ancestors): DraftIssue[] {
  return sourcesOf(step.entries.get(type)?.value).flatMap((source) => {
    const name = textOf(step, "name");
    if (name === undefined || before.of(name).has(String(source.value))) return [];
    const message = `found ${JSON.stringify(source.value)}, expected a step that this one depends on`;
    return [{ at: source.at, message }];
  });
}

/** The names of steps in a step's settings, where they stand: beside a path, or in the members of a context. */
function sourcesOf(node: SourceNode | undefined): SourceScalar[] {
  const context = node?.kind === "mapping" ? node.entries.get("context")?.value : undefined;
  if (context?.kind === "mapping") return [...context.entries.values()].flatMap(({ value }) => sourcesOf(value));
  const step = node?.kind === "mapping" ? node.entries.get("step")?.value : undefined;
  return step?.kind === "scalar" && typeof step.value === "string" ? [step] : [];
}

const isNothing = (node: SourceNode) => node.kind === "scalar" && node.value === null;

function isAbsent(mapping: SourceMapping, key: string): boolean {
  const value = mapping.entries.get(key)?.value;
  return value === undefined || isNothing(value);
}

/** The steps that come before each step, by their names. */
class Ancestors {
  readonly #parents = new Map<string, readonly string[]>();

  constructor(steps: readonly SourceMapping[]) {
    for (const step of steps) {
      const listed = itemsOf(step, "depends_on_steps").flatMap((item) => (item.kind === "scalar" ? [item.value] : []));
      const forEach = step.entries.get("for_each")?.value;
      const source = forEach?.kind === "mapping" ? textOf(forEach, "step") : undefined;
      const names = [textOf(step, "depends_on_step"), ...listed, source].filter((name) => typeof name === "string");
      this.#parents.set(textOf(step, "name") ?? "", names);
    }
  }

  of(name: string): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [...(this.#parents.get(name) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...(this.#parents.get(next) ?? []));
    }
    return found;
  }
}
