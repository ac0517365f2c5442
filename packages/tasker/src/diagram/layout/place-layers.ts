import type { LayeredGraph } from "./layered-graph.ts";

const ROUNDS = 12;
/** How strongly a segment draws its ends together, by the number of its ends that are bends: long edges get straight. */
const PULL = [1, 2, 8] as const;

/**
 * Finds the horizontal centre of each vertex: near those of its neighbours, in the order of its layer, without overlap.
 * @param widths width of each vertex, its share of the gap to the next one included
 */
export function placeLayers(graph: LayeredGraph, widths: ArrayLike<number>): Float64Array {
  const { layers, above, below } = graph;
  const x = new Float64Array(above.length);
  for (const layer of layers) pack(layer, widths, x);
  const place = (layer: readonly number[], sides: readonly (readonly number[][])[]) => {
    const wishes = layer.map((vertex) => wishOf(vertex, sides, graph.size, x));
    for (const [index, centre] of spread(wishes, gapsOf(layer, widths)).entries()) x[layer[index] ?? 0] = centre;
  };
  for (let round = 0; round < ROUNDS; round++) {
    // First each direction for itself, so that a subtree can move as a whole; then both together.
    const both = round >= ROUNDS / 2;
    for (const layer of layers) place(layer, both ? [above, below] : [above]);
    for (const layer of layers.toReversed()) place(layer, both ? [above, below] : [below]);
  }
  return x;
}

interface Wish {
  readonly centre: number;
  readonly weight: number;
}

function wishOf(vertex: number, sides: readonly (readonly number[][])[], size: number, x: Float64Array): Wish {
  let sum = 0;
  let weight = 0;
  for (const side of sides) {
    for (const neighbour of side[vertex] ?? []) {
      const pull = PULL[Number(vertex >= size) + Number(neighbour >= size)] ?? 1;
      sum += pull * (x[neighbour] ?? 0);
      weight += pull;
    }
  }
  return weight === 0 ? { centre: x[vertex] ?? 0, weight: 0.1 } : { centre: sum / weight, weight };
}

function pack(layer: readonly number[], widths: ArrayLike<number>, x: Float64Array): void {
  const total = layer.reduce((sum, vertex) => sum + (widths[vertex] ?? 0), 0);
  let left = -total / 2;
  for (const vertex of layer) {
    const width = widths[vertex] ?? 0;
    x[vertex] = left + width / 2;
    left += width;
  }
}

function gapsOf(layer: readonly number[], widths: ArrayLike<number>): number[] {
  return layer.map((vertex, index) => {
    const before = layer[index - 1];
    return before === undefined ? 0 : ((widths[before] ?? 0) + (widths[vertex] ?? 0)) / 2;
  });
}

/**
 * The centres nearest to the wished ones (least weighted squares) of which each is at least `gaps[i]` to the right of the
 * one before. Isotonic regression on what is left when the gaps are taken off, by pooling adjacent violators.
 * @see R. E. Barlow, H. D. Brunk, "The isotonic regression problem and its dual", Journal of the American Statistical
 *   Association 67 (1972)
 */
function spread(wishes: readonly Wish[], gaps: readonly number[]): number[] {
  const pools: { centre: number; weight: number; count: number }[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const [index, { centre, weight }] of wishes.entries()) {
    offset += gaps[index] ?? 0;
    offsets.push(offset);
    let pool = { centre: centre - offset, weight, count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.centre > pool.centre; last = pools.at(-1)) {
      pools.pop();
      const total = last.weight + pool.weight;
      pool = {
        centre: (last.centre * last.weight + pool.centre * pool.weight) / total,
        weight: total,
        count: last.count + pool.count,
      };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ centre, count }) => Array<number>(count).fill(centre)).map((y, i) => y + (offsets[i] ?? 0));
}
