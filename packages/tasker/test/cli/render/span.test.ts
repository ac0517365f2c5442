import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayWidth, fitText } from "../../../src/cli/render/display-width.ts";
import { paintLine, usesColor } from "../../../src/cli/render/paint.ts";
import { fitLine, lineWidth, plainLine, span } from "../../../src/cli/render/span.ts";

const terminal = (isTty: boolean) => ({ isTty, columns: () => 80, rows: () => 24 });

describe("lines", () => {
  test("control characters are made visible, line breaks become spaces", () => {
    expect(span("a\n\tb\x1b[31mred\x07").text).toBe("a b\\x1b[31mred\\x07");
    expect(span("\u202eabc").text).toBe("\\u202eabc");
  });

  test("wide characters take two columns, combining ones none", () => {
    expect(displayWidth("abc")).toBe(3);
    expect(displayWidth("日本")).toBe(4);
    expect(displayWidth("e\u0301")).toBe(1);
    expect(fitText("日本語", 4)).toBe("日…");
  });

  test("a line is cut with an ellipsis", () => {
    expect(plainLine(fitLine([span("hello "), span("world")], 8))).toBe("hello w…");
    expect(plainLine(fitLine([span("hello"), span(" world")], 5))).toBe("hell…");
    expect(plainLine(fitLine([span("hello")], 5))).toBe("hello");
  });

  test("a cut line is never wider than asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.integer({ min: 1, max: 40 }), (texts, columns) => {
        const line = texts.map((text) => span(text));
        const fitted = fitLine(line, columns);
        expect(lineWidth(fitted)).toBeLessThanOrEqual(columns);
        if (lineWidth(line) <= columns) expect(plainLine(fitted)).toBe(plainLine(line));
      }),
    );
  });

  test("tones become escape sequences only where colours are wanted", () => {
    const line = [span("ok", "good"), span(" fine")];
    expect(paintLine(line, false)).toBe("ok fine");
    expect(paintLine(line, true)).toBe("\x1b[32mok\x1b[39m fine");
  });
});

describe("colours", () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ])("%j on a terminal (%s): %s", (env, isTty, expected) => {
    expect(usesColor({ env, terminal: terminal(isTty) })).toBe(expected);
  });
});
