import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TaskRoom } from "../../src/engine/task-room.ts";

/** Takes places for tasks of a namespace until there is none for it. */
function fill(room: TaskRoom, namespace: string): number {
  let taken = 0;
  while (room.take(namespace)) taken += 1;
  return taken;
}

describe("the room for tasks in memory", () => {
  test("is all one namespace's where no other is served", () => {
    const room = new TaskRoom(4);
    room.serve(new Set(["a"]));
    expect([fill(room, "a"), room.free, room.count]).toEqual([4, 0, 4]);
    room.remove("a");
    expect(room.take("a")).toBe(true);
  });

  test("is kept in part for the others: half of it, in equal parts", () => {
    const room = new TaskRoom(8);
    room.serve(new Set(["a", "b"]));
    expect([room.keptFor("a"), room.keptFor("b"), room.shared]).toEqual([2, 2, 4]);
    expect([fill(room, "a"), room.keptFor("b"), room.shared, room.free]).toEqual([6, 2, 0, 2]);
    expect([fill(room, "b"), room.free]).toEqual([2, 0]);
    room.remove("a");
    expect([room.take("b"), room.take("a")]).toEqual([true, false]);
  });

  test("counts what is there although there was no room for it", () => {
    const room = new TaskRoom(1);
    room.serve(new Set(["a", "b"]));
    for (const namespace of ["a", "a", "c"]) room.add(namespace);
    expect([room.count, room.free, room.take("b")]).toEqual([3, 0, false]);
  });

  test("keeps, whatever comes and goes, what the namespaces have not taken of their parts", () => {
    const namespace = fc.constantFrom("a", "b", "c", "stranger");
    const operation = fc.record({ kind: fc.constantFrom("take", "remove", "add"), namespace });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(operation, { maxLength: 100 }), (most, operations) => {
        const room = new TaskRoom(most);
        room.serve(new Set(["a", "b", "c"]));
        const held = new Map<string, number>();
        for (const { kind, namespace } of operations) {
          const before = held.get(namespace) ?? 0;
          if (kind === "take" && room.take(namespace)) held.set(namespace, before + 1);
          else if (kind === "add") {
            room.add(namespace);
            held.set(namespace, before + 1);
          } else if (kind === "remove" && before > 0) {
            room.remove(namespace);
            held.set(namespace, before - 1);
          }
          const count = [...held.values()].reduce((sum, one) => sum + one, 0);
          const kept = ["a", "b", "c"].map((one) => Math.max(0, Math.floor(most / 6) - (held.get(one) ?? 0)));
          expect(room.count).toBe(count);
          expect(["a", "b", "c"].map((one) => room.keptFor(one))).toEqual(kept);
          expect(room.shared).toBe(Math.max(0, most - count - kept.reduce((sum, one) => sum + one, 0)));
        }
      }),
    );
  });
});
