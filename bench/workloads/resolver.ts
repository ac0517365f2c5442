// The sources, not the built package: it does not export these, and what runs is the same code without the types.
import { buildGraph } from "../../packages/tasker/src/graph/step-graph.ts";
import { computeLevels } from "../../packages/tasker/src/graph/topology.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { fan, layered, linear } from "../shapes.ts";
import { measureCompletion, measureRecompute, medianCallUs } from "../time-graph.ts";

/**
 * The question which steps are ready, in memory and without a database: answered from nothing, kept up to date by one
 * completion after the other, and the levels of all steps.
 */
export async function measureResolver(job: Job): Promise<Finding[]> {
  const { sizes } = job;
  const findings: Finding[] = [];
  for (const steps of sizes.graphSteps) {
    for (const shape of [linear(steps), layered(steps), fan(steps)]) {
      const graph = buildGraph(shape.steps);
      const common = { bench: job.bench, shape: shape.name, steps };
      findings.push(
        { ...common, metric: "full_recompute_us", value: measureRecompute(graph, sizes), unit: "us" },
        { ...common, metric: "completion_ns", value: measureCompletion(graph, sizes), unit: "ns" },
        { ...common, metric: "levels_us", value: medianCallUs(() => computeLevels(graph), sizes), unit: "us" },
      );
    }
  }
  return findings;
}
