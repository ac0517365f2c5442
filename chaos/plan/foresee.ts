import type { StepPlan } from "./step-plan.ts";

/** What becomes of a step, by the rules of docs/flow-control.md. */
export interface ForeseenStep {
  readonly state: "complete" | "resolved_manually" | "error" | "pending";
  /** Attempts that count; null: that cannot be foreseen. */
  readonly attempts: number | null;
}

/** How a task ends that no operator touches, however often it is interrupted. */
export interface Foreseen {
  readonly end: "complete" | "error";
  /** By the names of the steps in the template. */
  readonly steps: ReadonlyMap<string, ForeseenStep>;
}

interface Fate extends ForeseenStep {
  /** How it counts for conditions; null: it never ends. */
  readonly counts: "complete" | "skipped" | "failed" | null;
  readonly spreads: boolean;
}

/**
 * Foresees the end of a task.
 * @param steps in an order in which each comes after those that it depends on
 * @param bypassed names of the skippable steps that the request leaves out
 */
export function foresee(steps: readonly StepPlan[], bypassed: readonly string[]): Foreseen {
  const fates = new Map<string, Fate>();
  for (const step of steps) fates.set(step.name, foreseeStep(step, bypassed, fates));
  const failed = [...fates.values()].some(({ counts }) => counts === null);
  const visible = [...fates].map(([name, { state, attempts }]) => [name, { state, attempts }] as const);
  return { end: failed ? "error" : "complete", steps: new Map(visible) };
}

function foreseeStep(step: StepPlan, bypassed: readonly string[], fates: ReadonlyMap<string, Fate>): Fate {
  const parents = step.dependsOn.map((name) => {
    const fate = fates.get(name);
    if (fate === undefined) throw new RangeError(`step ${step.name} depends on ${name}, which does not come before it`);
    return fate;
  });
  if (parents.some(({ counts }) => counts === null)) {
    return { state: "pending", attempts: 0, counts: null, spreads: false };
  }
  const closed = { state: "resolved_manually", attempts: 0, counts: "skipped" } as const;
  if (parents.some(({ spreads }) => spreads)) return { ...closed, spreads: true };
  const spreads = step.skipsDependants === true;
  if (bypassed.includes(step.name) && step.skippable === true) return { ...closed, spreads };
  if (!isRunning(step, fates)) return { ...closed, spreads };
  return foreseeRun(step);
}

function isRunning({ runIf }: StepPlan, fates: ReadonlyMap<string, Fate>): boolean {
  if (runIf === undefined) return true;
  return runIf !== "never" && fates.get(runIf.step)?.counts === runIf.outcome;
}

function foreseeRun({ conduct, retryLimit = 3, onFailure, uncertain }: StepPlan): Fate {
  const needed = conduct.failures + conduct.hangs + 1;
  const attempts = uncertain === true ? null : Math.min(needed, retryLimit);
  if (needed <= retryLimit && !conduct.dies) return { state: "complete", attempts, counts: "complete", spreads: false };
  if (onFailure === "continue") return { state: "resolved_manually", attempts, counts: "failed", spreads: false };
  return { state: "error", attempts, counts: null, spreads: false };
}
