import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WorkDirectory } from "./work-directory.ts";

const ROOT = fileURLToPath(new URL("../../../../..", import.meta.url));
const NODE_MODULES = join(ROOT, "node_modules");

/** As strict as TypeScript can be asked to be. */
const TSCONFIG = {
  compilerOptions: {
    target: "es2024",
    module: "nodenext",
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    exactOptionalPropertyTypes: true,
    noPropertyAccessFromIndexSignature: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  },
};

/** A new project of a user that has installed this package (as it was built) and TypeScript. */
export function createTypescriptProject(): WorkDirectory {
  const directory = new WorkDirectory({
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify(TSCONFIG),
  });
  symlinkSync(NODE_MODULES, join(directory.path, "node_modules"));
  return directory;
}

/** What a program came to in a project. */
export interface ProgramOutcome {
  readonly code: number | null;
  readonly output: string;
}

/** Compiles a project. */
export function compile({ path }: WorkDirectory): ProgramOutcome {
  return run(path, join(NODE_MODULES, ".bin/tsc"), ["-p", "."]);
}

/** Checks format and rules of the code below directories of a project, by those of this repository. */
export function lint(project: WorkDirectory, directories: readonly string[]): ProgramOutcome {
  const rules = JSON.parse(readFileSync(join(ROOT, "biome.json"), "utf8"));
  const plugins = [join(ROOT, "scripts/lint/no-double-assertion.grit")];
  // Payloads that tests of subscribers publish stand in one line each, however long.
  const overrides = [{ includes: ["subscribers/**/*.test.ts"], formatter: { enabled: false } }];
  project.write("biome.json", JSON.stringify({ ...rules, vcs: { enabled: false }, plugins, overrides }));
  return run(project.path, join(NODE_MODULES, ".bin/biome"), ["check", "--reporter=summary", ...directories]);
}

/** Runs the tests of a project below directories with Node's own test runner. */
export function runNodeTests({ path }: WorkDirectory, ...directories: readonly string[]): ProgramOutcome {
  return run(path, process.execPath, [
    "--test",
    "--test-isolation=none",
    "--test-reporter=tap",
    ...directories.map((directory) => `${directory}/**/*.test.ts`),
  ]);
}

function run(cwd: string, program: string, args: readonly string[]): ProgramOutcome {
  // Node's test runner tells its children by a variable that they are such; ours is not one of them.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  return { code: status, output: `${stdout}${stderr}` };
}
