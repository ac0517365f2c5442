import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { OPTION_CATALOGUE } from "../../src/config/options/option-catalogue.ts";
import type { OptionFacts } from "../../src/config/options/option-facts.ts";
import { renderReference } from "../../src/config/options/render-reference.ts";
import { API_STEP_OPTIONS, FIXED_FIGURES } from "../../src/config/options/step-options.ts";
import { REFERENCE_BATCHES } from "../../src/constants/execution.ts";
import { ApiHandlerConfig } from "../../src/handlers/api/api-config.ts";

const PACKAGE = new URL("../..", import.meta.url).pathname;
const DOCS = new URL("../../../../docs/", import.meta.url).pathname;
const COMPATIBILITY = readFileSync(`${DOCS}compatibility.md`, "utf8");

/** All options, those of steps and figures that nobody can change among them. */
const ALL = new Map([...OPTION_CATALOGUE, ...[...Object.entries(API_STEP_OPTIONS), ...Object.entries(FIXED_FIGURES)]]);

const isProven = ([, { reader, test: proof, replacedBy }]: readonly [string, OptionFacts]) => {
  return replacedBy !== undefined || (reader !== undefined && proof !== undefined);
};

describe("every option of the configuration", () => {
  test("has a reader and a test, or something in its place", () => {
    expect([...ALL].filter((option) => !isProven(option))).toEqual([]);
  });

  test("is there: the reference has 112 in sections, seven of steps and three that are fixed", () => {
    expect([...ALL.values()].filter(({ own }) => own !== true)).toHaveLength(122);
    expect(Object.entries(API_STEP_OPTIONS).filter(([name]) => !(name in ApiHandlerConfig.shape))).toEqual([]);
    expect(REFERENCE_BATCHES).toMatchObject(
      Object.fromEntries(Object.entries(FIXED_FIGURES).map(([name, figure]) => [name, figure.default])),
    );
  });

  const readers = [...ALL].filter(([, { reader }]) => reader !== undefined);
  test.each(readers)("%s is read where the catalogue says, and tested there", (path, { reader, test: proof }) => {
    const key = new RegExp(`\\b${path.split(".").at(-1)}\\b`);
    expect(readFileSync(`${PACKAGE}src/${reader}`, "utf8")).toMatch(key);
    if (proof === undefined) return;
    const [file, name] = proof;
    const text = readFileSync(`${PACKAGE}test/${file}`, "utf8");
    expect(text).toContain(name);
    // That test goes through all options of its section, which it counts.
    if (name !== "the option %s changes the analysis") expect(text).toMatch(key);
  });

  const replaced = [...OPTION_CATALOGUE].filter(([, { replacedBy }]) => replacedBy !== undefined);
  test.each(replaced)("%s stands in the page on compatibility, with what replaced it", (path) => {
    expect(COMPATIBILITY).toContain(`\`${path}\``);
  });

  test("stands in the reference, which is up to date", () => {
    expect(readFileSync(`${DOCS}configuration-reference.md`, "utf8")).toBe(renderReference());
  });
});
