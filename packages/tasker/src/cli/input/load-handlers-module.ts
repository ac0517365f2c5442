import { stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { importNames, MODULE_ENDINGS } from "../../registries/discover.ts";
import { HandlersModuleError, UsageError } from "../errors.ts";

/** A module as `import()` gives it: exported names and values. */
export type HandlersModule = Readonly<Record<string, unknown>>;

/** Absolute path of the module that stands beside a template with its name, or null. */
export async function findModuleBeside(cwd: string, template: string): Promise<string | null> {
  const stem = stemOf(cwd, template);
  for (const ending of MODULE_ENDINGS) if (await isFile(stem + ending)) return stem + ending;
  return null;
}

function stemOf(cwd: string, template: string): string {
  const path = resolve(cwd, template);
  return join(dirname(path), basename(path, extname(path)));
}

/**
 * Absolute path of the module with a template's handlers: the one named, or the file beside the template with its name.
 * @throws UsageError if there is none
 */
export async function findHandlersModule(cwd: string, template: string, named: string | undefined): Promise<string> {
  if (named !== undefined) {
    const path = resolve(cwd, named);
    if (await isFile(path)) return path;
    throw new UsageError(`cannot read the handlers module '${named}': there is no such file`, { context: { named } });
  }
  const beside = await findModuleBeside(cwd, template);
  if (beside !== null) return beside;
  const looked = MODULE_ENDINGS.map((ending) => relative(cwd, stemOf(cwd, template) + ending)).join(", ");
  throw new UsageError(`no handlers for '${template}': looked for ${looked}; name the module with --handlers`, {
    context: { template },
  });
}

/**
 * Imports a module of handlers; Node strips the types of a TypeScript one.
 * @param path absolute
 * @throws HandlersModuleError if it cannot be loaded
 */
export async function importHandlersModule(cwd: string, path: string): Promise<HandlersModule> {
  const name = relative(cwd, path) || path;
  try {
    return await importNames(pathToFileURL(path).href);
  } catch (cause) {
    const hint =
      cause instanceof Error && "code" in cause && cause.code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? "; TypeScript modules need Node 22.18 or newer"
        : "";
    throw new HandlersModuleError(`the handlers module '${name}' cannot be loaded${hint}`, {
      context: { path },
      cause,
    });
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
