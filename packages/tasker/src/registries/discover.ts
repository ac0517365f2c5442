import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Endings of files that can be imported; declarations cannot. */
const MODULE = /(?<!\.d)\.(?:js|mjs|cjs|ts|mts|cts)$/;

/** A file of which something was wanted and that gave an error instead. */
export interface DiscoveryFailure {
  readonly file: string;
  readonly error: Error;
}

/** What a look through a directory gave. */
export interface Discovery {
  /** Names of what was registered, in the order of the files. */
  readonly registered: readonly string[];
  readonly failures: readonly DiscoveryFailure[];
}

/**
 * Imports the modules of a directory whose names match, in alphabetical order, and hands each to `take`. One that fails does
 * not keep the others from being taken. A directory that does not exist has no modules.
 * @param take gives the names of what it has registered
 */
export async function discoverModules(
  directory: string,
  pattern: RegExp,
  take: (module: Readonly<Record<string, unknown>>, file: string) => readonly string[],
): Promise<Discovery> {
  const registered: string[] = [];
  const failures: DiscoveryFailure[] = [];
  for (const file of await listModules(directory, pattern)) {
    try {
      registered.push(...take(await importModule(file), file));
    } catch (cause) {
      failures.push({ file, error: cause instanceof Error ? cause : new Error(String(cause)) });
    }
  }
  return { registered, failures };
}

async function listModules(directory: string, pattern: RegExp): Promise<string[]> {
  const path = resolve(directory);
  try {
    const names = await readdir(path);
    return names
      .filter((name) => MODULE.test(name) && pattern.test(name.replace(MODULE, "")))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  const module: unknown = await import(pathToFileURL(file).href);
  return typeof module === "object" && module !== null ? { ...module } : {};
}
