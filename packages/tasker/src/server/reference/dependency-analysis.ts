import type { z } from "zod";
import type { Analysis, DependencyAnalysis, ExecutionSummary } from "../../api/shapes/analysis.ts";
import { CyclicGraphError } from "../../errors/index.ts";
import { analysisOf } from "../figures/analysis.ts";
import type { ServerParts } from "../server-parts.ts";

/** From which share of levels with several ready steps on a task is called parallel, in percent. */
const PARALLEL = 50;

/** What a task tells with `include_dependencies`; of one whose graph has a cycle, that. */
export async function dependencyAnalysis(
  parts: Pick<ServerParts, "cache" | "database" | "clock" | "sources">,
  taskId: number,
): Promise<z.output<typeof DependencyAnalysis>> {
  try {
    const analysis = await analysisOf(parts, taskId);
    const { dependency_graph, critical_paths, parallelism_opportunities, error_chains, bottlenecks } = analysis;
    return {
      ...{ dependency_graph, critical_paths, parallelism_opportunities, error_chains, bottlenecks },
      analysis_timestamp: analysis.generated_at,
      task_execution_summary: summarize(analysis),
    };
  } catch (error) {
    if (!(error instanceof CyclicGraphError)) throw error;
    const analysis_timestamp = new Date(parts.clock.now()).toISOString();
    return { error: `Dependency analysis failed: ${error.message}`, analysis_timestamp };
  }
}

function summarize(analysis: Analysis): z.output<typeof ExecutionSummary> {
  const { dependency_graph, critical_paths, parallelism_opportunities, error_chains, bottlenecks } = analysis;
  const critical = bottlenecks.critical_bottlenecks;
  const chains = error_chains.error_chains.length;
  const hasWarning = bottlenecks.bottlenecks.some(({ severity }) => severity === "High");
  const efficiency = parallelism_opportunities.parallelism_efficiency;
  const recommendations = [
    ...(critical > 0 ? [`Address ${critical} critical bottlenecks`] : []),
    ...(chains > 0 ? [`Resolve ${chains} failed steps that others wait for`] : []),
    ...(efficiency < PARALLEL ? ["Consider whether steps that wait for each other need to"] : []),
  ];
  return {
    total_steps: dependency_graph.nodes.length,
    total_dependencies: dependency_graph.edges.length,
    dependency_levels: parallelism_opportunities.total_levels,
    longest_path_length: critical_paths.longest_path_length,
    critical_bottlenecks_count: critical,
    error_chains_count: chains,
    parallelism_efficiency: efficiency,
    overall_health: critical > 0 || chains > 0 ? "critical" : hasWarning ? "warning" : "healthy",
    recommendations: recommendations.length > 0 ? recommendations : ["The task appears healthy"],
  };
}
