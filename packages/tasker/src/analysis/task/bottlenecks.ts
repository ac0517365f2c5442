import type { DependencyGraphConfig } from "../../config/dependency-graph-config.ts";
import { at } from "../../graph/adjacency.ts";
import type { AnalyzedStep } from "./analyzed-task.ts";
import { type ImpactSeverity, percentOf, severityOf } from "./severity.ts";
import { itemAt, type StepStanding, type TaskGraph } from "./task-graph.ts";
import { healthOf, type TaskHealth } from "./task-health.ts";

/** Bottlenecks that are described. */
const MOST_BOTTLENECKS = 10;

/** A step that holds others up, or could. */
export interface Bottleneck {
  readonly step_id: number;
  readonly step_name: string;
  readonly current_state: string;
  readonly attempts: number;
  readonly retry_limit: number;
  readonly dependencies_satisfied: boolean;
  readonly downstream_steps_count: number;
  readonly blocked_downstream_count: number;
  readonly impact_score: number;
  readonly severity: ImpactSeverity;
  readonly bottleneck_type:
    | "Permanent Failure"
    | "Active Error"
    | "Dependency Block"
    | "Retry Exhaustion"
    | "Non-Retryable"
    | "Unknown";
  readonly resolution_strategy: string;
  readonly estimated_resolution_time: string;
}

/** How much of a task its bottlenecks hold up. */
export type OverallImpact = "None" | "Low" | "Medium" | "High" | "Severe";

/** What holds a task up. */
export interface BottlenecksReport {
  readonly total_bottlenecks: number;
  /** How many of them are critical. */
  readonly critical_bottlenecks: number;
  readonly total_blocked_steps: number;
  /** The ten with the greatest impact. */
  readonly bottlenecks: readonly Bottleneck[];
  readonly task_health: TaskHealth;
  /** Percentage of steps that are done, one decimal. */
  readonly task_completion: number;
  /** Percentage of steps that are in error, one decimal. */
  readonly failed_steps_ratio: number;
  readonly overall_impact: OverallImpact;
}

/** Finds what holds a task up: the failed steps, or, if nothing has failed, what waits or was tried twice. */
export function describeBottlenecks(task: TaskGraph, config: DependencyGraphConfig): BottlenecksReport {
  const { steps, standings, failed, blocked, satisfied } = task;
  const found = [...steps.keys()]
    .filter((index) => isCandidate(itemAt(steps, index), itemAt(standings, index), failed > 0))
    .map((index) => ({ index, score: scoreOf(index, task, config) }))
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const { critical, high } = config.severity_thresholds;
  const ofCritical = found.filter(({ score }) => score >= critical).length;
  return {
    total_bottlenecks: found.length,
    critical_bottlenecks: ofCritical,
    total_blocked_steps: blocked,
    bottlenecks: found.slice(0, MOST_BOTTLENECKS).map(({ index, score }) => describe(index, score, task, config)),
    task_health: healthOf(task),
    task_completion: percentOf(satisfied, steps.length),
    failed_steps_ratio: percentOf(failed, steps.length),
    overall_impact: overallImpact({
      bottlenecks: found.length,
      critical: ofCritical,
      high: found.filter(({ score }) => score >= high && score < critical).length,
      failedShare: steps.length === 0 ? 0 : failed / steps.length,
    }),
  };
}

function isCandidate({ state, attempts }: AnalyzedStep, standing: StepStanding, anyFailed: boolean): boolean {
  if (anyFailed) return standing.isFailed;
  if (standing.isSatisfied || state === "cancelled") return false;
  return standing.isBlocked || standing.isExhausted || attempts >= 2;
}

function scoreOf(index: number, { steps, standings, descendants }: TaskGraph, config: DependencyGraphConfig): number {
  const step = itemAt(steps, index);
  const standing = itemAt(standings, index);
  const weights = config.impact_multipliers;
  const penalties = config.penalty_constants;
  const base =
    at(descendants.all, index) * weights.downstream_weight + at(descendants.marked, index) * weights.blocked_weight;
  const penalty =
    step.attempts * penalties.retry_instability +
    (standing.isExhausted ? penalties.non_retryable : 0) +
    (hasNoAttempts(step, standing) ? penalties.exhausted_retry : 0);
  return Math.round(base * multiplierOf(step, standing, config) + penalty);
}

function multiplierOf(
  step: AnalyzedStep,
  standing: StepStanding,
  { severity_multipliers }: DependencyGraphConfig,
): number {
  if (standing.isFailed) {
    const bonus = hasNoAttempts(step, standing) ? severity_multipliers.exhausted_retry_bonus : 0;
    return severity_multipliers.error_state + bonus;
  }
  return standing.isBlocked ? severity_multipliers.dependency_issue : 1;
}

/** All attempts are used up, and none of them is under way. */
const hasNoAttempts = ({ attempts, retryLimit }: AnalyzedStep, { isExhausted }: StepStanding) =>
  isExhausted && attempts >= retryLimit;

function describe(index: number, score: number, task: TaskGraph, config: DependencyGraphConfig): Bottleneck {
  const step = itemAt(task.steps, index);
  const standing = itemAt(task.standings, index);
  return {
    step_id: step.id,
    step_name: step.name,
    current_state: step.state,
    attempts: step.attempts,
    retry_limit: step.retryLimit,
    dependencies_satisfied: standing.unmetParents === 0,
    downstream_steps_count: at(task.descendants.all, index),
    blocked_downstream_count: at(task.descendants.marked, index),
    impact_score: score,
    severity: severityOf(score, config.severity_thresholds),
    bottleneck_type: kindOf(step, standing),
    resolution_strategy: strategyFor(step, standing),
    estimated_resolution_time: resolutionTime(step, standing, task.snapshot.now),
  };
}

function kindOf(step: AnalyzedStep, standing: StepStanding): Bottleneck["bottleneck_type"] {
  if (hasNoAttempts(step, standing)) return "Permanent Failure";
  if (standing.isFailed) return standing.isExhausted ? "Non-Retryable" : "Active Error";
  if (standing.isBlocked) return "Dependency Block";
  return step.attempts >= 2 ? "Retry Exhaustion" : "Unknown";
}

function strategyFor({ attempts }: AnalyzedStep, standing: StepStanding): string {
  if (standing.isExhausted) return "Manual intervention required";
  if (standing.isInBackoff) return "Wait for backoff period";
  if (standing.isFailed) return "Investigate error cause";
  if (standing.isBlocked) return "Check upstream dependencies";
  return attempts >= 1 ? "Monitor retry attempts" : "Review step configuration";
}

function resolutionTime({ nextRetryAt }: AnalyzedStep, standing: StepStanding, now: number): string {
  if (standing.isExhausted) return "Immediate action needed";
  if (standing.isInBackoff && nextRetryAt !== null) {
    const minutes = Math.ceil((nextRetryAt - now) / 60_000);
    return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  }
  if (standing.isFailed) return "Within next retry cycle";
  return standing.isBlocked ? "Depends on upstream steps" : "Unknown";
}

/** What {@link overallImpact} decides from. */
interface ImpactFacts {
  readonly bottlenecks: number;
  readonly critical: number;
  readonly high: number;
  /** Failed steps among all, 0 to 1. */
  readonly failedShare: number;
}

function overallImpact({ bottlenecks, critical, high, failedShare }: ImpactFacts): OverallImpact {
  if (bottlenecks === 0) return "None";
  if (critical >= 3 || failedShare > 0.5) return "Severe";
  if (critical >= 1 || high >= 3) return "High";
  return high >= 1 || bottlenecks >= 5 ? "Medium" : "Low";
}
