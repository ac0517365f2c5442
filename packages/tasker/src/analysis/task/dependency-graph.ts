import { at } from "../../graph/adjacency.ts";
import type { AnalyzedStep } from "./analyzed-task.ts";
import { itemAt, type TaskGraph } from "./task-graph.ts";

/** The steps of a task and what each waits for; ids are those of steps. */
export interface DependencyGraphReport {
  readonly nodes: readonly { readonly id: number; readonly name: string; readonly level: number }[];
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    readonly from_name: string;
    readonly to_name: string;
  }[];
  /** Step to those that wait for it. */
  readonly adjacency_list: ReadonlyMap<number, readonly number[]>;
  /** Step to those that it waits for. */
  readonly reverse_adjacency_list: ReadonlyMap<number, readonly number[]>;
  /** Step to the length of the longest way to it; 0 for those that wait for nothing. */
  readonly dependency_levels: ReadonlyMap<number, number>;
}

/** The graph of a task as lists. */
export function describeGraph({ graph, steps, levels }: TaskGraph): DependencyGraphReport {
  const { from, to } = graph.listEdges();
  return {
    nodes: steps.map(({ id, name }, index) => ({ id, name, level: at(levels, index) })),
    edges: from.map((parent, edge) => {
      const source = itemAt(steps, parent);
      const target = itemAt(steps, itemAt(to, edge));
      return { from: source.id, to: target.id, from_name: source.name, to_name: target.name };
    }),
    adjacency_list: listNeighbours(steps, graph.childOffsets, graph.children),
    reverse_adjacency_list: listNeighbours(steps, graph.parentOffsets, graph.parents),
    dependency_levels: byId(steps, (index) => at(levels, index)),
  };
}

function listNeighbours(steps: readonly AnalyzedStep[], offsets: Int32Array, targets: Int32Array) {
  return byId(steps, (index) => {
    const ids: number[] = [];
    for (let edge = at(offsets, index); edge < at(offsets, index + 1); edge++) {
      ids.push(itemAt(steps, at(targets, edge)).id);
    }
    return ids;
  });
}

/** A map: an object with so many numbers as keys takes 25 times as long to fill. */
function byId<T>(steps: readonly AnalyzedStep[], valueAt: (index: number) => T): Map<number, T> {
  return new Map(steps.map(({ id }, index) => [id, valueAt(index)]));
}
