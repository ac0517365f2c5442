import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { flatten, readCommandTree } from "../../src/cli/completion/command-tree.ts";
import { cliReference } from "../../src/cli/help/cli-reference.ts";
import { Printer } from "../../src/cli/printer.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { CapturedIo } from "./support/captured-io.ts";

const io = new CapturedIo({ cwd: "/" });
const tree = readCommandTree(buildProgram({ io, printer: new Printer(io), argv: [], finish: () => {} }));
const commands = flatten(tree).filter(({ path, commands: below }) => path !== "" && below.length === 0);

/** Commands without `--json`, and why. */
const WITHOUT_JSON: Readonly<Record<string, string>> = {
  completion: "prints a script for a shell",
  "config schema": "prints JSON anyhow",
  help: "prints texts for people",
  mcp: "standard output is for the protocol",
};

describe("every command", () => {
  test("has --json, or a reason to have none", () => {
    const without = commands.filter(({ options }) => !options.some(({ names }) => names.includes("--json")));
    expect(without.map(({ path }) => path).sort()).toEqual(Object.keys(WITHOUT_JSON).sort());
  });

  test.each(commands.map(({ path, examples }) => ({ path, examples })))("$path shows an example of itself", ({
    path,
    examples,
  }) => {
    expect(examples.filter((example) => example.startsWith(`tasker ${path}`))).not.toEqual([]);
  });

  test("describes itself, its options and what each option of the same name is about, in one line", () => {
    for (const { description, options } of commands) {
      expect(description).toMatch(/^[^\n]+[^.\n]$/);
      for (const option of options) expect(option.description).toMatch(/^[^\n]+$/);
    }
  });
});

test("docs/cli.md is what 'npm run cli-reference' writes", () => {
  expect(readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8")).toBe(cliReference(tree));
});
