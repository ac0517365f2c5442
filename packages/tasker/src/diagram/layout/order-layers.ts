import type { LayeredGraph } from "./layered-graph.ts";

const SWEEPS = 12;

/**
 * Orders the vertices of each layer so that few segments cross: sweeps down and up, each vertex going to the mean
 * position of its neighbours in the layer before. Changes `layers`; the best order seen stays.
 * @see K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system structures", IEEE
 *   Transactions on Systems, Man, and Cybernetics 11 (1981)
 */
export function orderLayers({ layers, above, below }: LayeredGraph): void {
  const place = new Float64Array(above.length);
  const settle = (layer: readonly number[]) => {
    for (const [index, vertex] of layer.entries()) place[vertex] = index;
  };
  for (const layer of layers) settle(layer);

  let best = layers.map((layer) => [...layer]);
  let fewest = countCrossings(layers, below, place);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      sortByMean(layer, down ? above : below, place);
      settle(layer);
    }
    const crossings = countCrossings(layers, below, place);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = layers.map((layer) => [...layer]);
  }
  for (const [index, layer] of best.entries()) layers[index] = layer;
}

function sortByMean(layer: number[], neighbours: readonly number[][], place: Float64Array): void {
  const means = new Map(
    layer.map((vertex, index) => {
      const near = neighbours[vertex] ?? [];
      const sum = near.reduce((total, neighbour) => total + (place[neighbour] ?? 0), 0);
      return [vertex, near.length === 0 ? index : sum / near.length];
    }),
  );
  layer.sort((a, b) => (means.get(a) ?? 0) - (means.get(b) ?? 0));
}

/** Number of pairs of segments that cross between neighbouring layers. */
function countCrossings(
  layers: readonly (readonly number[])[],
  below: readonly number[][],
  place: Float64Array,
): number {
  let crossings = 0;
  for (const [index, layer] of layers.entries()) {
    const width = layers[index + 1]?.length ?? 0;
    const ends = layer.flatMap((vertex) =>
      (below[vertex] ?? []).map((target) => place[target] ?? 0).sort((a, b) => a - b),
    );
    crossings += countInversions(ends, width);
  }
  return crossings;
}

/**
 * Number of pairs in which the greater integer comes first. Binary indexed tree over [0, size).
 * @see P. Fenwick, "A new data structure for cumulative frequency tables", Software: Practice and Experience 24 (1994)
 */
function countInversions(values: readonly number[], size: number): number {
  const tree = new Int32Array(size + 1);
  let inversions = 0;
  for (const [seen, value] of values.entries()) {
    let notGreater = 0;
    for (let index = value + 1; index > 0; index -= index & -index) notGreater += tree[index] ?? 0;
    inversions += seen - notGreater;
    for (let index = value + 1; index <= size; index += index & -index) tree[index] = (tree[index] ?? 0) + 1;
  }
  return inversions;
}
