import type { DependencyGraphConfig } from "../../config/dependency-graph-config.ts";
import { findCriticalPath } from "../../graph/critical-path.ts";
import { attemptSeconds } from "./expected-duration.ts";
import { itemAt, type TaskGraph } from "./task-graph.ts";

/** When a task will be done, if every step that can start does so at once. */
export interface CompletionEstimate {
  /** Steps that are not done and were not cancelled. */
  readonly remaining_steps: number;
  /** Those of them for which durations of earlier tasks are known; the others are taken to last as configured. */
  readonly steps_with_history: number;
  /** Whether a step waits for somebody to act: then the times below count from when that has been done. */
  readonly needs_operator: boolean;
  /** The way through the remaining steps that takes longest, by the median of earlier durations. */
  readonly critical_path: {
    readonly path: readonly number[];
    readonly step_names: readonly string[];
  };
  /** Seconds until the last step is done: along that way, each step as long as half of the earlier ones. */
  readonly p50_seconds: number;
  /** The same, each step as long as 95 % of the earlier ones: pessimistic, for not all are slow at the same time. */
  readonly p95_seconds: number;
  /** Seconds if the steps ran one after the other, by the median. */
  readonly sequential_seconds: number;
  /** ISO 8601; null if it needs an operator or nothing remains. */
  readonly completes_at: string | null;
}

/** Estimates how long a task still takes, by what steps of the same names took in earlier tasks. */
export function estimateCompletion(task: TaskGraph, config: DependencyGraphConfig): CompletionEstimate {
  const { graph, steps, standings, snapshot } = task;
  const remaining = standings.map(
    ({ isSatisfied }, index) => !isSatisfied && itemAt(steps, index).state !== "cancelled",
  );
  const median = remainingSeconds(task, remaining, config, "p50");
  const path = findCriticalPath(graph, median);
  const onPath = Array.from(path.steps, (index) => index).filter((index) => remaining[index] === true);
  const needsOperator = standings.some(({ isExhausted }) => isExhausted);
  const count = remaining.filter(Boolean).length;
  return {
    remaining_steps: count,
    steps_with_history: steps.filter(({ history }, index) => remaining[index] === true && (history?.samples ?? 0) > 0)
      .length,
    needs_operator: needsOperator,
    critical_path: {
      path: onPath.map((index) => itemAt(steps, index).id),
      step_names: onPath.map((index) => itemAt(steps, index).name),
    },
    p50_seconds: toMilliseconds(path.length),
    p95_seconds: toMilliseconds(findCriticalPath(graph, remainingSeconds(task, remaining, config, "p95")).length),
    sequential_seconds: toMilliseconds(median.reduce((sum, seconds) => sum + seconds, 0)),
    completes_at:
      needsOperator || count === 0 ? null : new Date(snapshot.now + Math.round(path.length * 1_000)).toISOString(),
  };
}

/** What each step still takes: nothing if it is over, the rest of it if it runs, and its wait before if it is retried. */
function remainingSeconds(
  { steps, standings, snapshot }: TaskGraph,
  remaining: readonly boolean[],
  { duration_estimates }: DependencyGraphConfig,
  percentile: "p50" | "p95",
): number[] {
  return steps.map((step, index) => {
    if (remaining[index] !== true) return 0;
    const whole = attemptSeconds(step, duration_estimates, percentile);
    if (step.state === "in_progress") {
      return Math.max(0, whole - Math.max(0, snapshot.now - (step.changedAt ?? snapshot.now)) / 1_000);
    }
    const { isInBackoff } = itemAt(standings, index);
    return whole + (isInBackoff && step.nextRetryAt !== null ? (step.nextRetryAt - snapshot.now) / 1_000 : 0);
  });
}

const toMilliseconds = (seconds: number) => Math.round(seconds * 1_000) / 1_000;
