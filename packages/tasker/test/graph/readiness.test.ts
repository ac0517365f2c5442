import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computeReady, ReadinessCounters } from "../../src/graph/readiness.ts";
import type { StepGraph } from "../../src/graph/step-graph.ts";
import { chainGraph, fanGraph, graphOf, namesOf, randomGraph } from "./random-graph.ts";

function marks(graph: StepGraph, ...names: string[]): Uint8Array {
  return Uint8Array.from(graph.names, (name) => (names.includes(name) ? 1 : 0));
}

function all(graph: StepGraph): Uint8Array {
  return new Uint8Array(graph.size).fill(1);
}

/** Satisfies a step and gives the names of the steps that become ready. */
function readyAfter(graph: StepGraph, counters: ReadinessCounters, name: string): string[] {
  const ready: number[] = [];
  counters.satisfy(graph.indexOf(name), (child) => ready.push(child));
  return namesOf(graph, ready);
}

describe("readiness computed from nothing", () => {
  const graph = graphOf("a -> b, a -> c, b -> d, c -> d");

  test.each([
    [[], ["a"]],
    [["a"], ["b", "c"]],
    [["a", "b"], ["c"]],
    [["a", "b", "c"], ["d"]],
    [
      ["b", "c"],
      ["a", "d"],
    ],
    [["a", "b", "c", "d"], []],
  ])("with %j satisfied, %j are ready", (satisfied, ready) => {
    expect(namesOf(graph, computeReady(graph, marks(graph, ...satisfied), all(graph)))).toEqual(ready);
  });

  test("a step that is no candidate is not ready", () => {
    expect(namesOf(graph, computeReady(graph, marks(graph, "a"), marks(graph, "a", "c", "d")))).toEqual(["c"]);
  });

  test("arrays of another length are refused", () => {
    expect(() => computeReady(graph, new Uint8Array(3), all(graph))).toThrow(RangeError);
    expect(() => computeReady(graph, all(graph), new Uint8Array(5))).toThrow(RangeError);
  });

  test("is the rule of the definition", () => {
    fc.assert(
      fc.property(randomGraph, fc.infiniteStream(fc.boolean()), ({ graph, edges }, coin) => {
        const satisfied = Uint8Array.from(graph.names, () => Number(coin.next().value));
        const candidate = Uint8Array.from(graph.names, () => Number(coin.next().value));
        const expected = graph.names
          .map((_, step) => step)
          .filter((step) => candidate[step] === 1 && satisfied[step] === 0)
          .filter((step) => edges.every(([from, to]) => to !== step || satisfied[from] === 1));
        expect([...computeReady(graph, satisfied, candidate)]).toEqual(expected);
      }),
    );
  });
});

describe("readiness kept up to date", () => {
  test("a diamond joins only after both branches", () => {
    const graph = graphOf("a -> b, a -> c, b -> d, c -> d");
    const counters = new ReadinessCounters(graph, marks(graph));
    expect(counters.isReady(0)).toBe(true);
    expect(readyAfter(graph, counters, "a")).toEqual(["b", "c"]);
    expect(readyAfter(graph, counters, "b")).toEqual([]);
    expect([...counters.unmet]).toEqual([0, 0, 0, 1]);
    expect(readyAfter(graph, counters, "c")).toEqual(["d"]);
    expect(counters.remaining).toBe(1);
    readyAfter(graph, counters, "d");
    expect(counters.remaining).toBe(0);
    expect(counters.isReady(3)).toBe(false);
  });

  test("marking a step again changes nothing", () => {
    const graph = graphOf("a -> c, b -> c");
    const counters = new ReadinessCounters(graph, marks(graph));
    readyAfter(graph, counters, "a");
    expect(readyAfter(graph, counters, "a")).toEqual([]);
    expect(counters.remaining).toBe(2);
    expect(counters.isReady(graph.indexOf("c"))).toBe(false);
  });

  test("a step that is satisfied before its parents is not announced", () => {
    const graph = graphOf("a -> b -> c");
    const counters = new ReadinessCounters(graph, marks(graph, "b"));
    expect(counters.isReady(2)).toBe(true);
    expect(readyAfter(graph, counters, "a")).toEqual([]);
    expect(counters.isReady(1)).toBe(false);
  });

  test("the array given is copied", () => {
    const graph = graphOf("a -> b");
    const satisfied = marks(graph);
    const counters = new ReadinessCounters(graph, satisfied);
    satisfied.fill(1);
    expect(readyAfter(graph, counters, "a")).toEqual(["b"]);
  });

  test("a step can be satisfied from within the announcement", () => {
    const graph = graphOf("a -> b, a -> c, b -> c");
    const counters = new ReadinessCounters(graph, marks(graph));
    const announced: number[] = [];
    counters.satisfy(0, function onReady(child) {
      announced.push(child);
      counters.satisfy(child, onReady);
    });
    expect(namesOf(graph, announced)).toEqual(["b", "c"]);
    expect(counters.remaining).toBe(0);
  });

  test("indices and arrays out of range are refused", () => {
    const graph = graphOf("a -> b");
    const counters = new ReadinessCounters(graph, marks(graph));
    expect(() => counters.satisfy(2, () => undefined)).toThrow(RangeError);
    expect(() => counters.isReady(-1)).toThrow(RangeError);
    expect(() => new ReadinessCounters(graph, new Uint8Array(1))).toThrow(RangeError);
    expect(counters.remaining).toBe(2);
  });

  test("equals the full computation after each of any completions, in any order", () => {
    fc.assert(
      fc.property(
        randomGraph.chain((random) =>
          fc.record({
            random: fc.constant(random),
            before: fc.subarray([...random.graph.names.keys()]),
            order: fc.shuffledSubarray([...random.graph.names.keys()]),
          }),
        ),
        ({ random: { graph }, before, order }) => {
          const satisfied = new Uint8Array(graph.size);
          for (const step of before) satisfied[step] = 1;
          const counters = new ReadinessCounters(graph, satisfied);
          const everyone = all(graph);
          let ready = new Set(computeReady(graph, satisfied, everyone));
          for (const step of order) {
            const announced: number[] = [];
            counters.satisfy(step, (child) => announced.push(child));
            satisfied[step] = 1;
            const now = new Set(computeReady(graph, satisfied, everyone));
            expect(announced).toEqual([...now].filter((other) => !ready.has(other)));
            for (const other of graph.names.keys()) expect(counters.isReady(other)).toBe(now.has(other));
            expect(counters.remaining).toBe(satisfied.filter((mark) => mark === 0).length);
            ready = now;
          }
        },
      ),
    );
  });
});

describe("large graphs", () => {
  test("a chain of 100,000 steps becomes ready one step at a time", () => {
    const graph = chainGraph(100_000);
    const counters = new ReadinessCounters(graph, new Uint8Array(graph.size));
    const queue = [0];
    for (let step = queue.pop(); step !== undefined; step = queue.pop()) {
      counters.satisfy(step, (child) => queue.push(child));
    }
    expect(counters.remaining).toBe(0);
  });

  test("a fan-out of 100,000 becomes ready at once, and its join last", () => {
    const graph = fanGraph(100_000);
    const counters = new ReadinessCounters(graph, new Uint8Array(graph.size));
    const announced: number[] = [];
    counters.satisfy(0, (child) => announced.push(child));
    expect(announced.length).toBe(100_000);
    const last: number[] = [];
    for (const step of announced) counters.satisfy(step, (child) => last.push(child));
    expect(namesOf(graph, last)).toEqual(["join"]);
  });
});
