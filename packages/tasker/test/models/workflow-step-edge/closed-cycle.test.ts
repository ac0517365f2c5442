import fc from "fast-check";
import { expect, test } from "vitest";
import { type Edge, findClosedCycle } from "../../../src/models/workflow-step-edge/closed-cycle.ts";

const edge = ([from_step_id, to_step_id]: readonly [number, number]): Edge => ({ from_step_id, to_step_id });
const edges = (...pairs: readonly (readonly [number, number])[]) => pairs.map(edge);

/** Every step that can be reached from one, by the rule itself: follow edges until nothing new comes. */
function reachable(all: readonly Edge[], start: number): Set<number> {
  const seen = new Set([start]);
  for (let size = 0; size !== seen.size; ) {
    size = seen.size;
    for (const { from_step_id: from, to_step_id: to } of all) if (seen.has(from)) seen.add(to);
  }
  return seen;
}

test("an edge to itself, a reverse edge and a longer way back are cycles; a second way and a repeated edge are none", () => {
  expect(findClosedCycle(edges([1, 1]), edges([1, 1]))).toEqual([1]);
  expect(findClosedCycle(edges([1, 2]), edges([1, 2], [2, 1]))).toEqual([1, 2]);
  expect(findClosedCycle(edges([3, 1]), edges([3, 1], [1, 2], [2, 3]))).toEqual([3, 1, 2]);
  expect(findClosedCycle(edges([1, 3]), edges([1, 3], [1, 2], [2, 3], [1, 3]))).toBeNull();
});

test("a cycle that was there before does not count, unless a new edge is part of it", () => {
  expect(findClosedCycle(edges([1, 2]), edges([1, 2], [2, 3], [3, 2]))).toBeNull();
  expect(findClosedCycle(edges([1, 2], [3, 2]), edges([1, 2], [3, 2], [2, 3]))).toEqual([3, 2]);
});

test("random edges: a cycle is found if and only if a new edge leads back to its own start, and it is one", () => {
  const pair = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }));
  const lists = [fc.array(pair, { minLength: 1, maxLength: 4 }), fc.array(pair, { maxLength: 10 })] as const;
  fc.assert(
    fc.property(...lists, (fresh, old) => {
      const added = fresh.map(edge);
      const all = [...added, ...old.map(edge)];
      const cycle = findClosedCycle(added, all);
      const closes = added.some(({ from_step_id, to_step_id }) => reachable(all, to_step_id).has(from_step_id));
      expect(cycle !== null).toBe(closes);
      if (cycle === null) return;
      expect(new Set(cycle).size).toBe(cycle.length);
      const steps = cycle.map((from, place) => edge([from, cycle[(place + 1) % cycle.length] ?? from]));
      expect(all).toEqual(expect.arrayContaining(steps));
      expect(added).toContainEqual(steps[0]);
    }),
    { numRuns: 500 },
  );
});

test("a graph of many ways through few edges is decided at once", () => {
  const ladder = Array.from({ length: 2000 }, (_, level) =>
    edges(
      [3 * level, 3 * level + 1],
      [3 * level, 3 * level + 2],
      [3 * level + 1, 3 * level + 3],
      [3 * level + 2, 3 * level + 3],
    ),
  ).flat();
  expect(findClosedCycle(edges([0, 1]), ladder)).toBeNull();
  expect(findClosedCycle(edges([6000, 0]), [...ladder, edge([6000, 0])])).toHaveLength(4001);
});
