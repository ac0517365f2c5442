import type { AnalyzedStep, AnalyzedTask } from "../../../src/analysis/task/analyzed-task.ts";
import { graphOf } from "../../graph/random-graph.ts";

/** The moment of the snapshots of these tests, milliseconds since the epoch. */
export const NOW = Date.parse("2027-01-31T12:00:00Z");

/** A step that has not begun; ids are index + 100. */
export function stepOf(index: number, name: string, changes: Partial<AnalyzedStep> = {}): AnalyzedStep {
  return {
    id: index + 100,
    name,
    state: "pending",
    attempts: 0,
    retryLimit: 3,
    retryable: true,
    changedAt: null,
    nextRetryAt: null,
    durationSeconds: null,
    history: null,
    ...changes,
  };
}

/** A snapshot of steps from text such as `a -> b, a -> c`; steps are numbered in order of first mention. */
export function snapshotOf(text: string, changes: Readonly<Record<string, Partial<AnalyzedStep>>> = {}): AnalyzedTask {
  const graph = graphOf(text);
  const { from, to } = graph.listEdges();
  return {
    taskId: 7,
    now: NOW,
    steps: graph.names.map((name, index) => stepOf(index, name, changes[name])),
    edges: { from: from.map((index) => index + 100), to: to.map((index) => index + 100) },
  };
}
