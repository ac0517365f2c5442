import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countPaths, findBestPaths } from "../../src/graph/best-paths.ts";
import { findLeaves, findRoots } from "../../src/graph/topology.ts";
import { chainGraph, fanGraph, graphOf, namesOf, type RandomGraph, randomGraph } from "./random-graph.ts";

/** Every path from a root to a leaf, listed one by one. */
function listPaths({ graph, edges }: RandomGraph): number[][] {
  const extend = (path: number[]): number[][] => {
    const next = edges.filter(([from]) => from === path.at(-1));
    return next.length === 0 ? [path] : next.flatMap(([, to]) => extend([...path, to]));
  };
  return Array.from(findRoots(graph)).flatMap((root) => extend([root]));
}

describe("the best paths", () => {
  test("go from roots to leaves, best first", () => {
    const graph = graphOf("a -> b, a -> c, b -> d, c -> d, e");
    const found = findBestPaths(graph, [1, 2, 3, 1, 10], 5);
    expect(found.map(({ steps, score }) => [namesOf(graph, steps).join(), score])).toEqual([
      ["e", 10],
      ["a,c,d", 5],
      ["a,b,d", 4],
    ]);
  });

  test("are those of a list of all paths, in every graph, with negative scores, too", () => {
    const scores = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 14, maxLength: 14 });
    fc.assert(
      fc.property(randomGraph, scores, fc.integer({ min: 1, max: 6 }), (random, given, limit) => {
        const own = given.slice(0, random.graph.size);
        const sum = (path: Iterable<number>) => [...path].reduce((total, step) => total + (own[step] ?? 0), 0);
        const paths = listPaths(random);
        const found = findBestPaths(random.graph, own, limit);
        expect(found.map(({ score }) => score)).toEqual(
          paths
            .map(sum)
            .sort((a, b) => b - a)
            .slice(0, limit),
        );
        const known = new Set(paths.map((path) => path.join()));
        for (const { steps, score } of found) {
          expect(known.delete(steps.join())).toBe(true);
          expect(sum(steps)).toBe(score);
        }
        expect(countPaths(random.graph)).toBe(paths.length);
      }),
    );
  });

  test("of a chain and of a fan are all there are", () => {
    expect(findBestPaths(chainGraph(50_000), new Float64Array(50_000).fill(1), 5)).toMatchObject([{ score: 50_000 }]);
    const fan = findBestPaths(fanGraph(3), [1, 1, 2, 1, 1], 5);
    expect(fan.map(({ steps }) => [...steps])).toEqual([
      [0, 2, 4],
      [0, 1, 4],
      [0, 3, 4],
    ]);
    expect(findBestPaths(graphOf("a"), [1], 1)).toHaveLength(1);
  });

  test("are not counted beyond what a number holds", () => {
    const diamonds = Array.from(
      { length: 1_100 },
      (_, at) => `j${at} -> a${at}, j${at} -> b${at}, a${at} -> j${at + 1}, b${at} -> j${at + 1}`,
    );
    const graph = graphOf(diamonds.join());
    expect(findLeaves(graph)).toHaveLength(1);
    expect(countPaths(graph)).toBe(Number.MAX_VALUE);
  });
});
