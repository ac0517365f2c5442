import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { InvalidRequestError } from "../../../src/errors/index.ts";
import { type CursorKey, decodeCursor, encodeCursor } from "../../../src/reading/paging/cursor.ts";

const AnyKey: z.ZodType<CursorKey> = z.array(z.union([z.string(), z.number()]));
const Id = z.tuple([z.int().nonnegative()]);
const key = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  ),
  { maxLength: 4 },
);

const refusal = (cursor: string) => {
  try {
    decodeCursor("tasks", Id, cursor);
  } catch (error) {
    return error;
  }
  throw new Error(`${cursor} was taken`);
};

describe("a cursor", () => {
  test("gives back the key that it was made of, and is safe in a URL", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), key, (list, of) => {
        const cursor = encodeCursor(list, of);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(list, AnyKey, cursor)).toEqual(of);
      }),
    );
  });

  test("is refused as a wrong request where it is none, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.base64String(), fc.json()), (text) => {
        const error = refusal(text);
        expect(error).toBeInstanceOf(InvalidRequestError);
        expect(error).toMatchObject({ context: { field: "cursor" } });
      }),
    );
  });

  test("is refused by another list, and with a key of another shape", () => {
    expect(refusal(encodeCursor("steps", [1]))).toMatchObject({
      message: expect.stringContaining("expected a cursor of the list tasks, this one is of steps"),
    });
    for (const wrong of [[], [-1], [1.5], ["1"], [1, 2]]) {
      expect(refusal(encodeCursor("tasks", wrong))).toBeInstanceOf(InvalidRequestError);
    }
    expect(refusal(Buffer.from('{"tasks":1}').toString("base64url"))).toBeInstanceOf(InvalidRequestError);
  });

  test("of any length is named in the message by its beginning", () => {
    expect(refusal("a".repeat(5_000))).toMatchObject({ context: { value: `${"a".repeat(80)}...` } });
  });
});
