import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupPairs } from "../../src/graph/adjacency.ts";
import { findCyclicComponents } from "../../src/graph/cyclic-components.ts";

const componentsOf = (size: number, edges: readonly (readonly [number, number])[]) =>
  findCyclicComponents(
    groupPairs(
      size,
      edges.map(([from]) => from),
      edges.map(([, to]) => to),
    ),
  ).map((members) => [...members]);

/** Nodes that reach each other by a way of one edge or more, found by closing the relation edge by edge. */
function slowComponents(size: number, edges: readonly (readonly [number, number])[]): number[][] {
  const reaches = Array.from({ length: size }, () => new Set<number>());
  for (const [from, to] of edges) reaches[from]?.add(to);
  for (let middle = 0; middle < size; middle++) {
    for (const from of reaches) if (from.has(middle)) for (const to of reaches[middle] ?? []) from.add(to);
  }
  const found = new Map<string, number[]>();
  for (let node = 0; node < size; node++) {
    if (!reaches[node]?.has(node)) continue;
    const members = reaches.flatMap((set, other) => (set.has(node) && reaches[node]?.has(other) ? [other] : []));
    found.set(members.join(), members);
  }
  return [...found.values()];
}

describe("the components of a graph that hold cycles", () => {
  test("are one for cycles that share a step, and others for others", () => {
    const edges = [
      [0, 1],
      [1, 0],
      [1, 2],
      [2, 1],
      [2, 3],
      [4, 4],
      [5, 3],
    ] as const;
    expect(componentsOf(6, edges)).toEqual([[0, 1, 2], [4]]);
  });

  test("are what reaches itself, in every graph", () => {
    const node = fc.nat(9);
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node), { maxLength: 25 }), (edges) => {
        expect(componentsOf(10, edges)).toEqual(slowComponents(10, edges));
      }),
    );
  });

  test("are found on a cycle of 200,000 nodes", () => {
    const size = 200_000;
    const [members] = componentsOf(
      size,
      Array.from({ length: size }, (_, node) => [node, (node + 1) % size] as const),
    );
    expect(members).toHaveLength(size);
  });
});
