import { describe, expect, test } from "vitest";
import { findImportProblems } from "../../scripts/lint/import-direction.ts";

const SOURCE = "packages/tasker/src";

function judge(path: string, text: string): string[] {
  return findImportProblems([{ path, text }]).map(({ line, message }) => `${line}: ${message}`);
}

describe("imports of the engine", () => {
  test.each([
    [`${SOURCE}/engine/claim.ts`, 'import type { Database } from "../database/database.ts";'],
    [`${SOURCE}/database/load.ts`, 'import { parse } from "../templates/parse.ts";\nimport pg from "pg";'],
    [`${SOURCE}/graph/topology.ts`, 'import { TaskerError } from "../errors/index.ts";'],
    [`${SOURCE}/templates/schema.ts`, 'import Ajv from "ajv/dist/2020.js";'],
    [`${SOURCE}/cli/version.ts`, 'import { VERSION } from "../version.ts";'],
    [`${SOURCE}/index.ts`, 'export { Engine } from "./engine/engine.ts";'],
    [`${SOURCE}/graph/doc.ts`, '/**\n * @example\nimport { a } from "node:fs";\n */\nexport const a = 1;'],
    [`${SOURCE}/graph/text.ts`, 'throw new Error(`cannot move from "node:fs"`);'],
    ["packages/tasker/test/graph/topology.test.ts", 'import { a } from "../../src/graph/topology.ts";'],
    ["examples/shop/main.ts", 'import { Engine } from "tasker";\nimport { a } from "./src/a.ts";'],
  ])("%s may hold %s", (path, text) => {
    expect(judge(path, text)).toEqual([]);
  });

  test.each([
    [`${SOURCE}/database/load.ts`, 'import { a } from "../engine/a.ts";', "1: database/ may not import engine/"],
    [`${SOURCE}/events/bus.ts`, 'import { a } from "../handlers/a.ts";', "1: events/ may not import handlers/"],
    [`${SOURCE}/graph/a.ts`, '\n\nimport fs from "node:fs";', "3: graph/ also runs in a browser"],
    [`${SOURCE}/templates/a.ts`, 'const pg = await import("pg");', "1: templates/ also runs in a browser"],
    [`${SOURCE}/retry/a.ts`, 'import {\n  b,\n} from "../templates/b.ts";', "1: retry/ may not import templates/"],
    [`${SOURCE}/version.ts`, 'export { a } from "./engine/a.ts";', "1: src/ may not import engine/"],
    [`${SOURCE}/cli/a.ts`, 'import { Engine } from "../index.ts";', "1: may not import index.ts"],
    [`${SOURCE}/queues/a.ts`, 'import { a } from "../graph/a.ts";', "1: queues/ is not in the table of layers"],
    ["examples/shop/main.ts", 'import { a } from "../../packages/tasker/src/a.ts";', "1: imports ../../packages"],
  ])("%s may not hold %s", (path, text, message) => {
    expect(judge(path, text).join("\n")).toContain(message);
  });
});
