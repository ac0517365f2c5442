import { hintAt } from "../text/nearest-name.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceMapping, type SourceNode, textOf } from "./source-tree.ts";

const NOTHING_LIMITED = {
  message: "found a limit that limits nothing, expected concurrency or rate",
  hint: "such as concurrency: 3, or rate: {count: 10, per_seconds: 1}",
};

/**
 * Checks limits: each must limit something, no two of a step may be the same, and those of handlers and external systems must
 * be of some that a step of the template has.
 */
export function checkLimits(template: SourceMapping): DraftIssue[] {
  const steps = itemsOf(template, "step_templates").flatMap((node) => (node.kind === "mapping" ? [node] : []));
  const defaultSystem = textOf(template, "default_dependent_system") ?? "unknown";
  return [
    ...steps.flatMap(checkStepLimits),
    ...checkNamed(template, "dependent_systems", "external system", [
      ...new Set(steps.map((step) => textOf(step, "dependent_system") ?? defaultSystem)),
    ]),
    ...checkNamed(template, "handler_limits", "handler", [
      ...new Set(steps.flatMap((step) => textOf(step, "handler_class") ?? [])),
    ]),
  ];
}

function checkStepLimits(step: SourceMapping): DraftIssue[] {
  const seen = new Set<string>();
  return itemsOf(step, "limits").flatMap((limit): DraftIssue[] => {
    if (limit.kind !== "mapping") return [];
    const name = textOf(limit, "name");
    const key = textOf(limit, "key");
    const identity = JSON.stringify([name ?? null, key ?? null]);
    const isSecond = seen.has(identity);
    seen.add(identity);
    if (!isSecond) return checkLimit(limit);
    return [
      {
        at: limit.at,
        message: "found a second limit with the same name and key, expected one",
        hint: "one limit may have concurrency and rate; give them names to have several",
      },
    ];
  });
}

function checkNamed(template: SourceMapping, key: string, what: string, known: readonly string[]): DraftIssue[] {
  const limits = template.entries.get(key)?.value;
  if (limits?.kind !== "mapping") return [];
  return [...limits.entries].flatMap(([name, { keyAt, value }]): DraftIssue[] => {
    if (name === "__proto__") return [{ at: keyAt, message: 'found "__proto__", which cannot be the name of a limit' }];
    if (known.includes(name)) return checkLimit(value);
    return [
      {
        at: keyAt,
        message: `found a limit of the ${what} "${name}", expected one that a step of this template has`,
        hint: hintAt(name, known, `${what}s`),
      },
    ];
  });
}

function checkLimit(limit: SourceNode): DraftIssue[] {
  // A system may have a circuit breaker alone; elsewhere that key is unknown.
  if (limit.kind !== "mapping" || ["concurrency", "rate", "circuit_breaker"].some((key) => isGiven(limit, key)))
    return [];
  return [{ at: limit.at, ...NOTHING_LIMITED }];
}

/** Whether the key has a value: nothing counts as absent. */
function isGiven(limit: SourceMapping, key: string): boolean {
  const value = limit.entries.get(key)?.value;
  return value !== undefined && !(value.kind === "scalar" && value.value === null);
}
