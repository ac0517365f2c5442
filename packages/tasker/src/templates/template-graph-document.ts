import type { TaskDefinition } from "./definition.ts";
import { analyzeTemplate } from "./template-graph.ts";

/** What the analysis of a template's graph says, in the keys of JSON. */
export function templateGraphDocument(definition: TaskDefinition) {
  const { namespace, name, version } = definition;
  const { nodes, edges, topology, cycles, cyclicComponents, levels, roots, leaves, summary } =
    analyzeTemplate(definition);
  return {
    namespace,
    name,
    version,
    nodes: nodes.map((node) => ({
      name: node.name,
      description: node.description,
      handler_class: node.handlerClass,
      dependencies: node.dependencies,
      dependency_count: node.dependencyCount,
    })),
    edges,
    topology,
    cycles,
    cyclic_components: cyclicComponents,
    levels,
    roots,
    leaves,
    summary: {
      total_steps: summary.totalSteps,
      total_dependencies: summary.totalDependencies,
      has_cycles: summary.hasCycles,
      max_depth: summary.maxDepth,
      parallel_branches: summary.parallelBranches,
    },
  };
}
