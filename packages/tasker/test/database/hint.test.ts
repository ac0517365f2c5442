import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeHints, encodeHints, type Hint } from "../../src/database/hints/hint.ts";

const anyHint: fc.Arbitrary<Hint> = fc.oneof(
  fc.constant<Hint>({ topic: "tasks" }),
  fc.constant<Hint>({ topic: "steps" }),
  fc.nat().map((processId): Hint => ({ topic: "owner", processId })),
  fc.nat().map((processId): Hint => ({ topic: "outside", processId })),
);
const words = (hints: readonly Hint[]) => new Set(hints.map((hint) => JSON.stringify(hint)));

test("hints that are written as payloads of notifications are read as they were, each once, whatever their number", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(anyHint, { maxLength: 2_000, size: "max" }), (senderId, hints) => {
      const payloads = encodeHints({ senderId, hints });
      expect(payloads.every((payload) => payload.length < 8_000)).toBe(true);
      const read = payloads.map(decodeHints);
      expect(read.every((message) => message.senderId === senderId)).toBe(true);
      const all = read.flatMap((message) => message.hints);
      expect(words(all)).toEqual(words(hints));
      expect(all).toHaveLength(words(hints).size);
    }),
    { numRuns: 30 },
  );
});

test("a payload is short and can be read by a person; what is not known in it is left out", () => {
  const hints: Hint[] = [{ topic: "tasks" }, { topic: "owner", processId: 7 }, { topic: "tasks" }];
  expect(encodeHints({ senderId: 12, hints })).toEqual(["12:tasks,owner.7"]);
  expect(encodeHints({ senderId: 12, hints: [] })).toEqual([]);
  expect(decodeHints("3:steps,weather,owner")).toEqual({ senderId: 3, hints: [{ topic: "steps" }] });
  expect(decodeHints("")).toEqual({ senderId: 0, hints: [] });
});
