import { type Adjacency, at } from "./adjacency.ts";

/**
 * The strongly connected components that hold a cycle: each step of one reaches every other step of it. Two cycles that
 * share a step are in one component. Linear in nodes and edges, with a stack of its own.
 * @returns nodes of each component, ascending; components by their smallest node
 * @see R. Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1 (1972)
 */
export function findCyclicComponents({ offsets, targets }: Adjacency): Int32Array[] {
  const size = offsets.length - 1;
  // 0: not visited yet; otherwise the number of the visit.
  const visit = new Int32Array(size);
  const lowest = new Int32Array(size);
  const isOpen = new Uint8Array(size);
  const nextEdge = offsets.slice(0, size);
  const walk = new Int32Array(size);
  const open = new Int32Array(size);
  const found: Int32Array[] = [];
  let visits = 0;
  let opened = 0;
  let depth = 0;
  const enter = (node: number) => {
    visits += 1;
    visit[node] = visits;
    lowest[node] = visits;
    isOpen[node] = 1;
    open[opened++] = node;
    walk[depth++] = node;
  };
  const leave = (node: number) => {
    depth -= 1;
    if (depth > 0) {
      const before = at(walk, depth - 1);
      lowest[before] = Math.min(at(lowest, before), at(lowest, node));
    }
    if (lowest[node] !== visit[node]) return;
    const start = open.lastIndexOf(node, opened - 1);
    const members = open.slice(start, opened).sort();
    for (const member of members) isOpen[member] = 0;
    opened = start;
    if (members.length > 1 || hasLoop(node)) found.push(members);
  };
  const hasLoop = (node: number) => targets.subarray(at(offsets, node), at(offsets, node + 1)).includes(node);
  for (let start = 0; start < size; start++) {
    if (visit[start] !== 0) continue;
    enter(start);
    while (depth > 0) {
      const node = at(walk, depth - 1);
      const edge = at(nextEdge, node);
      if (edge === at(offsets, node + 1)) {
        leave(node);
        continue;
      }
      nextEdge[node] = edge + 1;
      const target = at(targets, edge);
      if (visit[target] === 0) enter(target);
      else if (isOpen[target] === 1) lowest[node] = Math.min(at(lowest, node), at(visit, target));
    }
  }
  return found.sort((a, b) => at(a, 0) - at(b, 0));
}
