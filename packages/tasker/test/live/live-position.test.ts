import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IdRange } from "../../src/event-log/cursor/id-ranges.ts";
import { rangesOutside } from "../../src/event-log/cursor/id-ranges.ts";
import type { TableCursor } from "../../src/event-log/cursor/log-cursor.ts";
import { unreadRanges } from "../../src/event-log/reading/reading.ts";
import { decodePosition, encodePosition, type LivePosition } from "../../src/live/live-position.ts";

/** Ranges with gaps between them, from ids of both in turn. */
function rangesOf(steps: readonly number[]): IdRange[] {
  let id = 0;
  const ranges: IdRange[] = [];
  for (let place = 0; place + 1 < steps.length; place += 2) {
    const from = id + (steps[place] ?? 0) + 1;
    const to = from + (steps[place + 1] ?? 1) - 1;
    ranges.push({ from, to });
    id = to;
  }
  return ranges;
}

const table = (most: number) =>
  fc
    .tuple(fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: most * 2 }), fc.nat(2 ** 40))
    .map(([steps, beyond]): TableCursor => {
      const missing = rangesOf(steps);
      return { high: (missing.at(-1)?.to ?? 0) + beyond, missing, settled: 0 };
    });
const position = (most: number): fc.Arbitrary<LivePosition> =>
  fc.record({
    cursor: fc.record({ tasks: table(most), taskRows: table(most), stepRows: table(most), events: table(most) }),
    atMs: fc.nat(2 ** 31).map((seconds) => seconds * 1_000),
    begun: fc.option(
      fc.record({ source: fc.constant("stepRows" as const), id: fc.nat(), told: fc.integer({ min: 1, max: 3 }) }),
    ),
  });

describe("a position", () => {
  test("is read as it was written: what was not told is the same", () => {
    fc.assert(
      fc.property(position(30), (written) => {
        const read = decodePosition(encodePosition(written));
        expect(read).not.toBeNull();
        for (const source of ["tasks", "taskRows", "stepRows", "events"] as const) {
          const before = unreadRanges(written.cursor[source]);
          const after = unreadRanges(read?.cursor[source] ?? written.cursor[source]);
          expect([rangesOutside(before, after), rangesOutside(after, before)]).toEqual([[], []]);
        }
        expect([read?.atMs, read?.begun]).toEqual([written.atMs, written.begun]);
      }),
    );
  });

  test("stays short however much was missing, and loses none of it", () => {
    fc.assert(
      fc.property(position(300), (written) => {
        const text = encodePosition(written);
        expect(text.length).toBeLessThan(4_000);
        const read = decodePosition(text);
        for (const source of ["tasks", "taskRows", "stepRows", "events"] as const) {
          const after = unreadRanges(
            read?.cursor[source] ?? { high: Number.MAX_SAFE_INTEGER, missing: [], settled: 0 },
          );
          expect(rangesOutside(unreadRanges(written.cursor[source]), after)).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("is nothing else", () => {
    for (const text of [
      "",
      "1",
      "task:5:10",
      "1.a.b.c.d",
      "1.a.1.1.1.1.9~1~1",
      "2.a.1.1.1.1",
      "1.a.1~5.1.1.1",
      "1.a.1.1.1.1~0_9",
    ]) {
      expect(decodePosition(text), text).toBeNull();
    }
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."19az.~_- "), maxLength: 40 }), (text) => {
        const read = decodePosition(text);
        if (read !== null) expect(decodePosition(encodePosition(read))).not.toBeNull();
      }),
    );
  });
});
