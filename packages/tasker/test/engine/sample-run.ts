import { DefinitionCache } from "../../src/engine/compiled-definition.ts";
import type { RetryRules } from "../../src/engine/decide-step.ts";
import { NO_ROW } from "../../src/engine/step-move.ts";
import type { StepRun } from "../../src/engine/step-run.ts";
import { EMPTY_OBJECT, StoredJson } from "../../src/engine/stored-json.ts";
import { BackoffCalculator } from "../../src/engine/strategies/backoff-calculator.ts";
import { TaskRun } from "../../src/engine/task-run.ts";
import { LiveTaskView } from "../../src/engine/task-view.ts";
import { graphTemplate } from "../support/engine-harness.ts";

const backoff = new BackoffCalculator();

/** The engine's rules of retrying with all their defaults. */
export const SAMPLE_RULES: RetryRules = {
  retryDelayMs: (failure, random) => backoff.secondsBeforeRetry(failure, random) * 1_000,
  maxInterruptions: 5,
};

/** A step that has not run; `settings` say how it differs. */
export function sampleStep(settings: Partial<StepRun> = {}): StepRun {
  return {
    index: 0,
    stepId: 11,
    name: "a",
    state: "pending",
    sortKey: NO_ROW,
    attempts: 0,
    retryLimit: 3,
    retryable: true,
    skippable: false,
    interruptions: 0,
    dueAt: null,
    blockedBy: null,
    inputs: null,
    results: EMPTY_OBJECT,
    execution: null,
    lostExecutionId: null,
    waits: null,
    wait: null,
    outside: null,
    resolution: null,
    queued: false,
    ...settings,
  };
}

/** A task of one step `a` that nobody has started. */
export function sampleRun(taskId: number): TaskRun {
  const template = graphTemplate("a");
  const compiled = new DefinitionCache().compile(template.definition);
  const view = new LiveTaskView({
    taskId,
    namespace: "default",
    name: "graph",
    version: "1.0.0",
    storedContext: new StoredJson("{}"),
    initiator: "unknown",
    sourceSystem: "unknown",
    reason: "unknown",
    tags: [],
    bypassSteps: [],
    requestedAt: new Date(0),
    correlationId: "c",
    settingsNow: compiled.settingsNow,
  });
  const { graph } = compiled;
  return new TaskRun({
    taskId,
    epoch: 4,
    revision: 0,
    priority: 0,
    view,
    compiled,
    template,
    graph,
    steps: [sampleStep({ stepId: taskId * 10 })],
    state: "pending",
    sortKey: NO_ROW,
    halted: false,
    paused: false,
    parentTaskId: null,
    abandonedAt: null,
  });
}
