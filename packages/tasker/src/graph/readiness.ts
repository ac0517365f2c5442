import { at } from "./adjacency.ts";
import { checkStepArray, checkStepIndex, type StepGraph } from "./step-graph.ts";

/** For each step, how many of its parents are not satisfied. */
function countUnmet(graph: StepGraph, satisfied: Uint8Array): Int32Array {
  const unmet = new Int32Array(graph.size);
  for (let step = 0; step < graph.size; step++) {
    let count = 0;
    for (let edge = at(graph.parentOffsets, step); edge < at(graph.parentOffsets, step + 1); edge++) {
      if (satisfied[at(graph.parents, edge)] === 0) count++;
    }
    unmet[step] = count;
  }
  return unmet;
}

/**
 * The engine's rule of readiness, computed from nothing: a step is ready if it is a candidate, is not satisfied, and all
 * of its parents are satisfied. Linear in steps and edges.
 * @param satisfied by step: not 0 if its state satisfies the steps that wait for it (`isSatisfied`)
 * @param candidate by step: not 0 if nothing but its parents keeps it from starting (pending, attempts left, due)
 * @returns indices of the ready steps, ascending
 * @throws RangeError an array does not have one entry for each step
 */
export function computeReady(graph: StepGraph, satisfied: Uint8Array, candidate: Uint8Array): Int32Array {
  checkStepArray(graph, "satisfied", satisfied);
  checkStepArray(graph, "candidate", candidate);
  const unmet = countUnmet(graph, satisfied);
  const ready = new Int32Array(graph.size);
  let count = 0;
  for (let step = 0; step < graph.size; step++) {
    if (unmet[step] === 0 && satisfied[step] === 0 && candidate[step] !== 0) ready[count++] = step;
  }
  return ready.slice(0, count);
}

/**
 * The same rule kept up to date: each step counts its unsatisfied parents, and a completion costs one decrement for each
 * of the step's children. Knows nothing of candidates: whether a retry is due is the caller's business.
 */
export class ReadinessCounters {
  /** By step: number of its parents that are not satisfied. For reading only. */
  readonly unmet: Int32Array;
  readonly #graph: StepGraph;
  readonly #satisfied: Uint8Array;
  #remaining: number;

  /**
   * @param satisfied as for {@link computeReady}; copied
   * @throws RangeError `satisfied` does not have one entry for each step
   */
  constructor(graph: StepGraph, satisfied: Uint8Array) {
    checkStepArray(graph, "satisfied", satisfied);
    this.#graph = graph;
    this.#satisfied = satisfied.slice();
    this.unmet = countUnmet(graph, satisfied);
    this.#remaining = 0;
    for (const mark of satisfied) if (mark === 0) this.#remaining++;
  }

  /** Number of steps that are not satisfied. At 0 the task is complete. */
  get remaining(): number {
    return this.#remaining;
  }

  /**
   * Marks a step as satisfied and calls `onReady`, in ascending order, for each child of which it was the last unmet
   * parent and which is not satisfied itself. Marking a step again is ignored, so that an outcome that is reported twice
   * starts nothing twice. `onReady` may call `satisfy`; it must not throw.
   * @throws RangeError no step has this index
   */
  satisfy(index: number, onReady: (child: number) => void): void {
    checkStepIndex(this.#graph, index);
    if (this.#satisfied[index] !== 0) return;
    this.#satisfied[index] = 1;
    this.#remaining--;
    const { children, childOffsets } = this.#graph;
    const end = at(childOffsets, index + 1);
    for (let edge = at(childOffsets, index); edge < end; edge++) {
      const child = at(children, edge);
      const left = at(this.unmet, child) - 1;
      this.unmet[child] = left;
      if (left === 0 && this.#satisfied[child] === 0) onReady(child);
    }
  }

  /**
   * Whether the step is not satisfied and all of its parents are.
   * @throws RangeError no step has this index
   */
  isReady(index: number): boolean {
    checkStepIndex(this.#graph, index);
    return this.unmet[index] === 0 && this.#satisfied[index] === 0;
  }
}
