import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadyQueue } from "../../src/engine/ready-queue.ts";

describe("the queue of ready steps", () => {
  test("gives the highest rank first, and among equals who came first", () => {
    const queue = new ReadyQueue<string>();
    for (const [item, rank] of [
      ["a", 0],
      ["b", 0],
      ["c", 5],
      ["d", -1],
      ["e", 5],
    ] as const)
      queue.push(item, rank);
    expect([...queue]).toEqual(["c", "e", "a", "b", "d"]);
    expect([queue.size, queue.peek(), queue.rank]).toEqual([5, "c", 5]);
    expect(["c", "e", "a", "b", "d", undefined]).toEqual(Array.from({ length: 6 }, () => queue.shift()));
    expect([queue.isEmpty, queue.rank, queue.peek()]).toEqual([true, 0, undefined]);
  });

  test("does at any order of pushes and shifts what sorting each time would do", () => {
    const rank = fc.oneof(fc.constant(0), fc.integer({ min: -2, max: 2 }), fc.integer());
    const operation = fc.oneof(fc.record({ push: rank }), fc.constant("shift" as const));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new ReadyQueue<number>();
        let model: { readonly item: number; readonly rank: number }[] = [];
        for (const [item, step] of operations.entries()) {
          if (step === "shift") {
            expect(queue.shift()).toBe(model[0]?.item);
            model = model.slice(1);
          } else {
            queue.push(item, step.push);
            model = [...model, { item, rank: step.push }].sort((a, b) => b.rank - a.rank || a.item - b.item);
          }
          expect([queue.size, queue.isEmpty]).toEqual([model.length, model.length === 0]);
          expect(queue.peek()).toBe(model[0]?.item);
        }
        expect([...queue]).toEqual(model.map((entry) => entry.item));
      }),
    );
  });

  test("keeps its order when the front of a long array is cut off", () => {
    const queue = new ReadyQueue<number>();
    for (let item = 0; item < 5_000; item++) queue.push(item, 0);
    for (let item = 0; item < 5_000; item++) expect(queue.shift()).toBe(item);
    expect(queue.isEmpty).toBe(true);
  });

  test("lets groups of one rank take turns, whatever came first", () => {
    const queue = new ReadyQueue<string>();
    for (const item of ["a1", "a2", "a3", "a4"]) queue.push(item, 0, "a");
    for (const item of ["b1", "b2"]) queue.push(item, 0, "b");
    queue.push("c1", 0, "c");
    queue.push("b0", 1, "b");
    const order = ["b0", "a1", "b1", "c1", "a2", "b2", "a3", "a4"];
    expect([...queue]).toEqual(order);
    expect(queue.shift()).toBe("b0");
    expect(queue.shift()).toBe("a1");
    queue.putBack("a1", 0, "a");
    expect([queue.peek(), queue.size]).toEqual(["a1", 7]);
    expect(order.slice(1)).toEqual(Array.from({ length: 7 }, () => queue.shift()));
  });

  test("never lets a group wait for more than one item of each other one, nor changes the order within it", () => {
    const operation = fc.oneof(fc.constantFrom("a", "b", "c"), fc.constant(null));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new ReadyQueue<{ readonly group: string; readonly place: number }>();
        const waiting = new Map<string, number[]>(["a", "b", "c"].map((group) => [group, []]));
        /** Items of others that went since a group's last turn, or since it came. */
        const passed = new Map<string, string[]>();
        for (const [place, group] of operations.entries()) {
          if (group !== null) {
            if (waiting.get(group)?.length === 0) passed.set(group, []);
            waiting.get(group)?.push(place);
            queue.push({ group, place }, 0, group);
            continue;
          }
          const item = queue.shift();
          if (item === undefined) continue;
          expect(waiting.get(item.group)?.shift()).toBe(item.place);
          passed.set(item.group, []);
          for (const [other, left] of waiting) {
            if (other === item.group || left.length === 0) continue;
            expect(passed.get(other)).not.toContain(item.group);
            passed.get(other)?.push(item.group);
          }
        }
      }),
    );
  });
});
