import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Layout, layOut, type Size } from "../../../src/diagram/layout/layout.ts";

type Edge = readonly [number, number];

/** Boxes of different sizes. */
const boxes = (count: number): Size[] =>
  Array.from({ length: count }, (_, node) => ({ width: 90 + (node % 3) * 40, height: 40 + (node % 2) * 20 }));

const drawn = (layout: Layout | null): Layout => layout ?? expect.unreachable("the graph is small enough to be drawn");

const lay = (count: number, edges: readonly Edge[]) => drawn(layOut(boxes(count), edges));

const heights = (layout: Layout) => layout.centres.map(({ y }) => y);

/** Graphs with anything that the table admits: cycles, loops, edges that are there twice. */
const anyGraph = fc.integer({ min: 1, max: 12 }).chain((size) => {
  const node = fc.nat({ max: size - 1 });
  return fc.record({ size: fc.constant(size), edges: fc.array(fc.tuple(node, node), { maxLength: 24 }) });
});

describe("a layout", () => {
  test("puts each node below what leads to it", () => {
    const [a = 0, b = 0, c = 0, d = 0] = heights(
      lay(4, [
        [0, 1],
        [1, 2],
        [0, 2],
        [3, 2],
      ]),
    );
    expect(a).toBeLessThan(b);
    expect(b).toBeLessThan(c);
    // The other root stands next to its only child.
    expect(d).toBe(b);
  });

  test("puts a parent in the middle above its children, and a chain in one line", () => {
    const { centres } = drawn(
      layOut(
        Array.from({ length: 5 }, () => ({ width: 100, height: 40 })),
        [
          [0, 1],
          [0, 2],
          [1, 3],
          [2, 4],
        ],
      ),
    );
    const x = centres.map((centre) => Math.round(centre.x));
    expect(x[1]).toBe(x[3]);
    expect(x[2]).toBe(x[4]);
    expect(2 * (x[0] ?? 0)).toBe((x[1] ?? 0) + (x[2] ?? 0));
  });

  test("leaves no crossing that need not be", () => {
    const { centres } = lay(6, [
      [0, 5],
      [1, 4],
      [2, 3],
    ]);
    const order = (nodes: readonly number[]) => nodes.toSorted((a, b) => (centres[a]?.x ?? 0) - (centres[b]?.x ?? 0));
    expect(order([3, 4, 5]).map((node) => 5 - node)).toEqual(order([0, 1, 2]));
  });

  test("lets an edge that spans layers run straight through them", () => {
    const { routes } = lay(6, [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [0, 4],
      [4, 5],
    ]);
    const inner = (routes[4] ?? []).slice(1, -1).map(({ x }) => Math.round(x));
    expect(inner.length).toBe(6);
    expect(new Set(inner).size).toBe(1);
  });

  test("draws an edge of a cycle from its source to its target", () => {
    const { routes, centres } = lay(3, [
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    const back = routes[2] ?? [];
    expect(back.at(0)?.y).toBeLessThan(centres[2]?.y ?? 0);
    expect(back.at(-1)?.y).toBeGreaterThan(centres[0]?.y ?? 0);
    expect(back.at(0)?.y).toBeGreaterThan(back.at(-1)?.y ?? 0);
  });

  test("has no two boxes on one another, keeps all within its extent, and is always the same", () => {
    fc.assert(
      fc.property(anyGraph, ({ size, edges }) => {
        const layout = lay(size, edges);
        expect(lay(size, edges)).toEqual(layout);
        const rectangles = boxes(size).map(({ width, height }, node) => {
          const { x, y } = layout.centres[node] ?? { x: Number.NaN, y: Number.NaN };
          return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
        });
        for (const [node, a] of rectangles.entries()) {
          expect(a.left >= 0 && a.top >= 0 && a.right <= layout.width && a.bottom <= layout.height).toBe(true);
          const on = rectangles
            .slice(node + 1)
            .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom);
          expect(on).toEqual([]);
        }
        for (const [edge, [from, to]] of edges.entries()) {
          const route = layout.routes[edge] ?? [];
          expect(route.length % 2).toBe(0);
          expect(route.length === 0).toBe(from === to);
          expect(route.every(({ x, y }) => x >= 0 && x <= layout.width && y >= 0 && y <= layout.height)).toBe(true);
        }
      }),
    );
  });

  test("of nothing is empty, of too much is none", () => {
    expect(lay(0, [])).toMatchObject({ centres: [], routes: [] });
    const chain = Array.from({ length: 199 }, (_, node): Edge => [node, node + 1]);
    const skips = Array.from({ length: 100 }, (): Edge => [0, 199]);
    expect(layOut(boxes(200), [...chain, ...skips])).toBeNull();
  });
});
