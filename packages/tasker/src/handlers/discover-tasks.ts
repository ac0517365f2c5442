import { readdir, stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidTemplateError } from "../errors/index.ts";
import { type DiscoveryFailure, importNames, importValues, MODULE_ENDINGS } from "../registries/discover.ts";
import { loadTemplateFile } from "../template-files/load-template.ts";
import type { ReadingOptions } from "../templates/parse-template.ts";
import { bindTemplate, type HandlerExports } from "./bind-template.ts";
import type { RemoteOptions } from "./remote-steps.ts";
import type { TaskTemplate } from "./task-template.ts";

/** Where templates and their code are, and how templates are read. */
export interface DiscoverOptions extends ReadingOptions, RemoteOptions {
  /** Directories that are searched, with those below them. One that does not exist is a failure. */
  readonly directories: readonly string[];
  /** Handlers that templates find besides those of the module beside them. Default: none. */
  readonly handlers?: HandlerExports | undefined;
}

/** What was found. */
export interface DiscoveredTasks {
  /** In the order of their files. */
  readonly templates: readonly TaskTemplate[];
  /** Files that could not be read, are no valid templates, or lack handlers. */
  readonly failures: readonly DiscoveryFailure[];
}

const TEMPLATE = /\.ya?ml$/;
const TASK_MODULE = /[-_.]task\.(?:js|mjs|cjs|ts|mts|cts)$/;

/**
 * Finds templates in directories: files that end in `.yaml` or `.yml`, with the handlers of the module beside each that has its
 * name, and modules whose names end in `task` (`order-task.ts`), which export templates made with `defineTask`. Every file is
 * tried; one that fails is listed with its error.
 */
export async function discoverTasks(options: DiscoverOptions): Promise<DiscoveredTasks> {
  const templates: TaskTemplate[] = [];
  const failures: DiscoveryFailure[] = [];
  const fail = (file: string, cause: unknown) =>
    failures.push({ file, error: cause instanceof Error ? cause : new Error(String(cause)) });
  for (const directory of options.directories) {
    const files = await listFiles(directory).catch((error: unknown) => {
      fail(directory, error);
      return [];
    });
    for (const file of files) {
      try {
        if (TEMPLATE.test(file)) templates.push(await loadTemplate(file, options));
        else if (TASK_MODULE.test(file)) templates.push(...(await importTemplates(file)));
      } catch (error) {
        fail(file, error);
      }
    }
  }
  return { templates, failures };
}

async function listFiles(directory: string): Promise<string[]> {
  const path = resolve(directory);
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.parentPath.split(/[\\/]/).includes("node_modules"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function loadTemplate(file: string, options: DiscoverOptions): Promise<TaskTemplate> {
  const definition = await loadTemplateFile(file, options);
  const stem = file.slice(0, -extname(file).length);
  let beside: Readonly<Record<string, unknown>> = {};
  for (const ending of MODULE_ENDINGS) {
    const path = `${stem}${ending}`;
    if (!(await isFile(path))) continue;
    beside = await importNames(pathToFileURL(path).href);
    break;
  }
  return bindTemplate(definition, { ...options.handlers, ...beside }, options);
}

async function importTemplates(file: string): Promise<TaskTemplate[]> {
  const exported = (await importValues(pathToFileURL(file).href)).filter(isTemplate);
  if (exported.length > 0) return exported;
  throw new InvalidTemplateError([
    { file, path: "", message: "found no template among the exports, expected one made with defineTask" },
  ]);
}

function isTemplate(value: unknown): value is TaskTemplate {
  return typeof value === "object" && value !== null && "definition" in value && "createStepHandler" in value;
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
