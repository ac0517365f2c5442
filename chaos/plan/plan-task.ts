import { chance, drawsFor, integer, pick } from "./random-draws.ts";
import type { TemplatePlan } from "./template-plan.ts";

/** A task that a run submits. */
export interface TaskPlan {
  /** From 1. */
  readonly number: number;
  readonly template: TemplatePlan;
  readonly idempotencyKey: string;
  readonly priority: number;
  readonly bypassSteps: readonly string[];
  /** Whether operators may do things to it. How it ends is not foreseen then. */
  readonly isOperated: boolean;
  /** When the signals that it waits for are sent, in milliseconds after it was submitted; null: never. */
  readonly signalAfterMs: number | null;
}

/**
 * Plans one task.
 * @param templates those of the release that takes it
 */
export function planTask(seed: number, number: number, templates: readonly TemplatePlan[]): TaskPlan {
  const random = drawsFor(seed, `task ${number}`);
  const template = pick(
    random,
    templates.flatMap((candidate) => Array.from({ length: candidate.weight }, () => candidate)),
  );
  const skippable = template.steps.filter(({ skippable }) => skippable === true).map(({ name }) => name);
  return {
    number,
    template,
    idempotencyKey: `${seed}-${number}`,
    priority: chance(random, 0.3) ? integer(random, -5, 5) : 0,
    bypassSteps: chance(random, 0.3) ? skippable : [],
    isOperated: chance(random, 0.12),
    signalAfterMs: chance(random, 0.7) ? integer(random, 0, 8_000) : null,
  };
}
