import { posix } from "node:path";
import { lineAt, type Problem } from "./problem.ts";
import type { TrackedFile } from "./tracked-files.ts";

/** Stands for the files that lie directly in src, such as the version. `index.ts`, the sum of the layers, is not one. */
const TOP = "src";

/** Folders every layer may use. They may use each other. */
const BASE = [TOP, "clock", "constants", "errors", "graph", "json", "retry", "states", "text"];

/** What the engine stands on. */
const BELOW_ENGINE = [
  ...BASE,
  "config",
  "templates",
  "template-files",
  "database",
  "models",
  "actions",
  "events",
  "registries",
  "handlers",
  "correlation",
  "event-routing",
  "tracing",
  "secrets",
  "vault",
];
/** What may use the engine and everything below it. */
const ABOVE_ENGINE = [...BELOW_ENGINE, "diagram", "engine", "event-log"];

/** What the server brings together. */
const ABOVE_SERVER = [
  ...ABOVE_ENGINE,
  "analysis",
  "api",
  "auth",
  "cache",
  "checker",
  "graphql",
  "health",
  "live",
  "openapi",
  "reading",
  "settings",
  "subscribers",
  "telemetry",
];

/** For each folder of the engine's source: the other folders it may import. What is missing here is refused. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(BASE.map((folder) => [folder, BASE])),
  config: [...BASE, "secrets"],
  cache: [...BASE, "config", "database"],
  correlation: BASE,
  diagram: BASE,
  "event-routing": [...BASE, "events"],
  templates: [...BASE, "secrets"],
  secrets: BASE,
  vault: [...BASE, "database", "secrets"],
  tracing: [...BASE, "config", "event-routing"],
  "template-files": [...BASE, "templates"],
  database: [...BASE, "templates"],
  models: [...BASE, "diagram", "templates", "database"],
  actions: [...BASE, "database", "events"],
  analysis: [...BASE, "config", "database", "models", "templates", "cache"],
  events: BASE,
  "event-log": [...BASE, "config", "correlation", "database", "events"],
  live: [...BASE, "database", "events", "event-log"],
  registries: [...BASE, "templates", "events"],
  handlers: [...BASE, "config", "templates", "template-files", "database", "events", "registries", "secrets", "vault"],
  engine: BELOW_ENGINE,
  "log-lines": [...BASE, "config", "events", "event-routing"],
  subscribers: [
    ...BASE,
    "config",
    "templates",
    "template-files",
    "database",
    "events",
    "event-log",
    "registries",
    "handlers",
    "log-lines",
  ],
  auth: [...BASE, "actions", "config", "database", "registries"],
  telemetry: [...ABOVE_ENGINE, "cache", "log-lines", "subscribers"],
  health: [...ABOVE_ENGINE, "cache", "telemetry"],
  checker: ABOVE_ENGINE,
  reading: [...BASE, "database", "models", "secrets", "templates", "vault"],
  cli: [...ABOVE_SERVER, "client", "mcp", "server"],
  settings: [...ABOVE_ENGINE, "auth", "cache", "health"],
  graphql: [...ABOVE_ENGINE, "auth", "live", "reading"],
  testing: ABOVE_ENGINE,
  api: BASE,
  client: [...BASE, "api"],
  openapi: [...BASE, "api"],
  mcp: [...BASE, "api", "client"],
  server: ABOVE_SERVER,
};

/** Folders that also run in a browser: no module of Node, and of packages only those named. */
const PACKAGES_OF_PURE_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(BASE.map((folder) => [folder, []])),
  api: ["zod"],
  client: ["zod"],
  openapi: ["zod"],
  config: ["zod"],
  diagram: [],
  "event-routing": ["zod"],
  events: ["zod"],
  secrets: [],
  templates: ["@noble/hashes", "ajv", "ajv-draft-04", "ajv-formats", "yaml", "zod"],
};

const SOURCE = "packages/tasker/src/";
const SPECIFIER = /^(?:import|export)\s(?:[^;"']*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

/** Finds imports that point upwards between the layers, out of their package, or from a pure folder to Node. */
export function findImportProblems(files: readonly TrackedFile[]): Problem[] {
  return files
    .filter(({ path }) => /\.(ts|tsx|js|mjs)$/.test(path))
    .flatMap(({ path, text }) =>
      [...withoutComments(text).matchAll(SPECIFIER)].flatMap((match) => {
        const message = judgeImport(path, match[1] ?? match[2] ?? "");
        return message === null ? [] : [{ file: path, line: lineAt(text, match.index), message }];
      }),
    );
}

/** Blanks comments, keeping line breaks, so that code in a docstring is not taken for code. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
}

function judgeImport(path: string, specifier: string): string | null {
  const target = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : null;
  if (target !== null && packageOf(target) !== packageOf(path) && isPackageSource(path)) {
    return `imports ${specifier}, which is another package's file: import the package by its name`;
  }
  if (!path.startsWith(SOURCE)) return null;
  const folder = folderOf(path);
  return target === null ? judgePackage(folder, specifier) : judgeFolder(folder, folderOf(target));
}

function judgeFolder(from: string | null, to: string | null): string | null {
  if (from === null || from === to) return null;
  if (to === null) return "may not import index.ts, which stands above all layers";
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) return `${from}/ is not in the table of layers of scripts/lint/import-direction.ts`;
  return allowed.includes(to) ? null : `${from}/ may not import ${to}/`;
}

function judgePackage(from: string | null, specifier: string): string | null {
  const allowed = from === null ? undefined : PACKAGES_OF_PURE_FOLDERS[from];
  if (allowed === undefined || allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) {
    return null;
  }
  return `${from}/ also runs in a browser and may not import ${specifier}`;
}

/** Folder below src, or null for `index.ts`. */
function folderOf(path: string): string | null {
  const [first = "", ...rest] = path.slice(SOURCE.length).split("/");
  if (rest.length > 0) return first;
  return first === "index.ts" ? null : TOP;
}

function packageOf(path: string): string {
  return /^(?:packages|examples)\/[^/]+\/|^bench\//.exec(path)?.[0] ?? "";
}

/** What is shipped or shown: tests and benchmarks may look behind the scenes. */
function isPackageSource(path: string): boolean {
  return /^(?:packages|examples)\/[^/]+\/(?!test\/)/.test(path);
}
