import { describe, expect, test } from "vitest";
import { isRedactedPath, Redaction } from "../../src/secrets/redaction.ts";

const R = "[redacted]";

describe("redacted paths", () => {
  test.each([
    "context.card.number",
    "results.*.token",
    "inputs.charge",
    "error.*",
    "error",
    "results.**.iban",
  ])("%s is one", (path) => expect(isRedactedPath(path)).toBe(true));
  test.each(["", "card.number", "results.", "results..token", ".results"])("%j is none", (path) => {
    expect(isRedactedPath(path)).toBe(false);
  });

  test("hide exactly what they lead to", () => {
    const redaction = new Redaction([
      "context.card.number",
      "inputs.pay.*.iban",
      "results.*.token",
      "results.pay.list.*.pin",
    ]);
    expect(redaction.context({ card: { number: 1, name: 2 }, number: 3 })).toEqual({
      card: { number: R, name: 2 },
      number: 3,
    });
    expect(redaction.inputs("pay", [{ iban: 1, a: 2 }])).toEqual([{ iban: R, a: 2 }]);
    expect(redaction.inputs("ship", [{ iban: 1 }])).toEqual([{ iban: 1 }]);
    expect(redaction.results("ship", { token: 1, list: [{ pin: 2 }] })).toEqual({ token: R, list: [{ pin: 2 }] });
    expect(redaction.results("pay", { token: { a: 1 }, list: [{ pin: 2 }] })).toEqual({ token: R, list: [{ pin: R }] });
  });

  test.each([
    [["error"], { message: R, backtrace: R, details: R }],
    [["error.*"], { message: R, backtrace: R, details: R }],
    [["error.message"], { message: R, backtrace: "at", details: { pan: 1, a: 2 } }],
    [["error.details.pan"], { message: "no", backtrace: "at", details: { pan: R, a: 2 } }],
    [["context"], { message: "no", backtrace: "at", details: { pan: 1, a: 2 } }],
  ])("of errors: %j", (paths, expected) => {
    expect(new Redaction(paths).error({ message: "no", backtrace: "at", details: { pan: 1, a: 2 } })).toEqual(expected);
  });

  test("leave what is not there as it is", () => {
    const redaction = new Redaction(["error.*", "results.a.b.c"]);
    expect(redaction.error({ message: "", backtrace: "", details: null })).toMatchObject({ details: null });
    expect(redaction.results("a", "text")).toBe("text");
  });
});
