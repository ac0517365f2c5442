import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { InvalidInterfaceError, RegistryConflictError } from "../../src/errors/index.ts";
import type { ExportPlugin } from "../../src/registries/plugin.ts";
import { PluginRegistry } from "../../src/registries/plugin-registry.ts";

const exporter = (name: string, ...supportedFormats: string[]): ExportPlugin => ({
  name,
  supportedFormats,
  supportsFormat: (format) => supportedFormats.includes(format),
  export: (data) => JSON.stringify(data),
});

const make = () => {
  const registry = new PluginRegistry();
  const told: string[] = [];
  registry.events.on(({ name, payload }) => told.push(`${name} ${payload.entity_id ?? ""}`.trim()));
  return { registry, told };
};

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "plugins-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

const MODULE =
  "export class Csv { name = 'csv'; supportedFormats = ['CSV']; supportsFormat() { return true } export() {} }\n";

describe("a registry of plugins", () => {
  test("finds plugins by name and by format, whatever the case of its letters", () => {
    const { registry } = make();
    const csv = exporter("csv", "CSV", "tsv");
    registry.register(csv);
    registry.register(exporter("json", "json", "csv"));
    registry.register({ name: "watch", ...{ setup() {} } });
    expect(registry.getPlugin("csv")).toBe(csv);
    expect(registry.getPlugin("xml")).toBeUndefined();
    expect(registry.findByFormat("Csv").map(({ name }) => name)).toEqual(["csv", "json"]);
    expect(registry.supportsFormat("TSV")).toBe(true);
    expect(registry.supportsFormat("xml")).toBe(false);
    expect(registry.supportedFormats()).toEqual(["csv", "json", "tsv"]);
    expect(registry.stats()).toMatchObject({
      totalPlugins: 3,
      totalFormats: 3,
      pluginsByFormat: { csv: 2, json: 1, tsv: 1 },
      averageFormatsPerPlugin: 1.33,
      mostPopularFormats: [
        { format: "csv", plugins: 2 },
        { format: "json", plugins: 1 },
        { format: "tsv", plugins: 1 },
      ],
    });
  });

  test.each<[string, object, string]>([
    ["without a name", { ...exporter("", "csv") }, "Object must have a name"],
    ["without formats", { ...exporter("a") }, "Object must have a list supportedFormats"],
    [
      "that exports without saying what",
      { name: "a", supportedFormats: ["b"], export() {} },
      "must have the method supportsFormat",
    ],
    [
      "whose export wants too much",
      { ...exporter("a", "b"), export: (_a: 1, _b: 2, _c: 3) => 1 },
      "export of Object takes 3",
    ],
    ["that does nothing", { name: "a" }, "Object must have the method setup"],
    ["whose teardown is no method", { name: "a", setup() {}, teardown: 5 }, "teardown of Object is a number"],
  ])("refuses one %s, and stays as it was", (_what, plugin, message) => {
    const { registry, told } = make();
    expect(() => registry.register(Object(plugin))).toThrow(InvalidInterfaceError);
    expect(() => registry.register(Object(plugin))).toThrow(message);
    expect(registry.size).toBe(0);
    expect(told[0]).toMatch(/^plugin.validation_failed /);
  });

  test("replaces only when asked to, and removes", () => {
    const { registry, told } = make();
    registry.register(exporter("csv", "csv"));
    expect(() => registry.register(exporter("csv", "tsv"))).toThrow(RegistryConflictError);
    registry.register(exporter("csv", "tsv"), { replace: true });
    expect(registry.supportedFormats()).toEqual(["tsv"]);
    expect(registry.unregister("csv")).toBe(true);
    expect(registry.unregister("csv")).toBe(false);
    expect(told).toEqual([
      "plugin.registered csv",
      "plugin.validation_failed csv",
      "plugin.registered csv",
      "plugin.unregistered csv",
    ]);
  });

  test("finds them in a directory, with the errors of files that fail", async () => {
    const directory = await scratch();
    await writeFile(join(directory, "csv-exporter.mjs"), MODULE);
    await writeFile(join(directory, "empty-plugin.mjs"), "export const limit = 5;\n");
    await writeFile(join(directory, "readme.mjs"), "throw new Error('not looked at');\n");
    const { registry } = make();
    const { registered, failures } = await registry.discoverDirectory(directory);
    expect(registered).toEqual(["csv"]);
    expect(failures.map(({ file, error }) => [file, error.message])).toEqual([
      [join(directory, "empty-plugin.mjs"), expect.stringContaining("exports no plugin")],
    ]);
    expect(await registry.discoverDirectory(join(directory, "none"))).toEqual({ registered: [], failures: [] });
  });

  test("takes them from a package", async () => {
    const directory = await scratch();
    const home = join(directory, "node_modules", "tasker-csv");
    await mkdir(home, { recursive: true });
    await writeFile(join(home, "package.json"), '{"name":"tasker-csv","type":"module","exports":"./index.js"}');
    await writeFile(join(home, "index.js"), MODULE);
    const { registry } = make();
    expect(await registry.registerPackage("tasker-csv", directory)).toEqual(["csv"]);
    await expect(registry.registerPackage("tasker-xml", directory)).rejects.toThrow("tasker-xml");
  });
});
