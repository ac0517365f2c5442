import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findUndocumentedExports } from "./lint/docstrings.ts";
import { findForeignText } from "./lint/foreign-text.ts";
import { findImportProblems } from "./lint/import-direction.ts";
import { findLockProblems, LockFile } from "./lint/lock-file.ts";
import { BUDGET, measureFootprint } from "./lint/package-budget.ts";
import type { Problem } from "./lint/problem.ts";
import { readTrackedFiles } from "./lint/tracked-files.ts";

// All static checks of the repository, which must have been built. Each runs even if one before it has failed.

const root = join(import.meta.dirname, "..");
const files = readTrackedFiles(root);
const lock = LockFile.parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));

/** Runs a tool of node_modules/.bin, showing what it prints. */
function run(tool: string, ...args: readonly string[]): boolean {
  const command = join(root, "node_modules", ".bin", process.platform === "win32" ? `${tool}.cmd` : tool);
  return spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" }).status === 0;
}

function report(problems: readonly Problem[]): boolean {
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`);
  return problems.length === 0;
}

function checkBudget(): boolean {
  const { packages, bytes } = measureFootprint(root, lock, "packages/tasker");
  console.log(`installing tasker brings ${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB`);
  if (packages.length <= BUDGET.packages && bytes <= BUDGET.bytes) return true;
  console.error(`more than the budget of ${BUDGET.packages} packages and ${BUDGET.bytes / 1e6} MB`);
  return false;
}

const checks: Readonly<Record<string, () => boolean>> = {
  "format and code rules": () => run("biome", "check", "--error-on-warnings"),
  types: () => run("tsc", "-p", "tsconfig.check.json"),
  "import direction": () => report(findImportProblems(files)),
  docstrings: () => report(findUndocumentedExports(root, "packages/tasker")),
  "foreign text": () => report(findForeignText(files)),
  "lock file": () => report(findLockProblems("package-lock.json", lock)),
  "unused code": () => run("knip", "--no-progress"),
  "published package": () => run("publint", "run", "packages/tasker", "--strict"),
  "package budget": checkBudget,
};

const failed = Object.entries(checks).filter(([name, check]) => {
  const start = performance.now();
  const passed = check();
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return !passed;
});
process.exitCode = failed.length === 0 ? 0 : 1;
