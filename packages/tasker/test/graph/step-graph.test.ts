import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CyclicGraphError, DuplicateStepError, UnknownDependencyError } from "../../src/errors/index.ts";
import { buildGraph, graphFromEdges, type StepGraph } from "../../src/graph/step-graph.ts";
import { chainGraph, fanGraph, randomGraph } from "./random-graph.ts";

function step(name: string, ...dependsOn: string[]) {
  return { name, dependsOn };
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}

function edgesOf(graph: StepGraph): [number, number][] {
  const edges: [number, number][] = [];
  for (let from = 0; from < graph.size; from++) {
    for (const to of graph.children.subarray(graph.childOffsets[from], graph.childOffsets[from + 1])) {
      edges.push([from, to]);
    }
  }
  return edges;
}

function turnedEdgesOf(graph: StepGraph): [number, number][] {
  const edges: [number, number][] = [];
  for (let to = 0; to < graph.size; to++) {
    for (const from of graph.parents.subarray(graph.parentOffsets[to], graph.parentOffsets[to + 1])) {
      edges.push([to, from]);
    }
  }
  return edges;
}

function ascending(edges: readonly (readonly [number, number])[]) {
  return [...edges].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

describe("building a graph from steps", () => {
  test("indices follow the order of the steps", () => {
    const graph = buildGraph([step("ship", "charge"), step("validate"), step("charge", "validate")]);
    expect(graph.names).toEqual(["ship", "validate", "charge"]);
    expect(graph.size).toBe(3);
    expect(graph.edgeCount).toBe(2);
    expect(edgesOf(graph)).toEqual([
      [1, 2],
      [2, 0],
    ]);
    expect(graph.names.map((name) => graph.indexOf(name))).toEqual([0, 1, 2]);
    expect(graph.indexOf("refund")).toBe(-1);
    expect(graph.indexOf("constructor")).toBe(-1);
  });

  test("a template without steps gives an empty graph", () => {
    expect(buildGraph([])).toMatchObject({ size: 0, names: [], edgeCount: 0 });
  });

  test("the list of names cannot be changed", () => {
    const names = ["a"];
    const graph = graphFromEdges(names, [], []);
    names.push("b");
    expect(graph.names).toEqual(["a"]);
    expect(Object.isFrozen(graph.names)).toBe(true);
  });

  test("a dependency named twice counts once", () => {
    const graph = buildGraph([step("a"), step("b", "a", "a")]);
    expect(graph.edgeCount).toBe(1);
    expect([...graph.parents]).toEqual([0]);
  });

  test("two steps of one name are refused", () => {
    const error = errorOf(() => buildGraph([step("a"), step("b"), step("a")]));
    expect(error).toBeInstanceOf(DuplicateStepError);
    expect(error).toMatchObject({ context: { step: "a" } });
  });

  test("an unknown dependency is refused with the nearest name as a hint", () => {
    const error = errorOf(() => buildGraph([step("validate_cart"), step("charge", "validate_crat")]));
    expect(error).toBeInstanceOf(UnknownDependencyError);
    expect(error).toMatchObject({
      context: { step: "charge", dependency: "validate_crat" },
      message: expect.stringContaining("did you mean 'validate_cart'?"),
    });
  });

  test("an unknown dependency that resembles nothing gets no hint", () => {
    const error = errorOf(() => buildGraph([step("validate_cart", "x")]));
    expect(error).toMatchObject({ message: expect.not.stringContaining("did you mean") });
  });

  test.each([
    ["a step that depends on itself", [step("a", "a")], ["a"], "a -> a"],
    ["two steps", [step("a", "b"), step("b", "a")], ["a", "b"], "a -> b -> a"],
    [
      "three steps beside others",
      [step("r"), step("a", "r", "c"), step("b", "a"), step("c", "b"), step("z", "c")],
      ["a", "b", "c"],
      "a -> b -> c -> a",
    ],
  ])("a cycle of %s is refused and named from parent to child", (_what, steps, members, path) => {
    const error = errorOf(() => buildGraph(steps));
    expect(error).toBeInstanceOf(CyclicGraphError);
    expect(error).toMatchObject({ context: { members }, message: expect.stringContaining(path) });
  });
});

describe("building a graph from edges", () => {
  test("repeated pairs count once, in whatever order they come", () => {
    const graph = graphFromEdges(["a", "b", "c"], [1, 0, 1, 0, 1], [2, 2, 2, 1, 2]);
    expect(edgesOf(graph)).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });

  test("cycles and duplicate names are refused", () => {
    expect(() => graphFromEdges(["a", "b"], [0, 1], [1, 0])).toThrow(CyclicGraphError);
    expect(() => graphFromEdges(["a", "a"], [], [])).toThrow(DuplicateStepError);
  });

  test("a cycle that is entered in its middle is named from its first step on", () => {
    const error = errorOf(() => graphFromEdges(["a", "b", "c"], [0, 2, 1], [2, 1, 2]));
    expect(error).toMatchObject({ context: { members: ["b", "c"] } });
  });

  test.each([[-1], [2], [0.5], [Number.NaN]])("index %d of two steps is out of range on either side", (index) => {
    expect(() => graphFromEdges(["a", "b"], [index], [1])).toThrow(RangeError);
    expect(() => graphFromEdges(["a", "b"], [0], [index])).toThrow(RangeError);
  });

  test("lists of different length are refused", () => {
    expect(() => graphFromEdges(["a", "b"], [0, 0], [1])).toThrow(RangeError);
  });

  test("both directions hold the same edges, each row ascending", () => {
    fc.assert(
      fc.property(randomGraph, ({ graph, edges }) => {
        expect(graph.edgeCount).toBe(edges.length);
        expect(edgesOf(graph)).toEqual(ascending(edges));
        expect(turnedEdgesOf(graph)).toEqual(ascending(edges.map(([from, to]) => [to, from] as const)));
      }),
    );
  });

  test("a path from a step back to itself exists exactly if the graph is refused, and is what the error names", () => {
    const digraph = fc.integer({ min: 1, max: 7 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 12 }),
      }),
    );
    fc.assert(
      fc.property(digraph, ({ size, edges }) => {
        const names = Array.from({ length: size }, (_, index) => `s${index}`);
        const error = errorOf(() =>
          graphFromEdges(
            names,
            edges.map(([from]) => from),
            edges.map(([, to]) => to),
          ),
        );
        expect(error !== null).toBe(isCyclic(size, edges));
        if (!(error instanceof CyclicGraphError)) return;
        const members = error.context.members as string[];
        expect(new Set(members).size).toBe(members.length);
        const closed = [...members, members[0] as string].map((name) => names.indexOf(name));
        for (const [place, from] of closed.slice(0, -1).entries()) {
          expect(edges).toContainEqual([from, closed[place + 1]]);
        }
        expect(Math.min(...closed)).toBe(closed[0]);
      }),
    );
  });
});

