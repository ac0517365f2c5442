import type { DependencyGraphConfig } from "../../config/dependency-graph-config.ts";
import { at } from "../../graph/adjacency.ts";
import { findDescendants } from "../../graph/topology.ts";
import { type ImpactSeverity, percentOf, severityOf } from "./severity.ts";
import { itemAt, type StepStanding, type TaskGraph } from "./task-graph.ts";
import { healthOf, type TaskHealth } from "./task-health.ts";

/** Failed steps that are described, those with the greatest impact. */
const MOST_CHAINS = 10;
/** Steps behind a failed one that are listed; all are counted. */
const MOST_LISTED = 1_000;
/** Failed steps that are recommended to be looked at first. */
const MOST_PRIORITIES = 3;

/** What can be done about a failed step. */
export interface RecoveryStrategy {
  readonly strategy: string;
  readonly priority: "High" | "Medium" | "Low";
  readonly description: string;
}

/** A failed step with what waits for it. */
export interface ErrorChain {
  readonly error_step_id: number;
  readonly error_step_name: string;
  readonly error_attempts: number;
  readonly retry_limit: number;
  readonly retry_analysis: {
    readonly exhausted: boolean;
    readonly remaining_attempts: number;
    readonly in_backoff: boolean;
    /** ISO 8601; null if no attempt is planned. */
    readonly next_retry_at: string | null;
    readonly retryable: boolean;
  };
  /** Ids, the first 1,000 ascending. */
  readonly downstream_steps: readonly number[];
  /** How many of all of them wait for dependencies. */
  readonly blocked_downstream_steps: number;
  readonly total_downstream_steps: number;
  readonly total_impact: number;
  readonly recovery_strategies: readonly RecoveryStrategy[];
}

/** What has failed and what that holds up. */
export interface ErrorChainsReport {
  readonly total_error_steps: number;
  readonly total_steps: number;
  /** 0 to 100, one decimal. */
  readonly error_percentage: number;
  /** Blocked steps behind any failed step, each once. */
  readonly total_blocked_by_errors: number;
  /** Name of the step with the greatest impact. */
  readonly most_critical_error: string | null;
  /** The ten with the greatest impact. */
  readonly error_chains: readonly ErrorChain[];
  readonly recovery_priority: readonly {
    readonly step_name: string;
    readonly priority_level: ImpactSeverity;
    readonly reason: string;
    readonly recommended_action: string;
  }[];
  readonly task_health: TaskHealth;
}

/** Describes the failed steps of a task. */
export function describeErrors(task: TaskGraph, config: DependencyGraphConfig): ErrorChainsReport {
  const { steps, standings, failed } = task;
  const chains = [...steps.keys()]
    .filter((index) => itemAt(standings, index).isFailed)
    .map((index) => ({ index, impact: impactOf(index, task, config) }))
    .sort((a, b) => b.impact - a.impact || a.index - b.index)
    .slice(0, MOST_CHAINS)
    .map(({ index, impact }) => describeChain(index, impact, task));
  return {
    total_error_steps: failed,
    total_steps: steps.length,
    error_percentage: percentOf(failed, steps.length),
    total_blocked_by_errors: countBlockedByErrors(task),
    most_critical_error: chains[0]?.error_step_name ?? null,
    error_chains: chains,
    recovery_priority: chains.slice(0, MOST_PRIORITIES).map((chain) => ({
      step_name: chain.error_step_name,
      priority_level: severityOf(chain.total_impact, config.severity_thresholds),
      reason: `Blocking ${chain.total_downstream_steps} downstream steps`,
      recommended_action: chain.recovery_strategies[0]?.strategy ?? "Investigate",
    })),
    task_health: healthOf(task),
  };
}

function impactOf(index: number, { steps, descendants }: TaskGraph, config: DependencyGraphConfig): number {
  const { attempts, retryLimit } = itemAt(steps, index);
  return (
    at(descendants.marked, index) * config.impact_multipliers.blocked_weight +
    at(descendants.all, index) * config.impact_multipliers.downstream_weight +
    (attempts >= retryLimit ? config.penalty_constants.exhausted_retry : 0) +
    attempts * config.penalty_constants.retry_instability
  );
}

function describeChain(index: number, impact: number, { graph, steps, standings, descendants }: TaskGraph): ErrorChain {
  const step = itemAt(steps, index);
  const standing = itemAt(standings, index);
  return {
    error_step_id: step.id,
    error_step_name: step.name,
    error_attempts: step.attempts,
    retry_limit: step.retryLimit,
    retry_analysis: {
      exhausted: standing.isExhausted,
      remaining_attempts: standing.isExhausted ? 0 : step.retryLimit - step.attempts,
      in_backoff: standing.isInBackoff,
      next_retry_at:
        standing.isExhausted || step.nextRetryAt === null ? null : new Date(step.nextRetryAt).toISOString(),
      retryable: step.retryable,
    },
    downstream_steps: Array.from(
      findDescendants(graph, index).subarray(0, MOST_LISTED),
      (other) => itemAt(steps, other).id,
    ),
    blocked_downstream_steps: at(descendants.marked, index),
    total_downstream_steps: at(descendants.all, index),
    total_impact: impact,
    recovery_strategies: strategiesFor(standing),
  };
}

function strategiesFor({ isExhausted, isInBackoff }: StepStanding): RecoveryStrategy[] {
  if (isExhausted) {
    return [
      {
        strategy: "Manual Resolution",
        priority: "High",
        description: "No attempt is left: mend the cause and retry the step, or resolve or skip it",
      },
      {
        strategy: "Increase Retry Limit",
        priority: "Medium",
        description: "Raise the step's largest number of attempts, and retry it",
      },
    ];
  }
  if (isInBackoff) {
    return [{ strategy: "Wait for Backoff", priority: "Low", description: "The next attempt starts by itself" }];
  }
  return [{ strategy: "Monitor Retries", priority: "Medium", description: "An attempt is due: see that it starts" }];
}

function countBlockedByErrors({ graph, standings }: TaskGraph): number {
  const reached = new Uint8Array(graph.size);
  const open = standings.flatMap(({ isFailed }, index) => (isFailed ? [index] : []));
  let blocked = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (let edge = at(graph.childOffsets, next); edge < at(graph.childOffsets, next + 1); edge++) {
      const child = at(graph.children, edge);
      if (reached[child] === 1) continue;
      reached[child] = 1;
      if (itemAt(standings, child).isBlocked) blocked++;
      open.push(child);
    }
  }
  return blocked;
}
