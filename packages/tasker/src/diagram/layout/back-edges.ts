import { at, groupPairs } from "../../graph/adjacency.ts";

const UNSEEN = 0;
const OPEN = 1;
const DONE = 2;

/**
 * Finds edges without which the graph has no cycle: those that lead back to a node of the walk under way, of a
 * depth-first walk in the order of nodes and edges. Turning them round breaks every cycle as well.
 * @param from source of each edge, `to` its target: integers in [0, size)
 * @returns 1 for each such edge, by position; a loop is one
 */
export function findBackEdges(size: number, from: Int32Array, to: Int32Array): Uint8Array {
  const { offsets, targets: edges } = groupPairs(
    size,
    from,
    from.map((_, edge) => edge),
  );
  const isBack = new Uint8Array(from.length);
  const mark = new Uint8Array(size);
  const walk = new Int32Array(size);
  const next = offsets.slice(0, size);
  for (let start = 0; start < size; start++) {
    if (mark[start] !== UNSEEN) continue;
    let length = 1;
    walk[0] = start;
    mark[start] = OPEN;
    while (length > 0) {
      const node = at(walk, length - 1);
      const place = at(next, node);
      if (place === at(offsets, node + 1)) {
        mark[node] = DONE;
        length--;
        continue;
      }
      next[node] = place + 1;
      const edge = at(edges, place);
      const target = at(to, edge);
      if (mark[target] === OPEN) isBack[edge] = 1;
      if (mark[target] !== UNSEEN) continue;
      mark[target] = OPEN;
      walk[length++] = target;
    }
  }
  return isBack;
}
