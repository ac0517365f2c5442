import { isSatisfied } from "../states/guards.ts";
import type { StepRun } from "./step-run.ts";

/**
 * How a task ends of which nothing runs, waits or can start: `complete`, if every step that is not satisfied was cancelled and
 * is skippable; `cancelled`, if every one was cancelled; `error`, if any other is left, so that somebody can act on it.
 */
export function decideEnd(steps: readonly Pick<StepRun, "state" | "skippable">[]): "complete" | "cancelled" | "error" {
  let end: "complete" | "cancelled" = "complete";
  for (const { state, skippable } of steps) {
    if (isSatisfied(state)) continue;
    if (state !== "cancelled") return "error";
    if (!skippable) end = "cancelled";
  }
  return end;
}
