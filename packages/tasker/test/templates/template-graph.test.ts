import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnknownDependencyError } from "../../src/errors/index.ts";
import { analyzeTemplate } from "../../src/templates/template-graph.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";

const analyze = (edges: string) => analyzeTemplate(graphTemplate(edges).definition);

describe("the graph of a template", () => {
  test("of a diamond has nodes, edges, order, levels, ends and a summary", () => {
    expect(analyze("a -> b, a -> c, b -> d, c -> d, e")).toEqual({
      nodes: [
        { name: "a", description: "a", handlerClass: "Run", dependencies: [], dependencyCount: 0 },
        { name: "b", description: "b", handlerClass: "Run", dependencies: ["a"], dependencyCount: 1 },
        { name: "c", description: "c", handlerClass: "Run", dependencies: ["a"], dependencyCount: 1 },
        { name: "d", description: "d", handlerClass: "Run", dependencies: ["b", "c"], dependencyCount: 2 },
        { name: "e", description: "e", handlerClass: "Run", dependencies: [], dependencyCount: 0 },
      ],
      edges: [
        { from: "a", to: "b", type: "single" },
        { from: "a", to: "c", type: "single" },
        { from: "b", to: "d", type: "multiple" },
        { from: "c", to: "d", type: "multiple" },
      ],
      topology: ["a", "e", "b", "c", "d"],
      cycles: [],
      cyclicComponents: [],
      levels: { a: 0, b: 1, c: 1, d: 2, e: 0 },
      roots: ["a", "e"],
      leaves: ["d", "e"],
      summary: { totalSteps: 5, totalDependencies: 4, hasCycles: false, maxDepth: 2, parallelBranches: 2 },
    });
  });

  test("with cycles names each, has no order, and levels only before them", () => {
    const graph = analyze("r -> a, a -> b, b -> a, b -> z, x -> y, y -> x, s -> s2");
    expect(graph.cycles).toEqual([
      ["a", "b", "a"],
      ["x", "y", "x"],
    ]);
    expect(graph.topology).toEqual([]);
    expect(graph.levels).toEqual({ r: 0, s: 0, s2: 1 });
    expect(graph.roots).toEqual(["r", "s"]);
    expect(graph.leaves).toEqual(["z", "s2"]);
    expect(graph.summary).toMatchObject({ hasCycles: true, totalDependencies: 7, maxDepth: 1 });
  });

  test("with cycles that share steps names their members, and no step that is only behind them", () => {
    const graph = analyze("a -> b, b -> c, c -> a, c -> d, d -> c, d -> e, s -> s");
    expect(graph.cyclicComponents).toEqual([["a", "b", "c", "d"], ["s"]]);
    expect(graph.cycles).toEqual([
      ["a", "b", "c", "a"],
      ["s", "s"],
    ]);
    expect(graph.levels).toEqual({});
  });

  test("without steps is empty, with one branch", () => {
    expect(analyze("")).toMatchObject({
      nodes: [],
      roots: [],
      summary: { totalSteps: 0, maxDepth: 0, parallelBranches: 1 },
    });
  });

  test("refuses a dependency on an unknown step by name", () => {
    const steps = [{ name: "a", dependsOn: ["b"], description: "", handlerClass: "A" }];
    expect(() => analyzeTemplate({ steps })).toThrow(UnknownDependencyError);
  });

  test("finds a cycle in every graph that has one, and an order in every other", () => {
    const edges = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), { maxLength: 16 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const steps = Array.from({ length: 8 }, (_, n) => ({
          name: String(n),
          description: "",
          handlerClass: "H",
          dependsOn: [...new Set(pairs.filter(([from, to]) => to === n && from !== n).map(([from]) => String(from)))],
        }));
        const { topology, cycles, edges: found } = analyzeTemplate({ steps });
        const place = new Map(topology.map((name, at) => [name, at]));
        expect(topology.length).toBe(cycles.length > 0 ? 0 : 8);
        for (const { from, to } of topology.length > 0 ? found : []) {
          expect(place.get(from) ?? 9).toBeLessThan(place.get(to) ?? -1);
        }
        for (const cycle of cycles) {
          expect(cycle[0]).toBe(cycle.at(-1));
          for (const [at, name] of cycle.slice(1).entries()) {
            expect(found).toContainEqual(expect.objectContaining({ from: cycle[at], to: name }));
          }
        }
      }),
    );
  });
});
