import { type Adjacency, at } from "./adjacency.ts";

const UNSEEN = 0;
const OPEN = 1;
const DONE = 2;

/** The cycle that a walk has closed at `entry`: the part of the walk from there on, its smallest index first. */
function cutCycle(walk: Int32Array, length: number, entry: number): Int32Array {
  const cycle = walk.slice(walk.indexOf(entry), length);
  let smallest = 0;
  for (let place = 1; place < cycle.length; place++) {
    if (at(cycle, place) < at(cycle, smallest)) smallest = place;
  }
  const turned = new Int32Array(cycle.length);
  turned.set(cycle.subarray(smallest));
  turned.set(cycle.subarray(0, smallest), cycle.length - smallest);
  return turned;
}

/**
 * Finds one cycle. Depth-first with a stack of its own: linear in nodes and edges, for any depth.
 * @returns the nodes of the cycle in the direction of its edges, each once, starting with the smallest index; null if
 *   the graph has no cycle
 */
export function findCycle({ offsets, targets }: Adjacency): Int32Array | null {
  const size = offsets.length - 1;
  const mark = new Uint8Array(size);
  const walk = new Int32Array(size);
  const nextEdge = offsets.slice(0, size);
  for (let start = 0; start < size; start++) {
    if (mark[start] !== UNSEEN) continue;
    let length = 1;
    walk[0] = start;
    mark[start] = OPEN;
    while (length > 0) {
      const node = at(walk, length - 1);
      const edge = at(nextEdge, node);
      if (edge === at(offsets, node + 1)) {
        mark[node] = DONE;
        length--;
        continue;
      }
      nextEdge[node] = edge + 1;
      const target = at(targets, edge);
      if (mark[target] === OPEN) return cutCycle(walk, length, target);
      if (mark[target] === UNSEEN) {
        mark[target] = OPEN;
        walk[length++] = target;
      }
    }
  }
  return null;
}
