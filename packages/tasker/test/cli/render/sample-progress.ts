import type { StepProgress, TaskProgress } from "../../../src/cli/progress/task-progress.ts";
import { layoutStepTree } from "../../../src/cli/render/step-tree.ts";

/** The moment at which the samples are drawn, in milliseconds since the epoch. */
export const NOW = Date.UTC(2026, 0, 1, 12, 0, 10);

/** A step of a sample; pending unless said otherwise. */
export function sampleStep(name: string, facts: Partial<StepProgress> = {}): StepProgress {
  return {
    stepId: 0,
    name,
    dependsOn: [],
    state: "pending",
    attempts: 0,
    retryLimit: 3,
    startedAt: null,
    durationMs: null,
    error: null,
    nextAttemptAt: null,
    ...facts,
  };
}

const SAMPLE_STEPS = [
  sampleStep("check_order", { state: "complete", attempts: 1, durationMs: 12 }),
  sampleStep("reserve_items", {
    state: "in_progress",
    attempts: 1,
    startedAt: NOW - 800,
    dependsOn: ["check_order"],
  }),
  sampleStep("charge_card", {
    state: "error",
    attempts: 2,
    durationMs: 310,
    error: "the payment gateway is busy",
    nextAttemptAt: NOW + 1500,
    dependsOn: ["check_order"],
  }),
  sampleStep("send_receipt", { dependsOn: ["reserve_items", "charge_card"] }),
].map((step, at) => ({ ...step, stepId: at + 1 }));

/** A task in the middle of things: done, running, waiting for its retry, and to come. */
export function sampleTask(steps: readonly StepProgress[] = SAMPLE_STEPS): TaskProgress {
  return {
    taskId: 12,
    name: "order",
    namespace: "shop",
    version: "1.0.0",
    state: "in_progress",
    since: NOW - 2400,
    steps,
    tree: layoutStepTree(steps),
  };
}
