import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphFromEdges } from "../../src/graph/step-graph.ts";
import {
  computeLevels,
  findAncestors,
  findDescendants,
  findLeaves,
  findRoots,
  sortTopologically,
} from "../../src/graph/topology.ts";
import { chainGraph, fanGraph, graphOf, namesOf, randomGraph } from "./random-graph.ts";

type Edges = readonly (readonly [number, number])[];

/** Longest way to a step, by trying all ways. */
function slowLevel(edges: Edges, step: number): number {
  const parents = edges.filter(([, to]) => to === step).map(([from]) => from);
  return parents.reduce((level, parent) => Math.max(level, slowLevel(edges, parent) + 1), 0);
}

/** Everything below a step, by trying all ways. */
function slowDescendants(edges: Edges, step: number): Set<number> {
  const children = edges.filter(([from]) => from === step).map(([, to]) => to);
  return new Set(children.flatMap((child) => [child, ...slowDescendants(edges, child)]));
}

describe("the topology of a graph", () => {
  const diamond = graphOf("top -> left -> bottom, top -> right -> bottom, alone");

  test("roots have no parents, leaves no children", () => {
    expect(namesOf(diamond, findRoots(diamond))).toEqual(["top", "alone"]);
    expect(namesOf(diamond, findLeaves(diamond))).toEqual(["bottom", "alone"]);
  });

  test("the topological order lists roots first, then steps as their last parent is listed", () => {
    expect(namesOf(diamond, sortTopologically(diamond))).toEqual(["top", "alone", "left", "right", "bottom"]);
  });

  test("a level is the longest way from a root", () => {
    const graph = graphOf("a -> d, a -> b -> c -> d");
    expect([...computeLevels(graph)]).toEqual([0, 3, 1, 2]);
  });

  test("ancestors and descendants leave out the step itself", () => {
    expect(namesOf(diamond, findAncestors(diamond, diamond.indexOf("bottom")))).toEqual(["top", "left", "right"]);
    expect(namesOf(diamond, findDescendants(diamond, diamond.indexOf("left")))).toEqual(["bottom"]);
    expect([...findDescendants(diamond, diamond.indexOf("alone"))]).toEqual([]);
  });

  test.each([[-1], [5], [1.5]])("there is no step %d", (index) => {
    expect(() => findAncestors(diamond, index)).toThrow(RangeError);
    expect(() => findDescendants(diamond, index)).toThrow(RangeError);
  });

  test("an empty graph has an empty topology", () => {
    const empty = graphFromEdges([], [], []);
    for (const listed of [sortTopologically(empty), computeLevels(empty), findRoots(empty), findLeaves(empty)]) {
      expect(listed).toEqual(new Int32Array(0));
    }
  });
});

describe("on random graphs", () => {
  test("every step comes once and after its parents", () => {
    fc.assert(
      fc.property(randomGraph, ({ graph, edges }) => {
        const order = [...sortTopologically(graph)];
        expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, index) => index));
        expect(order.length).toBe(graph.size);
        for (const [from, to] of edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      }),
    );
  });

  test("levels, roots and leaves are those of the definition", () => {
    fc.assert(
      fc.property(randomGraph, ({ graph, edges }) => {
        const steps = graph.names.map((_, index) => index);
        expect([...computeLevels(graph)]).toEqual(steps.map((step) => slowLevel(edges, step)));
        expect([...findRoots(graph)]).toEqual(steps.filter((step) => edges.every(([, to]) => to !== step)));
        expect([...findLeaves(graph)]).toEqual(steps.filter((step) => edges.every(([from]) => from !== step)));
      }),
    );
  });

  test("reachability is that of the definition, in both directions", () => {
    fc.assert(
      fc.property(randomGraph, ({ graph, edges }) => {
        const turned = edges.map(([from, to]) => [to, from] as const);
        for (let step = 0; step < graph.size; step++) {
          const ascending = (found: Set<number>) => [...found].sort((a, b) => a - b);
          expect([...findDescendants(graph, step)]).toEqual(ascending(slowDescendants(edges, step)));
          expect([...findAncestors(graph, step)]).toEqual(ascending(slowDescendants(turned, step)));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("large graphs", () => {
  test("a chain of 100,000 steps has 100,000 levels", () => {
    const graph = chainGraph(100_000);
    expect(computeLevels(graph)[99_999]).toBe(99_999);
    expect(findAncestors(graph, 99_999).length).toBe(99_999);
  });

  test("a fan-out of 100,000 steps has three levels", () => {
    const graph = fanGraph(100_000);
    expect(new Set(computeLevels(graph))).toEqual(new Set([0, 1, 2]));
    expect(findDescendants(graph, 0).length).toBe(100_001);
  });
});
