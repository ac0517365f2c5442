import { expect, test } from "vitest";
import { slopeOf } from "../least-squares.ts";
import { drawSoakPlot } from "../soak-plot.ts";

test("the slope of a line is found, also among noise of equal sizes", () => {
  const line = Array.from({ length: 10 }, (_, x) => ({ x, y: 3 * x + 7 }));
  expect(slopeOf(line)).toBeCloseTo(3);
  expect(slopeOf(line.map(({ x }) => ({ x, y: 5 })))).toBe(0);
  expect(slopeOf([{ x: 1, y: 2 }])).toBe(0);
});

test("each curve has its name, its greatest value and a line over the whole time", () => {
  const svg = drawSoakPlot([{ name: "heap, MB", points: [0, 15, 30].map((x) => ({ x, y: 20 + x })) }]);
  expect(svg).toContain(">heap, MB</text>");
  expect(svg).toContain(">50</text>");
  expect(svg).toContain(">30 minutes</text>");
  expect(svg).toMatch(/points="150\.0,\S+ 385\.0,\S+ 620\.0,20\.0"/);
});
