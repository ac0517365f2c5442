import type { StepGraph } from "../graph/step-graph.ts";
import type { Closing } from "./decide-closing.ts";
import type { StepRun } from "./step-run.ts";

/** A step that is cancelled because it cannot run any more. */
export interface Cancellation {
  readonly step: StepRun;
  readonly closing: Closing;
}

/**
 * What becomes of the steps that wait for cancelled ones, directly or not: none of them can run any more, so they are
 * cancelled, and their rows name the step that was cancelled first. A step that is satisfied, or that somebody is running,
 * stays as it is, and so does what waits for nothing but that.
 */
export function decideCancellations(graph: StepGraph, steps: readonly StepRun[]): Cancellation[] {
  const cancellations: Cancellation[] = [];
  const causes = steps.map((step) => (step.state === "cancelled" ? step.name : null));
  const open = steps.filter((step) => step.state === "cancelled");
  // Breadth first: what is cancelled is looked at in its turn, with the cause of the step before it.
  for (let head = 0; head < open.length; head++) {
    const parent = open[head];
    if (parent === undefined) break;
    const cause = causes[parent.index] ?? parent.name;
    const end = graph.childOffsets[parent.index + 1] ?? 0;
    for (let place = graph.childOffsets[parent.index] ?? 0; place < end; place++) {
      const child = steps[graph.children[place] ?? -1];
      if (child === undefined || causes[child.index] !== null || !isCancellable(child)) continue;
      causes[child.index] = cause;
      cancellations.push({ step: child, closing: cancel(cause) });
      open.push(child);
    }
  }
  return cancellations;
}

function isCancellable({ state, execution, outside, wait }: StepRun): boolean {
  if (state === "pending" || state === "error") return true;
  // Left behind by a process that is gone; what runs here, elsewhere, or waits, ends in its own way.
  return state === "in_progress" && execution === null && outside !== "running" && wait === null;
}

function cancel(cause: string): Closing {
  return {
    to: "cancelled",
    facts: { cancelled_with: cause, reason: `depends on ${cause}, which was cancelled` },
    results: null,
  };
}
