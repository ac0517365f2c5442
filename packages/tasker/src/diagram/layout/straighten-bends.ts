import type { LayeredGraph } from "./layered-graph.ts";

/**
 * Puts the bends of each long edge below each other as far as their neighbours leave room, so that it turns only where it
 * must. Changes `x`.
 * @param widths width of each vertex, its share of the gap to the next one included
 */
export function straightenBends(graph: LayeredGraph, widths: ArrayLike<number>, x: Float64Array): void {
  const place = new Int32Array(graph.above.length);
  for (const layer of graph.layers) for (const [index, vertex] of layer.entries()) place[vertex] = index;

  /** From where to where a vertex can move without touching its neighbours. */
  const roomOf = (vertex: number): readonly [least: number, most: number] => {
    const layer = graph.layers[graph.level[vertex] ?? 0] ?? [];
    const left = layer[(place[vertex] ?? 0) - 1];
    const right = layer[(place[vertex] ?? 0) + 1];
    const distance = (other: number) => ((widths[vertex] ?? 0) + (widths[other] ?? 0)) / 2;
    return [
      left === undefined ? Number.NEGATIVE_INFINITY : (x[left] ?? 0) + distance(left),
      right === undefined ? Number.POSITIVE_INFINITY : (x[right] ?? 0) - distance(right),
    ];
  };

  const align = (run: readonly number[], least: number, most: number) => {
    const mean = run.reduce((sum, vertex) => sum + (x[vertex] ?? 0), 0) / run.length;
    for (const vertex of run) x[vertex] = Math.min(most, Math.max(least, mean));
  };

  for (const chain of graph.chains) {
    let run: number[] = [];
    let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const bend of chain.slice(1, -1)) {
      const [from, to] = roomOf(bend);
      if (Math.max(least, from) > Math.min(most, to)) {
        align(run, least, most);
        run = [];
        [least, most] = [from, to];
      }
      run.push(bend);
      [least, most] = [Math.max(least, from), Math.min(most, to)];
    }
    if (run.length > 0) align(run, least, most);
  }
}
