import { expect, test } from "vitest";
import { applyEdit } from "../../scripts/broken-rules/rule.ts";
import { RULES } from "../../scripts/broken-rules/rules.ts";
import { rulesTable } from "../../scripts/broken-rules/table.ts";
import { readFromRoot } from "../support/repository.ts";

// What scripts/broken-rules says of the sources. Whoever changes them brings the breaks along: `npm run break-rules` shows that
// the tests still notice, and `npm run break-rules -- --table` prints the table.

const breaks = RULES.flatMap(({ number, breaks }) => breaks.map((one) => ({ number, ...one })));

test("every rule is there once and can be broken", () => {
  expect(RULES.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
  expect(RULES.filter((rule) => rule.breaks.length === 0)).toEqual([]);
});

test.each(breaks)("rule $number, broken by $by: every text is there exactly once, and so is the test", (broken) => {
  const sources = new Map<string, string>();
  for (const edit of broken.edits) {
    const before = sources.get(edit.file) ?? readFromRoot(edit.file);
    const after = applyEdit(before, edit);
    expect(after).not.toBe(before);
    sources.set(edit.file, after);
  }
  const { file, name } = broken.test;
  const tests = readFromRoot(file);
  expect([`"${name}"`, `'${name}'`, `\`${name}\``].some((quoted) => tests.includes(quoted))).toBe(true);
});

test("docs/interleavings.md has the table of the rules", () => {
  expect(readFromRoot("docs/interleavings.md")).toContain(`\n${rulesTable(RULES)}\n`);
});
