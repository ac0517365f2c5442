import { at } from "./adjacency.ts";
import { checkStepArray, type StepGraph } from "./step-graph.ts";
import { sortTopologically } from "./topology.ts";

/** The heaviest way through a graph. */
export interface CriticalPath {
  /** Indices from a root to the step where the path ends, parents first. Empty for a graph without steps. */
  readonly steps: Int32Array;
  /** Sum of the weights of `steps`, in the unit of the weights. */
  readonly length: number;
}

function checkWeights(graph: StepGraph, weights: ArrayLike<number>): void {
  checkStepArray(graph, "weights", weights);
  for (let step = 0; step < graph.size; step++) {
    const weight = weights[step] as number;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`weights[${step}] is ${weight}, expected a finite number of 0 or more`);
    }
  }
}

/**
 * Finds the path of greatest total weight: with durations as weights, the least time the task can take with unlimited
 * concurrency. Linear in steps and edges (longest path over a topological order). Of equally heavy paths the one through
 * smaller indices, looking back from the end, is taken.
 * @param weights one finite number of 0 or more for each step
 * @throws RangeError a weight is negative or not finite, or there are not as many as steps
 */
export function findCriticalPath(graph: StepGraph, weights: ArrayLike<number>): CriticalPath {
  checkWeights(graph, weights);
  const total = new Float64Array(graph.size);
  const before = new Int32Array(graph.size).fill(-1);
  let end = -1;
  for (const step of sortTopologically(graph)) {
    let heaviest = 0;
    for (let edge = at(graph.parentOffsets, step); edge < at(graph.parentOffsets, step + 1); edge++) {
      const parent = at(graph.parents, edge);
      const weight = total[parent] as number;
      if (before[step] === -1 || weight > heaviest) {
        heaviest = weight;
        before[step] = parent;
      }
    }
    total[step] = heaviest + (weights[step] as number);
    if (end === -1 || isHeavier(total, step, end)) end = step;
  }
  return { steps: traceBack(before, end), length: end === -1 ? 0 : (total[end] as number) };
}

function isHeavier(total: Float64Array, step: number, other: number): boolean {
  const difference = (total[step] as number) - (total[other] as number);
  return difference > 0 || (difference === 0 && step < other);
}

/** The way to `end`, found by following each step's chosen parent; -1 stands for none. */
function traceBack(before: Int32Array, end: number): Int32Array {
  const steps = new Int32Array(before.length);
  let count = 0;
  for (let step = end; step !== -1; step = at(before, step)) steps[count++] = step;
  return steps.slice(0, count).reverse();
}
