import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findJsonError } from "../../../src/cli/input/find-json-error.ts";

describe("the first place at which a text is not JSON", () => {
  test.each([
    ['{"a": 1,}', 1, 9, `found "}", expected a key in double quotes`],
    ["{a: 1}", 1, 2, `found "a", expected a key in double quotes or '}'`],
    ['{"a" 1}', 1, 6, `found "1", expected ':' after the key`],
    ['{"a": 1 "b": 2}', 1, 9, `found "\\"", expected ',' or '}'`],
    ["[1 2]", 1, 4, `found "2", expected ',' or ']'`],
    ["[1,]", 1, 4, `found "]", expected a value`],
    ['{\n  "a": undefined\n}', 2, 8, `found "undefined", expected a value`],
    ['{"a": 1', 1, 8, "the text ends where ',' or '}' is expected"],
    ["", 1, 1, "the text ends where a value is expected"],
    ["{} {}", 1, 4, `found "{", expected the end of the text`],
    ['{"a": "x\ny"}', 1, 7, "a string that is not closed, or holds a control character or an unknown escape"],
    ["{'a': 1}", 1, 2, `found "'", expected a key in double quotes or '}'`],
    ["[01]", 1, 3, `found "1", expected ',' or ']'`],
  ])("%j: line %i, column %i", (text, line, column, message) => {
    expect(findJsonError(text)).toEqual({ line, column, message });
  });

  test("there is none in JSON, and there is one in everything else", () => {
    const isJson = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", '"', "}", "]", ":", "x", "\\", "\n", "0"))
      .map(([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1));
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged, fc.string()), (text) => {
        expect(findJsonError(text) === null).toBe(isJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  test("deep nesting is read without recursion", () => {
    expect(findJsonError("[".repeat(200_000) + "]".repeat(200_000))).toBeNull();
  });
});
