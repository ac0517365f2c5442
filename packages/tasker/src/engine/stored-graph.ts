import { graphFromEdges, type StepGraph } from "../graph/step-graph.ts";
import type { CompiledDefinition } from "./compiled-definition.ts";
import type { StepRow } from "./stored-step.ts";

/**
 * The graph of a task by its rows, which are the truth; where they say what the definition says, its graph is shared by all its
 * tasks.
 * @param edges pairs of ids of steps
 */
export function storedGraph(
  rows: readonly StepRow[],
  edges: readonly (readonly [number, number])[],
  { graph }: CompiledDefinition,
): StepGraph {
  const nameOf = new Map(rows.map(([stepId, name]) => [stepId, name]));
  const pairs = edges.map(([from, to]) => [nameOf.get(from) ?? "", nameOf.get(to) ?? ""] as const);
  if (sameGraph(graph, rows.length, pairs)) return graph;
  const names = rows.map(([, name]) => name);
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const inside = pairs.filter(([from, to]) => indexOf.has(from) && indexOf.has(to));
  return graphFromEdges(
    names,
    inside.map(([from]) => indexOf.get(from) ?? 0),
    inside.map(([, to]) => indexOf.get(to) ?? 0),
  );
}

function sameGraph(graph: StepGraph, size: number, pairs: readonly (readonly [string, string])[]): boolean {
  if (graph.size !== size || graph.edgeCount !== pairs.length) return false;
  // Searching among the parents instead would cost the square of a wide step's width.
  const edges = new Set<number>();
  for (let child = 0; child < size; child++) {
    const end = graph.parentOffsets[child + 1] ?? 0;
    for (let place = graph.parentOffsets[child] ?? 0; place < end; place++) {
      edges.add((graph.parents[place] ?? 0) * size + child);
    }
  }
  // Taken out, so that an edge which is there twice does not stand for another one that is missing.
  return pairs.every(([from, to]) => edges.delete(graph.indexOf(from) * size + graph.indexOf(to)));
}
