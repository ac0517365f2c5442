import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findCriticalPath } from "../../src/graph/critical-path.ts";
import { graphFromEdges } from "../../src/graph/step-graph.ts";
import { chainGraph, fanGraph, graphOf, namesOf, randomGraph } from "./random-graph.ts";

describe("the critical path", () => {
  test("is the heaviest way, not the one with the most steps", () => {
    const graph = graphOf("start -> quick -> quicker -> end, start -> slow -> end");
    const path = findCriticalPath(graph, [1, 2, 2, 1, 10]);
    expect(namesOf(graph, path.steps)).toEqual(["start", "slow", "end"]);
    expect(path.length).toBe(12);
  });

  test("may end before a leaf only where that leaf is elsewhere", () => {
    const graph = graphOf("a -> b, c");
    const path = findCriticalPath(graph, [1, 1, 5]);
    expect(namesOf(graph, path.steps)).toEqual(["c"]);
    expect(path.length).toBe(5);
  });

  test("of equally heavy ways goes through the smaller indices", () => {
    const graph = graphOf("a -> d, b -> d, c -> e");
    expect([...findCriticalPath(graph, [1, 1, 1, 1, 1]).steps]).toEqual([0, 1]);
    expect([...findCriticalPath(graphOf("b -> x, y"), [0, 0, 0]).steps]).toEqual([0]);
  });

  test("prefers the smaller index at the end although it is reached later", () => {
    const graph = graphFromEdges(["end", "start", "alone"], [1], [0]);
    expect([...findCriticalPath(graph, [1, 1, 2]).steps]).toEqual([1, 0]);
  });

  test("of a graph without steps is empty", () => {
    expect(findCriticalPath(graphFromEdges([], [], []), [])).toEqual({ steps: new Int32Array(0), length: 0 });
  });

  test.each([[-1], [Number.NaN], [Number.POSITIVE_INFINITY]])("a weight of %d is refused", (weight) => {
    expect(() => findCriticalPath(graphOf("a -> b"), [1, weight])).toThrow(RangeError);
  });

  test("needs a weight for each step", () => {
    expect(() => findCriticalPath(graphOf("a -> b"), [1])).toThrow(RangeError);
  });

  test("is as heavy as the heaviest of all ways, and is a way", () => {
    fc.assert(
      fc.property(randomGraph, fc.infiniteStream(fc.nat(9)), ({ graph, edges }, stream) => {
        const weights = graph.names.map(() => stream.next().value);
        const heaviestTo = (step: number): number => {
          const parents = edges.filter(([, to]) => to === step).map(([from]) => heaviestTo(from));
          return Math.max(0, ...parents) + (weights[step] as number);
        };
        const path = findCriticalPath(graph, weights);
        expect(path.length).toBe(Math.max(0, ...weights.map((_, step) => heaviestTo(step))));
        const steps = [...path.steps];
        expect(steps.reduce((sum, step) => sum + (weights[step] as number), 0)).toBe(path.length);
        for (const [place, step] of steps.slice(1).entries()) expect(edges).toContainEqual([steps[place], step]);
        if (graph.size > 0) expect(edges.some(([, to]) => to === steps[0])).toBe(false);
      }),
    );
  });

  test("is found in a chain of 100,000 steps and in a fan-out of 100,000", () => {
    expect(findCriticalPath(chainGraph(100_000), new Float64Array(100_000).fill(1)).length).toBe(100_000);
    expect(findCriticalPath(fanGraph(100_000), new Float64Array(100_002).fill(1)).length).toBe(3);
  });
});
