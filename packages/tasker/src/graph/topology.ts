import { at } from "./adjacency.ts";
import { checkStepIndex, type StepGraph } from "./step-graph.ts";

function countParents(graph: StepGraph): Int32Array {
  const counts = new Int32Array(graph.size);
  for (let step = 0; step < graph.size; step++) {
    counts[step] = at(graph.parentOffsets, step + 1) - at(graph.parentOffsets, step);
  }
  return counts;
}

/** Steps whose row is empty, ascending. */
function findEmptyRows(size: number, offsets: Int32Array): Int32Array {
  const found = new Int32Array(size);
  let count = 0;
  for (let step = 0; step < size; step++) {
    if (at(offsets, step) === at(offsets, step + 1)) found[count++] = step;
  }
  return found.slice(0, count);
}

/** Indices of the steps without parents, ascending. */
export function findRoots(graph: StepGraph): Int32Array {
  return findEmptyRows(graph.size, graph.parentOffsets);
}

/** Indices of the steps without children, ascending. */
export function findLeaves(graph: StepGraph): Int32Array {
  return findEmptyRows(graph.size, graph.childOffsets);
}

/**
 * Every step after all of its parents: the roots in ascending order, then each step when its last parent has been
 * listed. The same graph always gives the same order.
 * @see A. B. Kahn, "Topological sorting of large networks", Communications of the ACM 5 (1962)
 */
export function sortTopologically(graph: StepGraph): Int32Array {
  const unlisted = countParents(graph);
  const order = new Int32Array(graph.size);
  const roots = findRoots(graph);
  order.set(roots);
  let listed = roots.length;
  for (let place = 0; place < listed; place++) {
    const step = at(order, place);
    for (let edge = at(graph.childOffsets, step); edge < at(graph.childOffsets, step + 1); edge++) {
      const child = at(graph.children, edge);
      const left = at(unlisted, child) - 1;
      unlisted[child] = left;
      if (left === 0) order[listed++] = child;
    }
  }
  return order;
}

/** Level of each step by index: the number of edges on the longest way to it from a root; 0 for roots. */
export function computeLevels(graph: StepGraph): Int32Array {
  const levels = new Int32Array(graph.size);
  for (const step of sortTopologically(graph)) {
    const below = at(levels, step) + 1;
    for (let edge = at(graph.childOffsets, step); edge < at(graph.childOffsets, step + 1); edge++) {
      const child = at(graph.children, edge);
      if (at(levels, child) < below) levels[child] = below;
    }
  }
  return levels;
}

/** Steps that can be reached from `start` along rows, without `start`, ascending. */
function collectReachable(size: number, offsets: Int32Array, targets: Int32Array, start: number): Int32Array {
  const reached = new Uint8Array(size);
  const found = new Int32Array(size);
  let count = 0;
  const visit = (step: number) => {
    for (let edge = at(offsets, step); edge < at(offsets, step + 1); edge++) {
      const target = at(targets, edge);
      if (reached[target] === 1) continue;
      reached[target] = 1;
      found[count++] = target;
    }
  };
  visit(start);
  for (let place = 0; place < count; place++) visit(at(found, place));
  return found.slice(0, count).sort();
}

/**
 * Indices of all steps that `index` waits for, directly or not, ascending.
 * @throws RangeError no step has this index
 */
export function findAncestors(graph: StepGraph, index: number): Int32Array {
  checkStepIndex(graph, index);
  return collectReachable(graph.size, graph.parentOffsets, graph.parents, index);
}

/**
 * Indices of all steps that wait for `index`, directly or not, ascending.
 * @throws RangeError no step has this index
 */
export function findDescendants(graph: StepGraph, index: number): Int32Array {
  checkStepIndex(graph, index);
  return collectReachable(graph.size, graph.childOffsets, graph.children, index);
}
