import { at } from "../../graph/adjacency.ts";
import { graphFromEdges } from "../../graph/step-graph.ts";
import { computeLevels } from "../../graph/topology.ts";
import { findBackEdges } from "./back-edges.ts";

/**
 * A graph in layers, every segment from one layer to the next. Vertices below `size` are the nodes; the others are bends,
 * points where an edge that spans several layers passes one.
 */
export interface LayeredGraph {
  readonly size: number;
  /** Layer of each vertex. */
  readonly level: readonly number[];
  /** Vertices of each layer, from left to right. */
  readonly layers: number[][];
  /** Neighbours of each vertex in the layer above. */
  readonly above: readonly number[][];
  /** Neighbours of each vertex in the layer below. */
  readonly below: readonly number[][];
  /** For each edge its vertices from top to bottom; empty for a loop. */
  readonly chains: readonly (readonly number[])[];
  /** 1 for each edge that leads upwards, so that its chain ends where the edge begins. */
  readonly isBack: Uint8Array;
}

/**
 * Puts nodes into layers: each below everything that leads to it, cycles apart. A node without a parent stands directly
 * above its uppermost child.
 * @param most largest number of vertices; a graph that needs more gives null
 */
export function buildLayers(size: number, from: Int32Array, to: Int32Array, most: number): LayeredGraph | null {
  const isBack = findBackEdges(size, from, to);
  const upper = from.map((source, edge) => (isBack[edge] === 1 ? at(to, edge) : source));
  const lower = to.map((target, edge) => (isBack[edge] === 1 ? at(from, edge) : target));
  const level = Array.from(levelNodes(size, upper, lower));

  let vertices = size;
  for (let edge = 0; edge < upper.length; edge++) vertices += Math.max(0, span(level, upper, lower, edge) - 1);
  if (vertices > most) return null;

  const chains = Array.from(upper, (top, edge) => {
    const chain = [top];
    for (let step = 1; step < span(level, upper, lower, edge); step++) {
      chain.push(level.push((level[top] ?? 0) + step) - 1);
    }
    return top === lower[edge] ? [] : [...chain, at(lower, edge)];
  });
  return { size, level, isBack, chains, layers: groupByLevel(level), ...connect(level.length, chains) };
}

function span(level: readonly number[], upper: Int32Array, lower: Int32Array, edge: number): number {
  return (level[at(lower, edge)] ?? 0) - (level[at(upper, edge)] ?? 0);
}

function levelNodes(size: number, upper: Int32Array, lower: Int32Array): Int32Array {
  const isLoop = (edge: number) => upper[edge] === lower[edge];
  const graph = graphFromEdges(
    Array.from({ length: size }, (_, node) => String(node)),
    upper.filter((_, edge) => !isLoop(edge)),
    lower.filter((_, edge) => !isLoop(edge)),
  );
  const levels = computeLevels(graph);
  for (let node = 0; node < size; node++) {
    const children = graph.children.subarray(at(graph.childOffsets, node), at(graph.childOffsets, node + 1));
    if (at(graph.parentOffsets, node) < at(graph.parentOffsets, node + 1) || children.length === 0) continue;
    levels[node] = children.reduce((least, child) => Math.min(least, at(levels, child)), Number.POSITIVE_INFINITY) - 1;
  }
  return levels;
}

function groupByLevel(level: readonly number[]): number[][] {
  const layers: number[][] = [];
  for (const [vertex, layer] of level.entries()) {
    while (layers.length <= layer) layers.push([]);
    layers[layer]?.push(vertex);
  }
  return layers;
}

function connect(vertices: number, chains: readonly (readonly number[])[]): Pick<LayeredGraph, "above" | "below"> {
  const above = Array.from({ length: vertices }, (): number[] => []);
  const below = Array.from({ length: vertices }, (): number[] => []);
  for (const chain of chains) {
    for (let place = 1; place < chain.length; place++) {
      const top = chain[place - 1] ?? 0;
      const bottom = chain[place] ?? 0;
      below[top]?.push(bottom);
      above[bottom]?.push(top);
    }
  }
  return { above, below };
}
