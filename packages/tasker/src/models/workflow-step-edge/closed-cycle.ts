import { groupPairs } from "../../graph/adjacency.ts";
import { findCycle } from "../../graph/find-cycle.ts";

/** An edge between two steps. */
export interface Edge {
  readonly from_step_id: number;
  readonly to_step_id: number;
}

/**
 * Looks for a cycle that one of the new edges closes. Cycles that were there before and that no new edge is part of are
 * none of its business.
 * @param added the new edges
 * @param walked the new edges and every edge that can be reached from them
 * @returns the steps of a cycle in the direction of its edges, each once, starting with the first step of the new edge
 *   that closes it; null if none does
 */
export function findClosedCycle(added: readonly Edge[], walked: readonly Edge[]): number[] | null {
  // Linear, and nearly always the end of it.
  if (!hasCycle(walked)) return null;
  const childrenOf = new Map<number, number[]>();
  for (const { from_step_id: from, to_step_id: to } of walked) {
    const children = childrenOf.get(from);
    if (children === undefined) childrenOf.set(from, [to]);
    else children.push(to);
  }
  for (const { from_step_id: from, to_step_id: to } of added) {
    const path = findPath(childrenOf, to, from);
    if (path !== null) return [from, ...path.slice(0, -1)];
  }
  return null;
}

function hasCycle(edges: readonly Edge[]): boolean {
  const indexes = new Map<number, number>();
  const indexOf = (step: number) => {
    const index = indexes.get(step) ?? indexes.size;
    indexes.set(step, index);
    return index;
  };
  const from = edges.map((edge) => indexOf(edge.from_step_id));
  const to = edges.map((edge) => indexOf(edge.to_step_id));
  return findCycle(groupPairs(indexes.size, from, to)) !== null;
}

/** A shortest way from one step to another, both included. */
function findPath(childrenOf: ReadonlyMap<number, readonly number[]>, start: number, goal: number): number[] | null {
  const cameFrom = new Map<number, number | null>([[start, null]]);
  // a Map gives what is added to it while it is walked
  for (const step of cameFrom.keys()) {
    if (step === goal) return traceBack(cameFrom, goal);
    for (const child of childrenOf.get(step) ?? []) {
      if (!cameFrom.has(child)) cameFrom.set(child, step);
    }
  }
  return null;
}

function traceBack(cameFrom: ReadonlyMap<number, number | null>, goal: number): number[] {
  const path: number[] = [];
  for (let step: number | null = goal; step !== null; step = cameFrom.get(step) ?? null) path.push(step);
  return path.reverse();
}
