import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, cursorAt, type Positions, type Span } from "../../src/engine/gap-safe-cursor.ts";

const at = (id: number): Positions => ({ tasks: id, taskRows: id, stepRows: id });
const ids = ({ after, upto }: Span) => [after.stepRows, upto.stepRows];

/** What transactions do, in the order in which they do it. */
type Action = { readonly kind: "begin" | "insert" | "commit"; readonly who: number } | { readonly kind: "look" };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constantFrom("begin", "insert", "commit"), who: fc.nat(4) }),
  fc.constant({ kind: "look" } as const),
);

describe("the cursor over tables whose rows do not appear in the order of their ids", () => {
  test("delivers every row that is committed, whatever transactions overlap", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        let cursor = cursorAt(at(0));
        let lastId = 0;
        let begun = 0;
        const open = new Map<number, { readonly name: string; readonly ids: number[] }>();
        const committed = new Set<number>();
        const delivered = new Set<number>();
        const look = () => {
          const writers = new Set([...open.values()].map(({ name }) => name));
          const { spans, next } = advance(cursor, at(lastId), writers);
          cursor = next;
          for (const { after, upto } of spans) {
            for (const id of committed) if (id > after.stepRows && id <= upto.stepRows) delivered.add(id);
          }
        };
        for (const step of actions) {
          if (step.kind === "look") look();
          else if (step.kind === "begin") {
            if (!open.has(step.who)) open.set(step.who, { name: `${step.who}/${++begun}`, ids: [] });
          } else if (step.kind === "insert") open.get(step.who)?.ids.push(++lastId);
          else {
            for (const id of open.get(step.who)?.ids ?? []) committed.add(id);
            open.delete(step.who);
          }
        }
        for (const { ids: own } of open.values()) for (const id of own) committed.add(id);
        open.clear();
        look();
        expect([...committed].filter((id) => !delivered.has(id))).toEqual([]);
        expect(cursor.open).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("asks for nothing while nothing is written, and reads what nobody was writing to once", () => {
    const first = advance(cursorAt(at(10)), at(15), new Set());
    expect(first.spans.map(ids)).toEqual([[10, 15]]);
    expect(advance(first.next, at(15), new Set(["x"])).spans).toEqual([]);
    expect(advance(first.next, at(15), new Set()).spans).toEqual([]);
  });

  test("reads again what was open, when one of its transactions has ended", () => {
    const first = advance(cursorAt(at(0)), at(5), new Set(["short", "long"]));
    expect(first.spans.map(ids)).toEqual([[0, 5]]);
    const second = advance(first.next, at(8), new Set(["long"]));
    expect(second.spans.map(ids)).toEqual([[0, 8]]);
    const third = advance(second.next, at(9), new Set(["long"]));
    expect(third.spans.map(ids)).toEqual([[8, 9]]);
    // Spans that wait for the same transactions are one, however long they wait.
    expect(third.next.open).toHaveLength(1);
    expect(advance(third.next, at(9), new Set()).spans.map(ids)).toEqual([[0, 9]]);
  });
});
