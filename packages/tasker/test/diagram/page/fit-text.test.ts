import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitText, textWidth } from "../../../src/diagram/page/fit-text.ts";

describe("a text that is fitted", () => {
  test("stays as it is where it fits", () => {
    expect(fitText("charge", 12, 200)).toBe("charge");
  });

  test("is cut with an ellipsis where it does not", () => {
    expect(fitText("validate_the_incoming_order", 12, 100)).toMatch(/^validate_t\w*…$/);
  });

  test("has one line", () => {
    expect(fitText("a\n b\tc", 12, 200)).toBe("a b c");
  });

  test("is not cut within what is one character to a reader", () => {
    const family = "\u{1f469}\u200d\u{1f469}\u200d\u{1f467}";
    expect(fitText(family.repeat(9), 12, 100).replaceAll(family, "")).toBe("…");
  });

  test("is never wider than asked, by its own measure", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
        expect(textWidth(fitText(text, 12, 100), 12)).toBeLessThanOrEqual(100);
      }),
    );
  });
});
