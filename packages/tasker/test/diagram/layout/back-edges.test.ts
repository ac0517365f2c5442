import fc from "fast-check";
import { expect, test } from "vitest";
import { findBackEdges } from "../../../src/diagram/layout/back-edges.ts";
import { graphFromEdges } from "../../../src/graph/step-graph.ts";

const flags = (size: number, edges: readonly (readonly [number, number])[]) =>
  findBackEdges(
    size,
    Int32Array.from(edges, ([from]) => from),
    Int32Array.from(edges, ([, to]) => to),
  );

test("a graph without a cycle has no back edge", () => {
  expect([
    ...flags(4, [
      [0, 1],
      [1, 3],
      [0, 2],
      [2, 3],
      [0, 3],
    ]),
  ]).toEqual([0, 0, 0, 0, 0]);
});

test("a loop is one, and so is the edge that closes a cycle", () => {
  expect([
    ...flags(3, [
      [0, 1],
      [1, 1],
      [1, 2],
      [2, 0],
    ]),
  ]).toEqual([0, 1, 0, 1]);
});

test("turning back edges round leaves no cycle", () => {
  const edge = fc.tuple(fc.nat(9), fc.nat(9));
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 30 }), (edges) => {
      const isBack = flags(10, edges);
      const turned = edges
        .map(([from, to], index): [number, number] => (isBack[index] === 1 ? [to, from] : [from, to]))
        .filter(([from, to]) => from !== to);
      const names = Array.from({ length: 10 }, (_, node) => String(node));
      graphFromEdges(
        names,
        turned.map(([from]) => from),
        turned.map(([, to]) => to),
      );
    }),
  );
});
