import { buildLayers, type LayeredGraph } from "./layered-graph.ts";
import { orderLayers } from "./order-layers.ts";
import { placeLayers } from "./place-layers.ts";
import { straightenBends } from "./straighten-bends.ts";

/** Extent of a node, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A point, in pixels from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything goes. */
export interface Layout extends Size {
  /** Centre of each node. */
  readonly centres: readonly Point[];
  /**
   * For each edge the points it passes from source to target, in pairs: between the points of a pair it crosses the space
   * between two layers, from a pair to the next it runs straight through a layer. Empty for an edge from a node to itself.
   */
  readonly routes: readonly (readonly Point[])[];
}

/** Most nodes and bends that are laid out: beyond, a drawing says nothing and takes seconds. */
const MOST_VERTICES = 12_000;
const MARGIN = 16;
const NODE_GAP = 22;
const BEND_WIDTH = 18;
const PORT_GAP = 12;

/**
 * Lays out a directed graph from top to bottom in layers; cycles and loops are allowed. The same graph always gives the
 * same layout.
 * @param edges pairs (source, target) of positions in `sizes`
 * @returns null if the graph is too large to be drawn
 */
export function layOut(sizes: readonly Size[], edges: readonly (readonly [number, number])[]): Layout | null {
  const graph = buildLayers(
    sizes.length,
    Int32Array.from(edges, ([from]) => from),
    Int32Array.from(edges, ([, to]) => to),
    MOST_VERTICES,
  );
  if (graph === null) return null;
  orderLayers(graph);
  const widths = graph.level.map((_, vertex) => {
    const size = sizes[vertex];
    return size === undefined ? BEND_WIDTH : size.width + NODE_GAP;
  });
  const placed = placeLayers(graph, widths);
  straightenBends(graph, widths, placed);
  const x = shiftToMargin(placed, widths);
  const bands = bandsOf(graph, sizes, x);
  const centres = sizes.map((_, node) => ({ x: x[node] ?? 0, y: middle(bands[graph.level[node] ?? 0]) }));
  return {
    centres,
    routes: routesOf(graph, sizes, centres, x, bands),
    width: Math.ceil(widths.reduce((most, width, vertex) => Math.max(most, (x[vertex] ?? 0) + width / 2), 0)) + MARGIN,
    height: Math.ceil(bands.at(-1)?.bottom ?? 0) + MARGIN,
  };
}

/** The strip of a layer. */
interface Band {
  readonly top: number;
  readonly bottom: number;
}

function middle(band: Band | undefined): number {
  return band === undefined ? 0 : (band.top + band.bottom) / 2;
}

function shiftToMargin(x: Float64Array, widths: readonly number[]): Float64Array {
  const left = widths.reduce(
    (least, width, vertex) => Math.min(least, (x[vertex] ?? 0) - width / 2),
    Number.POSITIVE_INFINITY,
  );
  return x.map((centre) => centre - left + MARGIN);
}

/** Layers from top to bottom; segments that go far to the side get more space to do so. */
function bandsOf(graph: LayeredGraph, sizes: readonly Size[], x: Float64Array): Band[] {
  const bands: Band[] = [];
  let top = MARGIN;
  for (const layer of graph.layers) {
    const height = layer.reduce((most, vertex) => Math.max(most, sizes[vertex]?.height ?? 0), 0);
    bands.push({ top, bottom: top + height });
    let farthest = 0;
    for (const vertex of layer) {
      for (const target of graph.below[vertex] ?? []) {
        farthest = Math.max(farthest, Math.abs((x[vertex] ?? 0) - (x[target] ?? 0)));
      }
    }
    top += height + Math.min(120, Math.max(44, farthest * 0.14));
  }
  return bands;
}

function routesOf(
  graph: LayeredGraph,
  sizes: readonly Size[],
  centres: readonly Point[],
  x: Float64Array,
  bands: readonly Band[],
): Point[][] {
  const leaving = portsOf(graph, sizes, x, "top");
  const arriving = portsOf(graph, sizes, x, "bottom");
  return graph.chains.map((chain, edge) => {
    const points = chain.flatMap((vertex, place): Point[] => {
      const centre = centres[vertex];
      const band = bands[graph.level[vertex] ?? 0];
      if (centre === undefined || vertex >= graph.size) {
        return [
          { x: x[vertex] ?? 0, y: band?.top ?? 0 },
          { x: x[vertex] ?? 0, y: band?.bottom ?? 0 },
        ];
      }
      const half = (sizes[vertex]?.height ?? 0) / 2;
      return place === 0
        ? [{ x: centre.x + (leaving[edge] ?? 0), y: centre.y + half }]
        : [{ x: centre.x + (arriving[edge] ?? 0), y: centre.y - half }];
    });
    return graph.isBack[edge] === 1 ? points.reverse() : points;
  });
}

/** Where along its node's side each edge begins (`top`) or ends, off the middle, ordered by where it leads. */
function portsOf(graph: LayeredGraph, sizes: readonly Size[], x: Float64Array, end: "top" | "bottom"): Float64Array {
  const atNode = new Map<number, { edge: number; towards: number }[]>();
  for (const [edge, chain] of graph.chains.entries()) {
    const node = chain.at(end === "top" ? 0 : -1);
    const next = chain.at(end === "top" ? 1 : -2);
    if (node === undefined || next === undefined) continue;
    const found = atNode.get(node) ?? [];
    atNode.set(node, found);
    found.push({ edge, towards: x[next] ?? 0 });
  }
  const ports = new Float64Array(graph.chains.length);
  for (const [node, edges] of atNode) {
    edges.sort((a, b) => a.towards - b.towards);
    const room = Math.min((sizes[node]?.width ?? 0) * 0.6, (edges.length - 1) * PORT_GAP);
    for (const [index, { edge }] of edges.entries()) {
      ports[edge] = edges.length === 1 ? 0 : room * (index / (edges.length - 1) - 0.5);
    }
  }
  return ports;
}
