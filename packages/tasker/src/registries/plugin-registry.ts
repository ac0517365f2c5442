import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidInterfaceError, RegistryConflictError } from "../errors/index.ts";
import { BaseRegistry, type BaseStats, type RegistryOptions } from "./base-registry.ts";
import { checkInterface, classNameOf, type MethodRule } from "./check-interface.ts";
import { type Discovery, discoverModules, importValues } from "./discover.ts";
import { type ExportPlugin, isExportPlugin, type Plugin } from "./plugin.ts";

/** A plugin as it is registered. */
export interface PluginEntry {
  readonly name: string;
  readonly plugin: Plugin;
  /** In lower case, sorted; empty if it does not export. */
  readonly supportedFormats: readonly string[];
  readonly registeredAt: Date;
}

/** Figures of a registry of plugins. */
export interface PluginStats extends BaseStats {
  readonly totalPlugins: number;
  readonly totalFormats: number;
  readonly supportedFormats: readonly string[];
  readonly pluginsByFormat: Readonly<Record<string, number>>;
  /** With two decimals. */
  readonly averageFormatsPerPlugin: number;
  /** The five formats with most plugins. */
  readonly mostPopularFormats: readonly { readonly format: string; readonly plugins: number }[];
}

const EXPORT_METHODS: readonly MethodRule[] = [
  { name: "export", mostArguments: 2 },
  { name: "supportsFormat", mostArguments: 1 },
];
const ENGINE_METHODS: readonly MethodRule[] = [
  { name: "setup", mostArguments: 1 },
  { name: "teardown", required: false, mostArguments: 0 },
];

/** Plugins by name, and by the formats in which they export. */
export class PluginRegistry extends BaseRegistry<PluginStats> {
  readonly #entries = new Map<string, PluginEntry>();

