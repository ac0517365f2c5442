import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countDescendants } from "../../src/graph/descendant-counts.ts";
import { graphFromEdges, type StepGraph } from "../../src/graph/step-graph.ts";
import { findDescendants } from "../../src/graph/topology.ts";
import { chainGraph, fanGraph, randomGraph } from "./random-graph.ts";

function expectCounts(graph: StepGraph, marked: Uint8Array): void {
  const counts = countDescendants(graph, marked);
  const sets = Array.from({ length: graph.size }, (_, step) => findDescendants(graph, step));
  expect([...counts.all]).toEqual(sets.map((set) => set.length));
  expect([...counts.marked]).toEqual(sets.map((set) => set.filter((step) => marked[step] === 1).length));
}

const everyThird = (size: number) => Uint8Array.from({ length: size }, (_, step) => (step % 3 === 0 ? 1 : 0));

describe("counting descendants", () => {
  test("gives the size of each set of descendants, in every graph", () => {
    fc.assert(
      fc.property(randomGraph, fc.infiniteStream(fc.nat(1)), ({ graph }, marks) => {
        expectCounts(
          graph,
          Uint8Array.from({ length: graph.size }, () => marks.next().value ?? 0),
        );
      }),
    );
  });

  test("goes on over the borders of blocks", () => {
    expectCounts(chainGraph(700), everyThird(700));
    // Long enough for steps that reach all of a block, and for steps whose child does.
    expectCounts(chainGraph(2_500), everyThird(2_500));
    expectCounts(fanGraph(600), everyThird(602));
    const edges = Array.from({ length: 4_000 }, (_, edge) => {
      const from = (edge * 7_919) % 1_499;
      return [from, from + 1 + ((edge * 104_729) % (1_499 - from))] as const;
    });
    const graph = graphFromEdges(
      Array.from({ length: 1_500 }, (_, step) => `s${step}`),
      edges.map(([from]) => from),
      edges.map(([, to]) => to),
    );
    expectCounts(graph, everyThird(1_500));
  });

  test("refuses marks that do not fit", () => {
    expect(() => countDescendants(chainGraph(3), new Uint8Array(2))).toThrow(RangeError);
  });
});
