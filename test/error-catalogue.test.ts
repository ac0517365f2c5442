import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, readFromRoot } from "./support/repository.ts";

/** An error class with its code, as source or document give it. */
type Entry = readonly [className: string, code: string];

const SOURCE = "packages/tasker/src";

function findErrorClasses(): Entry[] {
  return readdirSync(join(ROOT, SOURCE), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [
      ...readFromRoot(join(SOURCE, path)).matchAll(
        /^export class (\w+) extends \w*Error \{\n\s*(?:override )?readonly code[^=\n]*= "(\w+)";/gm,
      ),
    ])
    .map(([, className = "", code = ""]) => [className, code] as const);
}

function findDocumentedErrors(): Entry[] {
  const rows = readFromRoot("docs/errors.md").matchAll(/^\| `(\w+)` \| `(\w+)` \| (.+) \| (.+) \|$/gm);
  return [...rows].map(([, className = "", code = ""]) => [className, code] as const);
}

describe("docs/errors.md", () => {
  test("lists every error class of the source with its code, and no other", () => {
    expect(findDocumentedErrors().toSorted()).toEqual(findErrorClasses().toSorted());
  });

  test("knows every class that extends an error of the family", () => {
    const names = findErrorClasses().map(([className]) => className);
    const index = readFromRoot(`${SOURCE}/errors/index.ts`);
    const exported = [...index.matchAll(/\b(?<!type )([A-Z]\w*Error)\b/g)].map(([, name = ""]) => name);
    expect(exported.filter((name) => name !== "TaskerError" && !names.includes(name))).toEqual([]);
  });

  test("gives each code to one class", () => {
    const codes = findDocumentedErrors().map(([, code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
