import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern, matchesGlob } from "../../../src/events/bus/pattern.ts";

describe("a pattern of events", () => {
  test.each([
    ["step.*", "step.completed", true],
    ["step.*", "step.mail.sent", false],
    ["step.*", "steps.completed", false],
    ["step.*", "step.", false],
    ["order.**", "order.mail.sent", true],
    ["order.**", "order", false],
    ["*.completed", "task.completed", true],
    ["*.completed", "observability.task.completed", false],
    ["**.completed", "observability.task.completed", true],
    ["*", "observability.task.enqueue", true],
    ["order.(paid)*", "order.(paid)twice", true],
  ])("%s and %s: %s", (glob, name, expected) => expect(matchesGlob(glob, name)).toBe(expected));

  test("that is a list means each of its members", () => {
    const { matchesName } = compilePattern(["task.completed", "order.*"]);
    expect(["task.completed", "order.paid", "task.failed"].map(matchesName)).toEqual([true, true, false]);
  });

  test.each([
    [
      ["*", "!workflow.*", "!step.completed"],
      [true, false, false, true],
    ],
    [["!workflow.*"], [true, false, true, true]],
    [
      ["step.*", "!step.completed"],
      [false, false, false, true],
    ],
  ])("that is the list %j leaves out what stands after an exclamation mark", (patterns, expected) => {
    const { matchesName } = compilePattern(patterns);
    expect(["task.completed", "workflow.no_viable_steps", "step.completed", "step.failed"].map(matchesName)).toEqual(
      expected,
    );
  });

  test.each([[["!"]], [["task.completed", "!"]]])("that is the list %j is refused", (patterns) => {
    expect(() => compilePattern(patterns)).toThrow(/expected a name, a pattern or a list of them/);
  });

  /** By the definition: one part or any characters, at least one each. */
  function fits(glob: string, name: string): boolean {
    if (glob === "") return name === "";
    if (!glob.startsWith("*")) return glob[0] === name[0] && fits(glob.slice(1), name.slice(1));
    const stars = /^\*+/.exec(glob)?.[0].length ?? 1;
    for (let length = 1; length <= name.length; length++) {
      if (stars === 1 && name[length - 1] === ".") return false;
      if (fits(glob.slice(stars), name.slice(length))) return true;
    }
    return false;
  }

  test("means what its definition says, for any glob and name", () => {
    const letters = fc
      .array(fc.constantFrom("a", "b", ".", "*", "**", "+"), { maxLength: 8 })
      .map((parts) => parts.join(""));
    const names = fc.array(fc.constantFrom("a", "b", ".", "+"), { maxLength: 10 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(letters, names, (glob, name) => {
        fc.pre(glob !== "*" && glob !== "**");
        expect(matchesGlob(glob, name)).toBe(fits(glob, name));
      }),
      { numRuns: 2_000 },
    );
  });
});
