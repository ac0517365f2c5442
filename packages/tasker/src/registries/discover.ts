import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Endings of modules, in the order in which they are looked for. */
export const MODULE_ENDINGS = [".ts", ".mts", ".js", ".mjs"] as const;
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
 * Imports the modules of a directory whose names match, in alphabetical order, and hands what each exports to `take`. One that fails does
 * not keep the others from being taken. A directory that does not exist has no modules.
 * @param take gives the names of what it has registered
 */
export async function discoverModules(
  directory: string,
  pattern: RegExp,
  take: (exported: readonly unknown[], file: string) => readonly string[],
): Promise<Discovery> {
  const registered: string[] = [];
  const failures: DiscoveryFailure[] = [];
  for (const file of await listModules(directory, pattern)) {
    try {
      registered.push(...take(await importValues(pathToFileURL(file).href), file));
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

/**
 * What a module exports by name. A default export adds its own names: the keys of an object (which is what a CommonJS module
 * exports), the name of a class or function.
 * @param specifier the URL of a file, or the name of a package
 */
export async function importNames(specifier: string): Promise<Readonly<Record<string, unknown>>> {
  const { default: main, ...named } = await importExports(specifier);
  if (typeof main === "function") return { [main.name]: main, default: main, ...named };
  return { ...(typeof main === "object" ? main : {}), ...named };
}

/** What a module exports under any name, each value once, and what is in an object that is its default export. */
export async function importValues(specifier: string): Promise<readonly unknown[]> {
  const exports = await importExports(specifier);
  const main = exports.default;
  return [
    ...new Set([...Object.values(exports), ...(typeof main === "object" && main !== null ? Object.values(main) : [])]),
  ];
}

async function importExports(specifier: string): Promise<Record<string, unknown>> {
  const module: unknown = await import(specifier);
  if (typeof module !== "object" || module === null) return {};
  // Newer releases of Node repeat the default export of a CommonJS module under the second name.
  const { "module.exports": _, ...exports }: Record<string, unknown> = { ...module };
  return exports;
}
