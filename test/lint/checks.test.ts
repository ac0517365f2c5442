import { describe, expect, test } from "vitest";
import { findMissingDocstrings } from "../../scripts/lint/docstrings.ts";
import { findForeignText } from "../../scripts/lint/foreign-text.ts";
import { findLockProblems, LockFile } from "../../scripts/lint/lock-file.ts";
import { findInstalledPackages } from "../../scripts/lint/package-budget.ts";

describe("docstrings", () => {
  const missing = (text: string) => findMissingDocstrings("a.d.ts", text).map(({ line, message }) => [line, message]);

  test("are wanted on every exported declaration", () => {
    expect(
      missing("export declare const a: 1;\n/** B. */\nexport interface B {\n}\nexport declare class C {\n}"),
    ).toEqual([
      [1, "the export a has no docstring"],
      [5, "the export C has no docstring"],
    ]);
  });

  test("are wanted once for overloads and for a type named like its schema", () => {
    expect(missing("/** F. */\nexport declare function f(a: 1): 1;\nexport declare function f(a: 2): 2;")).toEqual([]);
    expect(missing("/** S. */\nexport declare const S: 1;\nexport type S = 1;")).toEqual([]);
  });

  test("are not wanted on lists of re-exports and on what stays inside", () => {
    expect(missing('export { a } from "./a.ts";\nexport * from "./b.ts";\ndeclare const c: 1;\nexport {};')).toEqual(
      [],
    );
  });
});

describe("foreign text", () => {
  const find = (text: string) => findForeignText([{ path: "a.md", text }]).map(({ line, message }) => [line, message]);

  test.each([
    ["an emoji", "fine\n\u{1f680} launch", 2],
    ["a sign made an emoji", "\u2714\uFE0F", 1],
    ["a machine's path", `see ${["", "root", "notes"].join("/")}`, 1],
    ["a registry's address", `https://${"registry"}.example.com/left-pad`, 1],
    ["a conflict marker", `a\nb\n${"<".repeat(7)} HEAD`, 3],
  ])("is found: %s", (_name, text, line) => {
    expect(find(text).map(([found]) => found)).toEqual([line]);
  });

  test("is not: signs, paths of the repository, ordinary addresses", () => {
    expect(
      find("\u2713 \u2192 \u00a9 packages/work/a ./root/a https://docs.npmjs.com/cli https://example.com/root/a"),
    ).toEqual([]);
  });
});

describe("the lock file", () => {
  const lock = (entry: object) => LockFile.parse({ lockfileVersion: 3, packages: { "node_modules/a": entry } });

  test("pins by version and checksum", () => {
    expect(findLockProblems("l", lock({ version: "1.0.0", integrity: "sha512-a" }))).toEqual([]);
    expect(findLockProblems("l", lock({ resolved: "packages/a", link: true }))).toEqual([]);
  });

  test("holds no download address and no package without a checksum", () => {
    const messages = (entry: object) => findLockProblems("l", lock(entry)).map(({ message }) => message);
    expect(messages({ version: "1.0.0", integrity: "sha512-a", resolved: "https://example.com/a.tgz" })).toEqual([
      expect.stringContaining("download address"),
    ]);
    expect(messages({ version: "1.0.0" })).toEqual([expect.stringContaining("no checksum")]);
  });
});

test("the budget counts what a package brings, nested versions and options included, and nothing of development", () => {
  const lock = LockFile.parse({
    lockfileVersion: 3,
    packages: {
      "": { dependencies: { dev: "1" } },
      "packages/a": { dependencies: { b: "1" }, optionalDependencies: { c: "1" } },
      "node_modules/b": { dependencies: { c: "2" } },
      "node_modules/b/node_modules/c": {},
      "node_modules/c": { dependencies: { b: "1" } },
      "node_modules/dev": {},
    },
  });
  expect(findInstalledPackages(lock, "packages/a").toSorted()).toEqual([
    "node_modules/b",
    "node_modules/b/node_modules/c",
    "node_modules/c",
    "packages/a",
  ]);
});