/** Whether some step reaches itself: transitive closure by repeated squaring of the obvious matrix (Warshall). */
function isCyclic(size: number, edges: readonly (readonly [number, number])[]): boolean {
  const reaches = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const rowOf = (index: number) => reaches[index] as boolean[];
  for (const [from, to] of edges) rowOf(from)[to] = true;
  for (let via = 0; via < size; via++) {
    for (let from = 0; from < size; from++) {
      if (!rowOf(from)[via]) continue;
      for (let to = 0; to < size; to++) if (rowOf(via)[to]) rowOf(from)[to] = true;
    }
  }
  return reaches.some((row, index) => row[index] === true);
}

test("listEdges answers each edge once, by parent and then by child, whatever the graph", () => {
  fc.assert(
    fc.property(randomGraph, ({ graph }) => {
      const { from, to } = graph.listEdges();
      expect(from.map((parent, edge) => [parent, to[edge]])).toEqual(edgesOf(graph));
    }),
  );
});

describe("large graphs", () => {
  test("a chain of 100,000 steps is built without recursion", () => {
    const graph = chainGraph(100_000);
    expect(graph.edgeCount).toBe(99_999);
    expect(graph.children[99_998]).toBe(99_999);
  });

  test("a cycle through 100,000 steps is found", () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `s${index}`);
    const from = names.map((_, index) => index);
    const error = errorOf(() =>
      graphFromEdges(
        names,
        from,
        from.map((index) => (index + 1) % names.length),
      ),
    );
    expect(error).toMatchObject({ context: { members: names } });
  });

  test("a fan-out of 100,000 steps that join again is built", () => {
    const graph = fanGraph(100_000);
    expect(graph.edgeCount).toBe(200_000);
    expect(graph.parentOffsets[100_002]).toBe(200_000);
  });
});
