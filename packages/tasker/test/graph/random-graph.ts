import fc from "fast-check";
import { graphFromEdges, type StepGraph } from "../../src/graph/step-graph.ts";

/** A random acyclic graph with the plain list of edges it was made of. */
export interface RandomGraph {
  readonly graph: StepGraph;
  /** Pairs (parent, child), without repetitions. */
  readonly edges: readonly (readonly [number, number])[];
}

/**
 * Acyclic graphs of up to 14 steps. Indices are a random permutation of a topological order, so that nothing can rely on
 * parents coming first; some edges are given twice.
 */
export const randomGraph: fc.Arbitrary<RandomGraph> = fc
  .integer({ min: 0, max: 14 })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      order: fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size },
      ),
      pairs: fc.array(fc.tuple(fc.nat(Math.max(0, size - 1)), fc.nat(Math.max(0, size - 1))), { maxLength: 40 }),
    }),
  )
  .map(({ size, order, pairs }) => {
    const given = pairs
      .filter(([a, b]) => a !== b && size > 0)
      .map(([a, b]) => [order[Math.min(a, b)] as number, order[Math.max(a, b)] as number] as const);
    const edges = [...new Map(given.map((edge) => [edge.join(), edge])).values()];
    const names = Array.from({ length: size }, (_, index) => `s${index}`);
    const graph = graphFromEdges(
      names,
      given.map(([from]) => from),
      given.map(([, to]) => to),
    );
    return { graph, edges };
  });

/** A chain of `size` steps: 0 -> 1 -> ... */
export function chainGraph(size: number): StepGraph {
  const indices = Int32Array.from({ length: size }, (_, index) => index);
  return graphFromEdges(
    Array.from(indices, (index) => `s${index}`),
    indices.subarray(0, size - 1),
    indices.subarray(1),
  );
}

/** One root, `width` steps that wait for it, and a last step that waits for all of these. */
export function fanGraph(width: number): StepGraph {
  const middle = Array.from({ length: width }, (_, index) => index + 1);
  return graphFromEdges(
    ["root", ...middle.map((index) => `m${index}`), "join"],
    [...middle.map(() => 0), ...middle],
    [...middle, ...middle.map(() => width + 1)],
  );
}

/** Builds a graph from text such as `a -> b, a -> c, d`; steps are indexed in order of first mention. */
export function graphOf(text: string): StepGraph {
  const names: string[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const indexOf = (name: string) => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
  for (const part of text.split(",")) {
    const indices = part.split("->").map((name) => indexOf(name.trim()));
    for (const [place, index] of indices.entries()) {
      if (place === 0) continue;
      from.push(indices[place - 1] as number);
      to.push(index);
    }
  }
  return graphFromEdges(names, from, to);
}

/** Names of the steps with these indices. */
export function namesOf(graph: StepGraph, indices: Iterable<number>): string[] {
  return Array.from(indices, (index) => graph.names[index] as string);
}
