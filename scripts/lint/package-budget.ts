import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LockFile } from "./lock-file.ts";

/** What installing a package brings. */
export interface Footprint {
  /** Packages that are installed, the one asked for included. */
  readonly packages: readonly string[];
  readonly bytes: number;
}

/** Most that a user of the engine should have to install. */
export const BUDGET = { packages: 60, bytes: 60_000_000 } as const;

/**
 * Folders, relative to the root, of everything that a workspace package needs at run time, itself included.
 * Optional dependencies count: npm installs them unless it is told not to.
 */
export function findInstalledPackages(lock: LockFile, folder: string): string[] {
  const found = new Set<string>();
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const entry = lock.packages[path];
    if (entry === undefined || found.has(path)) continue;
    found.add(path);
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
      const dependency = findDependency(lock, path, name);
      if (dependency !== undefined) open.push(dependency);
    }
  }
  return [...found];
}

/** Looks for a dependency as Node does: beside the package, then in each folder above it. */
function findDependency(lock: LockFile, from: string, name: string): string | undefined {
  const segments = from.split("/");
  for (let length = segments.length; length >= 0; length -= 1) {
    const candidate = [...segments.slice(0, length), "node_modules", name].join("/");
    if (lock.packages[candidate] !== undefined) return candidate;
  }
  return undefined;
}

/** Measures what a user who installs the package in `folder` gets, by the lock and what is installed here. */
export function measureFootprint(root: string, lock: LockFile, folder: string): Footprint {
  const packages = findInstalledPackages(lock, folder);
  const shipped = ["bin", "dist", "help", "skeletons", "package.json"].map((path) => join(folder, path));
  const paths = [...packages.filter((path) => path !== folder), ...shipped];
  return { packages, bytes: paths.reduce((sum, path) => sum + bytesOf(join(root, path)), 0) };
}

function bytesOf(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0; // of another platform
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path)
    .filter((name) => name !== "node_modules") // its packages are counted by themselves
    .reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
