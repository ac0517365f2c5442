import { expect, test } from "vitest";
import { HeldEvents } from "../../src/event-log/delivery/held-events.ts";

test("a task is held while something of it is kept, whether it is written or not", () => {
  const held = new HeldEvents();
  held.add(1);
  held.add(1);
  held.write(1, 10);
  held.remove(1, 10);
  expect(held.holds(1)).toBe(true);
  held.write(1, 11);
  held.remove(1, 11);
  expect(held.holds(1)).toBe(false);
  expect(held.total).toBe(0);
});

test("a delivery that is brought back counts once, however often it is found, and one of no task as well", () => {
  const held = new HeldEvents();
  for (const taskId of [1, null]) {
    held.find(taskId, 10);
    held.find(taskId, 10);
  }
  expect(held.total).toBe(2);
  expect(held.holds(null)).toBe(false);
  for (const taskId of [1, null]) {
    held.remove(taskId, 10);
    held.remove(taskId, 10);
  }
  expect(held.total).toBe(0);
  expect(held.holds(1)).toBe(false);
});

test("a delivery that was through before it was heard that it had been written holds nothing", () => {
  const held = new HeldEvents();
  held.add(1);
  held.find(1, 10);
  held.remove(1, 10);
  held.write(1, 10);
  expect(held.holds(1)).toBe(false);
  expect(held.total).toBe(0);
});
