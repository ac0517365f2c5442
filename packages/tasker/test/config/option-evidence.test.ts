import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { OPTION_CATALOGUE } from "../../src/config/options/option-catalogue.ts";
import { renderReference } from "../../src/config/options/render-reference.ts";

const PACKAGE = new URL("../..", import.meta.url).pathname;
const DOCS = new URL("../../../../docs/", import.meta.url).pathname;
const COMPATIBILITY = readFileSync(`${DOCS}compatibility.md`, "utf8");

const isProven = (path: string) => {
  const { reader, test: proof, replacedBy } = OPTION_CATALOGUE.get(path) ?? {};
  return replacedBy !== undefined || (reader !== undefined && proof !== undefined);
};

describe("every option of the configuration", () => {
  test("has a reader and a test, or something in its place", () => {
    expect([...OPTION_CATALOGUE.keys()].filter((path) => !isProven(path))).toEqual([]);
  });

  const readers = [...OPTION_CATALOGUE].filter(([, { reader }]) => reader !== undefined);
  test.each(readers)("%s is read where the catalogue says, and tested there", (path, { reader, test: proof }) => {
    expect(existsSync(`${PACKAGE}src/${reader}`)).toBe(true);
    if (proof === undefined) return;
    const [file, name] = proof;
    const text = readFileSync(`${PACKAGE}test/${file}`, "utf8");
    expect(text).toContain(name);
    // Such tests name each of their options, one by one.
    if (name.startsWith("goes by")) expect(text).toContain(path.split(".").at(-1));
  });

  const replaced = [...OPTION_CATALOGUE].filter(([, { replacedBy }]) => replacedBy !== undefined);
  test.each(replaced)("%s stands in the page on compatibility, with what replaced it", (path) => {
    expect(COMPATIBILITY).toContain(`\`${path}\``);
  });

  test("stands in the reference, which is up to date", () => {
    expect(readFileSync(`${DOCS}configuration-reference.md`, "utf8")).toBe(renderReference());
  });
});