  constructor(options: RegistryOptions = {}) {
    super("plugin_registry", "plugin", options);
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * Adds a plugin: an object, or a class that can be constructed without arguments.
   * @returns its name
   * @throws InvalidInterfaceError that lists what it lacks: a name, and `setup`, or `export` with `supportsFormat` and
   * `supportedFormats`
   * @throws RegistryConflictError if the name is taken and `replace` is not true
   */
  register(source: Plugin | (new () => Plugin), options: { readonly replace?: boolean } = {}): string {
    const entityClass = classNameOf(source);
    const plugin = typeof source === "function" ? new source() : source;
    const { name } = plugin;
    const entityId = typeof name === "string" && name !== "" ? name : entityClass;
    const supportedFormats = this.validating({ entityId, entityClass }, () => {
      const formats = checkPlugin(plugin, entityClass);
      if (this.#entries.has(name) && options.replace !== true) {
        throw new RegistryConflictError(`The plugin ${name} is registered already; use replace: true to replace it`, {
          context: { registry: this.registryName, name },
        });
      }
      return formats;
    });
    const registeredAt = new Date(this.clock.now());
    this.#entries.set(name, Object.freeze({ name, plugin, supportedFormats, registeredAt }));
    this.tellRegistered({ entityId, entityClass }, options);
    return name;
  }

  /** Removes a plugin; false if it was not registered. An engine that was made with it keeps it. */
  unregister(name: string): boolean {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    this.#entries.delete(name);
    this.tellUnregistered({ entityId: name, entityClass: classNameOf(entry.plugin) });
    return true;
  }

  clear(): void {
    for (const name of [...this.#entries.keys()]) this.unregister(name);
  }

  /** The plugin of this name, or undefined. */
  getPlugin(name: string): Plugin | undefined {
    return this.#entries.get(name)?.plugin;
  }

  /** In the order of registration. A copy. */
  allPlugins(): readonly PluginEntry[] {
    return [...this.#entries.values()];
  }

  /** The plugins that export in a format, whatever the case of its letters. */
  findByFormat(format: string): readonly ExportPlugin[] {
    return this.allPlugins()
      .filter(({ supportedFormats }) => supportedFormats.includes(format.toLowerCase()))
      .map(({ plugin }) => plugin)
      .filter(isExportPlugin);
  }

  /** Whether a plugin exports in a format. */
  supportsFormat(format: string): boolean {
    return this.findByFormat(format).length > 0;
  }

  /** All formats, sorted. */
  supportedFormats(): readonly string[] {
    return [...new Set(this.allPlugins().flatMap(({ supportedFormats }) => supportedFormats))].sort();
  }

  /**
   * Registers what the modules of a directory export whose names end in `plugin` or `exporter`. A file that fails is listed
   * with its error; a directory that does not exist has none.
   */
  discoverDirectory(directory: string): Promise<Discovery> {
    return discoverModules(directory, /[-_.](?:plugin|exporter)$/i, (exported, file) => this.#take(exported, file));
  }

  /**
   * Registers what a package exports.
   * @param from the directory from which the package is looked up. Default: the working directory
   * @returns names of the plugins
   * @throws InvalidInterfaceError if it exports no plugin; what importing it throws
   */
  async registerPackage(name: string, from: string = process.cwd()): Promise<readonly string[]> {
    return this.#take(await importValues(locate(name, from)), name);
  }

  /** As {@link registerPackage}, for a module. @param file absolute */
  async registerModule(file: string): Promise<readonly string[]> {
    return this.#take(await importValues(pathToFileURL(file).href), file);
  }

  /** `uniform` if every format has as many plugins, or else `varied`; `empty` without formats. */
  distribution(): string {
    const counts = Object.values(this.stats().pluginsByFormat);
    if (counts.length === 0) return "empty";
    return counts.every((count) => count === counts[0]) ? "uniform" : "varied";
  }

  stats(): PluginStats {
    const supportedFormats = this.supportedFormats();
    const counted = this.allPlugins().flatMap((entry) => entry.supportedFormats);
    const pluginsByFormat = Object.fromEntries(
      supportedFormats.map((format) => [format, counted.filter((other) => other === format).length]),
    );
    return {
      ...this.baseStats(),
      totalPlugins: this.size,
      totalFormats: supportedFormats.length,
      supportedFormats,
      pluginsByFormat,
      averageFormatsPerPlugin: this.size === 0 ? 0 : Math.round((counted.length / this.size) * 100) / 100,
      mostPopularFormats: Object.entries(pluginsByFormat)
        .sort(([a, most], [b, least]) => least - most || (a < b ? -1 : 1))
        .slice(0, 5)
        .map(([format, plugins]) => ({ format, plugins })),
    };
  }

  #take(exported: readonly unknown[], place: string): readonly string[] {
    const found = exported.filter(looksLikePlugin);
    if (found.length > 0) return found.map((plugin) => this.register(plugin));
    throw new InvalidInterfaceError(`${place} exports no plugin: an object or class with setup, or with export`, {
      context: { owner: place, violations: [] },
    });
  }
}

/** Where a package is. One that offers itself to `import` only is looked up from here. */
function locate(name: string, from: string): string {
  try {
    return pathToFileURL(createRequire(join(from, "package.json")).resolve(name)).href;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return name;
    throw error;
  }
}

/** The formats of a plugin that has what it must have. */
function checkPlugin(plugin: Plugin, owner: string): readonly string[] {
  const named = typeof plugin.name === "string" && plugin.name !== "";
  const exports = isExportPlugin(plugin);
  const formats: unknown = exports ? plugin.supportedFormats : [];
  const isList = Array.isArray(formats) && formats.every((format) => typeof format === "string" && format !== "");
  const violations = [
    ...(named ? [] : [`${owner} must have a name`]),
    ...(isSettingsSchema(plugin.settingsSchema) ? [] : [`${owner} must have a schema of zod 4 as settingsSchema`]),
    ...(isList && (!exports || formats.length > 0) ? [] : [`${owner} must have a list supportedFormats`]),
  ];
  if (violations.length > 0) throw new InvalidInterfaceError(violations.join("\n"), { context: { owner, violations } });
  if (exports) checkInterface(plugin, owner, EXPORT_METHODS);
  if (!exports || "setup" in plugin) checkInterface(plugin, owner, ENGINE_METHODS);
  return isList ? [...new Set(formats.map((format: string) => format.toLowerCase()))].sort() : [];
}

/** Also of another copy of zod than ours. */
function isSettingsSchema(schema: unknown): boolean {
  return schema === undefined || (typeof schema === "object" && schema !== null && "_zod" in schema);
}

function looksLikePlugin(value: unknown): value is Plugin | (new () => Plugin) {
  const holder: unknown = typeof value === "function" ? value.prototype : value;
  return typeof holder === "object" && holder !== null && ("setup" in holder || "export" in holder);
}
