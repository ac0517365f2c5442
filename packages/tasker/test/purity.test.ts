import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, test } from "vitest";

/** Folders that must also run in a browser. */
const PURE_FOLDERS = [
  "clock",
  "config",
  "constants",
  "diagram",
  "errors",
  "event-routing",
  "events",
  "graph",
  "json",
  "retry",
  "secrets",
  "states",
  "text",
  "templates",
];
/** What those may be built upon, besides each other. */
const PURE_PACKAGES = ["@noble/hashes", "ajv", "ajv-draft-04", "ajv-formats", "yaml", "zod"];

const SOURCE = new URL("../src", import.meta.url).pathname;

const TEMPLATE = `
name: order
namespace_name: shop
schema: {type: object, required: [id], properties: {id: {type: string, format: uuid}, count: {type: integer, default: 1}}}
step_templates:
  - {name: fetch, handler_class: Fetch}
  - {name: store, handler_class: Store, depends_on_step: fetch}
environments:
  test: {step_templates: [{name: store, default_retry_limit: 9}]}
`;

/** What the bundle of the pure folders is asked to do, inside it. */
const ENTRY = `
import { compileContextValidator } from "${SOURCE}/templates/validate-context.ts";
import { definitionFromDocument, definitionToDocument } from "${SOURCE}/templates/definition-document.ts";
import { hashDefinition } from "${SOURCE}/templates/definition-hash.ts";
import { parseTemplate } from "${SOURCE}/templates/parse-template.ts";

export function exercise(template) {
  const definition = parseTemplate(template, { environment: "test" });
  const stored = JSON.parse(JSON.stringify(definitionToDocument(definition)));
  let refusal = null;
  try {
    parseTemplate("name: order\\nversion: 1\\n", { file: "order.yaml" });
  } catch (error) {
    refusal = error.issues;
  }
  return JSON.stringify({
    steps: definition.steps.map((step) => [step.name, step.retryLimit]),
    context: compileContextValidator(definition.contextSchema)({ id: "4f5f0aa4-6e0c-4bd0-9b68-2a3c1f1c8f10" }),
    sameHash: hashDefinition(definitionFromDocument(stored)) === hashDefinition(definition),
    refusal,
  });
}
`;

function sourceFilesIn(folder: string): string[] {
  return readdirSync(join(SOURCE, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(folder, file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  const specifiers = text.matchAll(
    /^(?:import|export)\s(?:[^;"']*?\sfrom\s)?["']([^"']+)["'];|\bimport\(\s*["']([^"']+)["']/gm,
  );
  return [...specifiers].map(([, named, dynamic]) => named ?? dynamic ?? "");
}

describe("the pure folders", () => {
  test.each(PURE_FOLDERS)("%s imports no Node module, no other package, and only pure folders", (folder) => {
    const files = sourceFilesIn(folder);
    expect(files.length).toBeGreaterThan(0);
    const impure = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !isPureImport(file, specifier))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(impure).toEqual([]);
  });

  test("reading a source's imports finds those of Node", () => {
    expect(importsOf("template-files/read-text.ts")).toContain("node:fs/promises");
    expect(isPureImport("templates/a.ts", "node:fs/promises")).toBe(false);
    expect(isPureImport("templates/a.ts", "fs")).toBe(false);
    expect(isPureImport("templates/a.ts", "pg")).toBe(false);
    expect(isPureImport("templates/a.ts", "../database/database.ts")).toBe(false);
  });
});

function isPureImport(file: string, specifier: string): boolean {
  if (specifier.startsWith(".")) {
    const target = join(file, "..", specifier);
    return target === "version.ts" || PURE_FOLDERS.some((folder) => target.startsWith(`${folder}/`));
  }
  return !isBuiltin(specifier) && PURE_PACKAGES.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

interface BrowserBundle {
  readonly code: string;
  /** Modules of Node that the bundler had to replace by nothing. */
  readonly nodeModules: readonly string[];
}

/** Bundles a source for browsers into one script that puts its exports into the variable `pure`. */
async function bundleForBrowser(source: string): Promise<BrowserBundle> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "entry",
        enforce: "pre",
        resolveId: (id) => (id.endsWith("virtual:entry") ? "\0entry" : null),
        load: (id) => (id === "\0entry" ? source : null),
      },
    ],
    build: { write: false, minify: false, lib: { entry: "virtual:entry", formats: ["iife"], name: "pure" } },
  });
  const outputs = (Array.isArray(result) ? result : [result]).filter(
    (part): part is Rolldown.RolldownOutput => "output" in part,
  );
  const chunks = outputs.flatMap(({ output }) => output).filter((part) => part.type === "chunk");
  const modules = chunks.flatMap((chunk) => [...chunk.imports, ...chunk.moduleIds]);
  return {
    code: chunks.map((chunk) => chunk.code).join("\n"),
    nodeModules: modules.filter((id) => id.includes("__vite-browser-external") || isBuiltin(id)),
  };
}

describe("a bundle for browsers", () => {
  let bundle: BrowserBundle = { code: "", nodeModules: [] };

  beforeAll(async () => {
    const files = PURE_FOLDERS.flatMap(sourceFilesIn);
    const entries = files.map(
      (file, index) => `import * as m${index} from "${join(SOURCE, file)}";\nloaded.push(m${index});`,
    );
    bundle = await bundleForBrowser(`${ENTRY}\n${entries.join("\n")}`);
  });

  test("needs no Node module", () => {
    expect(bundle.nodeModules).toEqual([]);
  });

  test("would show one", async () => {
    const impure = await bundleForBrowser(
      `import * as files from "${SOURCE}/template-files/load-template.ts"; export { files };`,
    );
    expect(impure.nodeModules).toHaveLength(1);
  });

  test("reads templates where there is no process, no require and no Buffer", () => {
    const context = createContext({ TextEncoder, URL, structuredClone, setTimeout, clearTimeout, loaded: [] });
    runInContext(bundle.code, context, { filename: "bundle.js" });
    expect(runInContext("[typeof process, typeof require, typeof Buffer].join()", context)).toBe(
      "undefined,undefined,undefined",
    );
    expect(runInContext("loaded.length", context)).toBeGreaterThan(20);
    const answer: unknown = JSON.parse(runInContext(`pure.exercise(${JSON.stringify(TEMPLATE)})`, context));
    expect(answer).toEqual({
      steps: [
        ["fetch", 3],
        ["store", 9],
      ],
      context: { id: "4f5f0aa4-6e0c-4bd0-9b68-2a3c1f1c8f10", count: 1 },
      sameHash: true,
      refusal: [
        { file: "order.yaml", line: 1, column: 1, path: "step_templates", message: "is missing, expected a list" },
        {
          file: "order.yaml",
          line: 2,
          column: 10,
          path: "version",
          message: "found 1, expected a text",
          hint: 'in quotes, such as "1.0.0"',
        },
      ],
    });
  });
});
