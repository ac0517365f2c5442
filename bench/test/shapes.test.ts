import { expect, test } from "vitest";
import { fan, layered, linear } from "../shapes.ts";

test("a chain has one step after the other", () => {
  expect(linear(3).steps.map(({ dependsOn }) => dependsOn)).toEqual([[], ["step_0"], ["step_1"]]);
});

test("a fan has one step, the middle ones, and one that waits for these", () => {
  expect(fan(4).steps.map(({ dependsOn }) => dependsOn)).toEqual([[], ["step_0"], ["step_0"], ["step_1", "step_2"]]);
});

test.each([10, 100, 1_000, 10_000])("in layers of %i steps each has three parents, in the layer before", (size) => {
  const { steps } = layered(size);
  const width = steps.filter(({ dependsOn }) => dependsOn.length === 0).length;
  const layerOf = new Map(steps.map(({ name }, place) => [name, Math.floor(place / width)]));
  expect(steps).toHaveLength(size);
  for (const { name, dependsOn } of steps.slice(width)) {
    expect(new Set(dependsOn).size).toBe(3);
    for (const parent of dependsOn) expect(layerOf.get(parent)).toBe((layerOf.get(name) ?? 0) - 1);
  }
});
