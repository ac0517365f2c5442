import type { DependencyGraphConfig } from "../../config/dependency-graph-config.ts";
import { countPaths, findBestPaths, type ScoredPath } from "../../graph/best-paths.ts";
import { findCriticalPath } from "../../graph/critical-path.ts";
import { findLeaves, findRoots } from "../../graph/topology.ts";
import type { AnalyzedStep } from "./analyzed-task.ts";
import { blockingReason } from "./blocking-reason.ts";
import { attemptSeconds, estimatedSeconds } from "./expected-duration.ts";
import { percentOf } from "./severity.ts";
import { itemAt, type StepStanding, type TaskGraph } from "./task-graph.ts";

/** Paths that are described. */
const MOST_PATHS = 5;
/** Bottlenecks of a path that are described. */
const MOST_BOTTLENECKS = 10;
/** What a score is multiplied with where something has failed. */
const UNHEALTHY = 1.5;
/** The share of a score that is taken off when all steps are done. */
const COMPLETION_DISCOUNT = 0.3;

/** A step that holds a path up. */
export interface PathBottleneck {
  readonly step_id: number;
  readonly step_name: string;
  readonly reason: string;
  readonly severity: number;
  readonly impact: string;
}

/** A way from a step without dependencies to one on which nothing depends. */
export interface PathReport {
  /** Ids of its steps, in their order. */
  readonly path: readonly number[];
  readonly length: number;
  readonly step_names: readonly string[];
  readonly completed_steps: number;
  readonly blocked_steps: number;
  readonly error_steps: number;
  readonly retry_steps: number;
  readonly ready_steps: number;
  /** Seconds, one step after the other, with what failures cost. */
  readonly estimated_duration: number;
  /** The ten worst. */
  readonly bottlenecks: readonly PathBottleneck[];
  readonly criticality_score: number;
  /** 0 to 100, one decimal. */
  readonly completion_percentage: number;
}

/** What decides when a task can be done. */
export interface CriticalPathsReport {
  /** Ways from a step without dependencies to one on which nothing depends; rounded above 2^53. */
  readonly total_paths: number;
  /** Steps of the longest of them. */
  readonly longest_path_length: number;
  /** The five with the highest scores. */
  readonly paths: readonly PathReport[];
  /** The way that takes longest: by what complete steps took, and by what steps of that name took earlier. */
  readonly longest_by_duration: {
    readonly path: readonly number[];
    readonly step_names: readonly string[];
    /** Whole milliseconds as seconds. */
    readonly seconds: number;
  };
  readonly root_nodes: readonly number[];
  readonly leaf_nodes: readonly number[];
}

/** Finds the paths that hold a task up most, and the one that takes longest. */
export function describeCriticalPaths(task: TaskGraph, config: DependencyGraphConfig): CriticalPathsReport {
  const { graph, steps, standings, levels } = task;
  const scores = steps.map((step, index) => scoreOf(step, itemAt(standings, index), task, config));
  const ids = (indexes: Int32Array) => Array.from(indexes, (index) => itemAt(steps, index).id);
  const names = (indexes: Int32Array) => Array.from(indexes, (index) => itemAt(steps, index).name);
  const longest = findCriticalPath(
    graph,
    steps.map((step) => step.durationSeconds ?? attemptSeconds(step, config.duration_estimates, "p50")),
  );
  return {
    total_paths: countPaths(graph),
    longest_path_length: levels.reduce((most, level) => Math.max(most, level + 1), 0),
    paths: findBestPaths(graph, scores, MOST_PATHS).map((path) => describePath(path, task, config)),
    longest_by_duration: {
      path: ids(longest.steps),
      step_names: names(longest.steps),
      seconds: Math.round(longest.length * 1_000) / 1_000,
    },
    root_nodes: ids(findRoots(graph)),
    leaf_nodes: ids(findLeaves(graph)),
  };
}

/** What a step adds to the score of each path that it is on. */
function scoreOf(step: AnalyzedStep, standing: StepStanding, task: TaskGraph, config: DependencyGraphConfig): number {
  const weights = config.impact_multipliers;
  const health = task.failed === 0 ? 1 : UNHEALTHY;
  return (
    weights.path_length_weight -
    (standing.isSatisfied ? weights.completed_penalty : 0) +
    (standing.isBlocked ? weights.blocked_penalty * health : 0) +
    (standing.isFailed ? weights.error_penalty * health : 0) +
    (isRetry(step, standing) ? weights.retry_penalty : 0) +
    (estimatedSeconds(step, config.duration_estimates) / 60) * 2
  );
}

const isRetry = (step: AnalyzedStep, { isFailed }: StepStanding) => isFailed && step.attempts > 0;

function describePath(
  { steps: indexes, score }: ScoredPath,
  task: TaskGraph,
  config: DependencyGraphConfig,
): PathReport {
  const members = Array.from(indexes, (index) => ({
    step: itemAt(task.steps, index),
    standing: itemAt(task.standings, index),
  }));
  const count = (is: (standing: StepStanding, step: AnalyzedStep) => boolean) =>
    members.filter(({ step, standing }) => is(standing, step)).length;
  const completed = count((standing) => standing.isSatisfied);
  return {
    path: members.map(({ step }) => step.id),
    length: members.length,
    step_names: members.map(({ step }) => step.name),
    completed_steps: completed,
    blocked_steps: count(({ isBlocked }) => isBlocked),
    error_steps: count(({ isFailed }) => isFailed),
    retry_steps: count((standing, step) => isRetry(step, standing)),
    ready_steps: count(({ isReady }) => isReady),
    estimated_duration: members.reduce(
      (seconds, { step }) => seconds + estimatedSeconds(step, config.duration_estimates),
      0,
    ),
    bottlenecks: members
      .flatMap(({ step, standing }, place) =>
        standing.isBlocked || standing.isFailed ? [describeBottleneck(step, standing, members.length - 1 - place)] : [],
      )
      .sort((a, b) => b.severity - a.severity)
      .slice(0, MOST_BOTTLENECKS),
    criticality_score: Math.max(0, score * (1 - COMPLETION_DISCOUNT * task.completion)),
    completion_percentage: percentOf(completed, members.length),
  };
}

function describeBottleneck(step: AnalyzedStep, standing: StepStanding, after: number): PathBottleneck {
  return {
    step_id: step.id,
    step_name: step.name,
    reason: blockingReason(step, standing),
    severity:
      (standing.isFailed ? 10 : 0) +
      5 * step.attempts +
      (step.attempts >= step.retryLimit ? 20 : 0) +
      (standing.isBlocked ? 5 : 0),
    impact: `Blocks ${after} downstream steps`,
  };
}
