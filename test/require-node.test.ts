import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ROOT, readFromRoot } from "./support/repository.ts";

const directory = mkdtempSync(join(tmpdir(), "tasker-node-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a script as if by another Node: only `process.versions.node` tells it apart. */
function runAs(version: string, script: string) {
  const preload = join(directory, `node-${version}.mjs`);
  writeFileSync(preload, `Object.defineProperty(process.versions, "node", { value: "${version}" });`);
  return spawnSync(process.execPath, ["--import", preload, script], { encoding: "utf8" });
}

describe.each([
  { script: "scripts/require-node.mjs", tooOld: ["18.20.0", "20.20.2", "22.17.1"], enough: ["22.18.0", "26.0.0"] },
  { script: "packages/tasker/bin/tasker.js", tooOld: ["20.20.2", "22.18.0"], enough: ["22.19.0", "24.0.0"] },
])("$script", ({ script, tooOld, enough }) => {
  // Beside nothing that it could import: whatever it does, it does by itself.
  const alone = join(directory, `${script.replaceAll("/", "-")}.mjs`);
  copyFileSync(join(ROOT, script), alone);

  test.each(tooOld)("refuses Node %s in one line that says how to mend it", (version) => {
    const { status, stdout, stderr } = runAs(version, alone);
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^.*\n$/);
    expect(stderr).toContain(version);
    expect(stderr).toContain("--ignore-scripts");
  });

  test.each(enough)("accepts Node %s", (version) => {
    expect(runAs(version, alone).stderr).not.toContain(version);
  });

  test("imports nothing before it has looked", () => {
    expect(readFromRoot(script)).not.toMatch(/^import /m);
  });
});

test("scripts run on the Node that the repository pins", () => {
  const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(readFromRoot("package.json"));
  const pinned = devDependencies.node;
  expect(readFromRoot(".node-version").trim()).toBe(pinned);
  expect(readFromRoot(".nvmrc").trim()).toBe(pinned);
  const node = join(ROOT, "node_modules/.bin/node");
  expect(execFileSync(node, ["--version"], { encoding: "utf8" }).trim()).toBe(`v${pinned}`);
});
