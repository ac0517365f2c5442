import { hintAt } from "../text/nearest-name.ts";
import { readStep } from "./check-steps.ts";
import { OPERATORS, STEP_OUTCOMES } from "./condition.ts";
import { describeNode } from "./describe-value.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceMapping, type SourceNode, textOf } from "./source-tree.ts";

const COMBINATIONS = ["all", "any", "not", "function"] as const;
const KNOWN_KEYS: readonly string[] = [...COMBINATIONS, "step", "path", ...OPERATORS];

/** A step as a condition sees it. */
interface Asker {
  readonly name: string;
  /** Every step that it waits for, directly or not. */
  readonly before: ReadonlySet<string>;
  readonly names: readonly string[];
}

/**
 * Checks `run_if` of each step: known keys, one operator, values that the operator can have, and steps that are before the
 * one that asks.
 */
export function checkConditions(template: SourceMapping): DraftIssue[] {
  const steps = itemsOf(template, "step_templates").filter((node) => node.kind === "mapping");
  const asking = steps.filter((step) => step.entries.get("run_if")?.value.kind === "mapping");
  if (asking.length === 0) return [];
  const parents = new Map(
    steps.flatMap(readStep).map(({ name, dependencies }) => [name, dependencies.map((parent) => parent.name)]),
  );
  const names = [...parents.keys()];
  return asking.flatMap((step) => {
    const name = textOf(step, "name") ?? "";
    const condition = step.entries.get("run_if")?.value;
    return condition === undefined
      ? []
      : checkCondition(condition, { name, names, before: stepsBefore(name, parents) });
  });
}

function stepsBefore(name: string, parents: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const before = new Set<string>();
  const open = [...(parents.get(name) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (before.has(next)) continue;
    before.add(next);
    open.push(...(parents.get(next) ?? []));
  }
  return before;
}

function checkCondition(node: SourceNode, asker: Asker): DraftIssue[] {
  if (node.kind !== "mapping") return [expected(node, "a condition: a mapping")];
  const unknown = [...node.entries]
    .filter(([key]) => !KNOWN_KEYS.includes(key))
    .map(([key, entry]) => ({
      at: entry.keyAt,
      message: `found the unknown key "${key}", expected one of the keys of a condition`,
      hint: hintAt(key, KNOWN_KEYS, "keys"),
    }));
  if (unknown.length > 0) return unknown;
  const combination = COMBINATIONS.find((key) => node.entries.has(key));
  return combination === undefined ? checkTest(node, asker) : checkCombination(node, combination, asker);
}

function checkCombination(node: SourceMapping, key: (typeof COMBINATIONS)[number], asker: Asker): DraftIssue[] {
  const value = node.entries.get(key)?.value;
  if (value === undefined) return [];
  if (node.entries.size > 1) {
    const others = [...node.entries.keys()].filter((other) => other !== key).join(", ");
    return [{ at: node.at, message: `found ${key} together with ${others}, expected ${key} alone` }];
  }
  if (key === "not") return checkCondition(value, asker);
  if (key === "function") {
    const isName = value.kind === "scalar" && typeof value.value === "string" && value.value !== "";
    return isName ? [] : [expected(value, "the name of a function")];
  }
  if (value.kind !== "list" || value.items.length === 0) return [expected(value, "a list of conditions")];
  return value.items.flatMap((item) => checkCondition(item, asker));
}

function checkTest(node: SourceMapping, asker: Asker): DraftIssue[] {
  const operators = OPERATORS.filter((key) => node.entries.has(key));
  const [operator] = operators;
  if (operator === undefined || operators.length > 1) {
    const found = operator === undefined ? "no operator" : operators.join(" and ");
    return [
      { at: node.at, message: `found ${found}, expected one operator`, hint: `operators: ${OPERATORS.join(", ")}` },
    ];
  }
  const value = node.entries.get(operator)?.value;
  return [
    ...checkPlace(node, asker),
    ...(operator === "outcome" ? checkOutcomePlace(node) : []),
    ...(value === undefined ? [] : checkValue(operator, value)),
  ];
}

function checkPlace(node: SourceMapping, { name, before, names }: Asker): DraftIssue[] {
  const step = node.entries.get("step")?.value;
  const path = node.entries.get("path")?.value;
  const issues: DraftIssue[] = [];
  if (path !== undefined && !(path.kind === "scalar" && typeof path.value === "string" && path.value !== "")) {
    issues.push(expected(path, 'a path in dots, such as "items.0.price"'));
  }
  if (step === undefined) {
    if (path === undefined)
      issues.push({ at: node.at, message: "found neither step nor path, expected what to look at" });
    return issues;
  }
  if (step.kind !== "scalar" || typeof step.value !== "string")
    return [...issues, expected(step, "the name of a step")];
  if (before.has(step.value)) return issues;
  const known = names.includes(step.value) && step.value !== name;
  issues.push({
    at: step.at,
    message: known
      ? `found the step "${step.value}", for which "${name}" does not wait, expected a step before it`
      : `found the unknown step "${step.value}", expected a step before "${name}"`,
    hint: known ? "add it to depends_on_steps" : hintAt(step.value, [...before], "steps before it"),
  });
  return issues;
}

function checkOutcomePlace(node: SourceMapping): DraftIssue[] {
  if (node.entries.has("step") && !node.entries.has("path")) return [];
  return [{ at: node.at, message: "found outcome with a path or without a step, expected it with a step alone" }];
}

function checkValue(operator: (typeof OPERATORS)[number], node: SourceNode): DraftIssue[] {
  const value = node.kind === "scalar" ? node.value : undefined;
  switch (operator) {
    case "equals":
    case "not_equals":
      return [];
    case "in":
      return node.kind === "list" ? [] : [expected(node, "a list of values")];
    case "greater_than":
    case "less_than":
      return typeof value === "number" || typeof value === "string" ? [] : [expected(node, "a number or a text")];
    case "exists":
      return typeof value === "boolean" ? [] : [expected(node, "true or false")];
    case "outcome":
      return STEP_OUTCOMES.some((outcome) => outcome === value) ? [] : [expected(node, STEP_OUTCOMES.join(", "))];
  }
}

function expected(node: SourceNode, what: string): DraftIssue {
  return { at: node.at, message: `found ${describeNode(node)}, expected ${what}` };
}
