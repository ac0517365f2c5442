import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lineWidth, plainLine, span } from "../../../src/cli/render/span.ts";
import { wrapLine } from "../../../src/cli/render/wrap-line.ts";

const wrap = (text: string, columns: number, indent = "  ") =>
  wrapLine([span(text)], columns, [span(indent)]).map(plainLine);

describe("wrapping", () => {
  test("a line that fits stays one", () => {
    expect(wrap("one two", 7)).toEqual(["one two"]);
  });

  test("lines break at spaces and go on after the indentation", () => {
    expect(wrap("one two three four", 12)).toEqual(["one two", "  three four"]);
  });

  test("a word wider than a line is broken", () => {
    expect(wrap("abcdefghijklmnopqrstuvwxyz", 14)).toEqual(["abcdefghijklmn", "  opqrstuvwxyz"]);
  });

  test("tones go on in the next line", () => {
    const lines = wrapLine([span("it says "), span("no such file here", "bad")], 16, [span("  ")]);
    expect(
      lines.map((line) =>
        line
          .filter(({ tone }) => tone === "bad")
          .map(({ text }) => text)
          .join(""),
      ),
    ).toEqual(["no such ", "file here"]);
  });

  test("a terminal that is narrower than the indentation still gets something", () => {
    expect(wrap("some words for a test", 4, " ".repeat(8)).join("").replaceAll(" ", "")).toBe("somewordsforatest");
  });

  test("nothing but spaces is lost, and no line is too wide", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.integer({ min: 12, max: 60 }),
        (text, columns) => {
          const line = [span(text)];
          const lines = wrapLine(line, columns, [span("  ")]);
          for (const each of lines) expect(lineWidth(each)).toBeLessThanOrEqual(columns);
          const letters = (of: typeof lines) => of.map(plainLine).join("").replace(/\s/gu, "");
          expect(letters(lines)).toBe(letters([line]));
        },
      ),
    );
  });
});
