import { type DependencyGraphConfig, dependencyGraphConfig } from "../../config/dependency-graph-config.ts";
import type { AnalyzedTask } from "./analyzed-task.ts";
import { type BottlenecksReport, describeBottlenecks } from "./bottlenecks.ts";
import { type CompletionEstimate, estimateCompletion } from "./completion-estimate.ts";
import { type CriticalPathsReport, describeCriticalPaths } from "./critical-paths.ts";
import { type DependencyGraphReport, describeGraph } from "./dependency-graph.ts";
import { describeErrors, type ErrorChainsReport } from "./error-chains.ts";
import { estimateRisk, type FailureRisk } from "./failure-risk.ts";
import { describeParallelism, type ParallelismReport } from "./parallelism.ts";
import { toTaskGraph } from "./task-graph.ts";

/** Everything that the analysis says about one task. Keys are those of the reference; `estimate` and `risk` are ours. */
export interface TaskAnalysis {
  readonly task_id: number;
  /** ISO 8601: the moment of which it speaks. */
  readonly generated_at: string;
  readonly dependency_graph: DependencyGraphReport;
  readonly critical_paths: CriticalPathsReport;
  readonly parallelism_opportunities: ParallelismReport;
  readonly error_chains: ErrorChainsReport;
  readonly bottlenecks: BottlenecksReport;
  readonly estimate: CompletionEstimate;
  readonly risk: FailureRisk;
}

/**
 * Analyses a task as it is at one moment. Pure.
 * @param config weights, thresholds and durations. Default: those of the reference
 * @throws CyclicGraphError the stored edges form a cycle; `context.members` names its steps
 */
export function analyzeSnapshot(
  snapshot: AnalyzedTask,
  config: DependencyGraphConfig = dependencyGraphConfig(),
): TaskAnalysis {
  const task = toTaskGraph(snapshot);
  return {
    task_id: snapshot.taskId,
    generated_at: new Date(snapshot.now).toISOString(),
    dependency_graph: describeGraph(task),
    critical_paths: describeCriticalPaths(task, config),
    parallelism_opportunities: describeParallelism(task),
    error_chains: describeErrors(task, config),
    bottlenecks: describeBottlenecks(task, config),
    estimate: estimateCompletion(task, config),
    risk: estimateRisk(task),
  };
}
