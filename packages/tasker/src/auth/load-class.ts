import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError } from "../errors/index.ts";
import { hintAt } from "../text/nearest-name.ts";

/** Where classes that a configuration names are found. */
export interface ClassSource {
  /** Classes that the program registers, by name. */
  readonly classes: ReadonlyMap<string, unknown>;
  /** Directory from which paths of modules start. */
  readonly directory: string;
}

/**
 * The class that a configuration names: one that the program registers, or an export of a module, `./auth.js#Staff`; without `#`
 * its default export.
 * @throws ConfigurationError if there is none
 */
export async function loadClass(option: string, name: string, { classes, directory }: ClassSource): Promise<unknown> {
  const registered = classes.get(name);
  if (registered !== undefined) return registered;
  if (!/^\.{0,2}\//.test(name)) {
    const hint = hintAt(name, [...classes.keys()], "names");
    throw refusal(
      option,
      name,
      `a name that is known, or the path of a module${hint === undefined ? "" : ` (${hint})`}`,
    );
  }
  const [path = "", exported = "default"] = name.split("#");
  const found: unknown = await import(pathToFileURL(resolve(directory, path)).href).catch((cause: unknown) => {
    throw refusal(option, name, "the path of a module that can be imported", cause);
  });
  const value = typeof found === "object" && found !== null ? Reflect.get(found, exported) : undefined;
  if (value === undefined) throw refusal(option, name, `a module that exports ${exported}`);
  return value;
}

/** Whether a value is a class or a function that can make something. */
export function isClass(value: unknown): value is new (...options: readonly unknown[]) => unknown {
  return typeof value === "function" && typeof value.prototype === "object";
}

/** The refusal of the value of an option. */
export function refusal(option: string, value: unknown, expected: string, cause?: unknown): ConfigurationError {
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return new ConfigurationError(`${option} is ${shown}, expected ${expected}`, {
    context: { option, value, expected },
    cause,
  });
}
