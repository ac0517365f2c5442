import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { truncateText } from "../../src/text/bounded-text.ts";
import { utf8Length } from "../../src/text/utf8-length.ts";

/** Any JavaScript string: surrogates alone and in pairs, U+0000, and characters of each length in UTF-8. */
const anyText = fc
  .array(fc.oneof(fc.nat(0xffff), fc.nat(0x7f), fc.integer({ min: 0xd800, max: 0xdfff }), fc.constant(0)))
  .map((units) => String.fromCharCode(...units));

describe("bounded text", () => {
  test.each([
    ["hello", 5, "hello"],
    ["hello", 4, "hell"],
    ["hello", 0, ""],
    ["", 0, ""],
    ["é", 1, ""],
    ["aé", 3, "aé"],
    ["漢字", 5, "漢"],
    ["a\u{1f680}", 4, "a"],
    ["a\u{1f680}", 5, "a\u{1f680}"],
    ["\u{1f680}\u{1f680}", 7, "\u{1f680}"],
    ["a\0b", 5, "a\ufffdb"],
    ["a\0b", 4, "a\ufffd"],
    ["\ud800x", 9, "\ufffdx"],
    ["x\udc00", 9, "x\ufffd"],
  ])("%j in %d bytes is %j", (text, maxBytes, result) => expect(truncateText(text, maxBytes)).toBe(result));

  test.each([[-1], [1.5], [Number.NaN]])("a limit of %d is refused", (maxBytes) => {
    expect(() => truncateText("a", maxBytes)).toThrow(RangeError);
  });

  test("any text becomes storable and fits, and no character more would have", () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, maxBytes) => {
        const whole = text.toWellFormed().replaceAll("\0", "\ufffd");
        const result = truncateText(text, maxBytes);
        expect(result.isWellFormed()).toBe(true);
        expect(result).not.toContain("\0");
        expect(Buffer.byteLength(result)).toBeLessThanOrEqual(maxBytes);
        expect(whole.startsWith(result)).toBe(true);
        const next = [...whole.slice(result.length)][0];
        if (next !== undefined) expect(Buffer.byteLength(result + next)).toBeGreaterThan(maxBytes);
      }),
    );
  });

  test("costs what the limit allows, not what the text has", () => {
    expect(truncateText("x".repeat(100_000_000), 3)).toBe("xxx");
  });
});

test("the length in UTF-8 is what an encoder would write", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});
