import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Peer } from "./peer.ts";

const Manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  overrides: z.record(z.string(), z.string()),
  python: z.record(z.string(), z.string()),
});

/** Where a system's packages are, or why they are not there. */
export type Installation =
  | { readonly directory: string; readonly versions: readonly string[] }
  | { readonly problem: string };

/** Directory of everything that is installed here. It is ignored by Git and may be removed. */
const INSTALLED = join(import.meta.dirname, ".installed");

/** Imports by name from the directory in which it lies. */
const LOADER = "export const load = (name) => import(name);\n";

/**
 * Installs the packages of a system from the configured registries into a directory of its own, unless they are there in
 * the versions of ./package.json. Runs npm on the Node that runs this.
 */
export function installPeer(peer: Pick<Peer, "name" | "packages" | "python">): Installation {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8")));
  const directory = join(INSTALLED, peer.name);
  const dependencies = select(manifest.dependencies, peer.packages);
  const python = select(manifest.python, peer.python ?? []);
  const wanted = JSON.stringify({ private: true, type: "module", dependencies, overrides: manifest.overrides, python });
  const versions = Object.entries({ ...dependencies, ...python }).map((entry) => entry.join(" "));
  // Written last: an installation that was interrupted is not there.
  const stamp = join(directory, "installed.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return { directory, versions };
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), wanted);
  writeFileSync(join(directory, "load.mjs"), LOADER);
  const problem = installNpm(directory, Object.keys(dependencies)) ?? installPython(directory, python);
  if (problem !== null) return { problem };
  writeFileSync(stamp, wanted);
  return { directory, versions };
}

function select(versions: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, versions[name] ?? ""]));
}

function installNpm(directory: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const args = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", `--prefix=${directory}`];
  const npm = process.env.npm_execpath;
  return npm === undefined ? run("npm", args, directory) : run(process.execPath, [npm, ...args], directory);
}

function installPython(directory: string, versions: Readonly<Record<string, string>>): string | null {
  const packages = Object.entries(versions).map(([name, version]) => `${name}==${version}`);
  if (packages.length === 0) return null;
  const target = join(directory, "python");
  return run("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", target, ...packages], directory);
}

/** @returns the first line of what went wrong, or null */
function run(command: string, args: readonly string[], cwd: string): string | null {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) return error.message;
  if (status === 0) return null;
  const lines = stderr.split("\n").filter((line) => /error|no module/i.test(line));
  return lines[0]?.trim() ?? `${command} ended with code ${status}`;
}
