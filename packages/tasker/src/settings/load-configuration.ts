import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Configuration, ConfigurationSettings } from "../config/configuration.ts";
import { optionPlace } from "../config/option-place.ts";
import type { Plugin } from "../registries/plugin.ts";
import type { LookUp } from "../secrets/reference.ts";
import { SecretSource } from "../vault/secret-source.ts";
import { checkLayers } from "./check-layers.ts";
import { type Layer, layerOf, type Origin, sourceOf, valueAt } from "./origin.ts";
import { PluginSections } from "./plugin-sections.ts";
import type { Surroundings } from "./sources/conditions.ts";
import { readFiles } from "./sources/read-files.ts";
import { variableLayers } from "./sources/variables.ts";
import { inOrder, refusal, type SourceViolation } from "./violation.ts";

/** Where a configuration is looked for. */
export interface ConfigurationSources {
  /** Absolute path that relative ones start from. Default: the working directory of the process. */
  readonly cwd?: string;
  /** The base file. Default: `TASKER_CONFIG`, else `tasker.yaml` or `config/tasker.yaml`, if there is one. */
  readonly file?: string | undefined;
  /** Name of the environment. Default: `TASKER_ENV`, else `NODE_ENV`, else `development`. */
  readonly environment?: string | undefined;
  /** Environment variables. Default: those of the process. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Name of this machine. Default: what the system says. */
  readonly hostname?: string;
  /** Values of the database. Default: none. */
  readonly stored?: Layer;
  /** Where references such as `${env:NAME}` lead. Default: the variables, and files. */
  readonly secrets?: SecretSource;
  /** Whether references that lead to nothing are let pass: what is only shown needs none. Default: no. */
  readonly mayMissReferences?: boolean;
  /** Plugins whose sections are checked; others are refused. Default: sections of plugins are taken as they are. */
  readonly plugins?: Iterable<Pick<Plugin, "name" | "settingsSchema">>;
  /** Values that the program sets, over all others. Default: none. */
  readonly overrides?: ConfigurationSettings;
}

/** A configuration, and where each of its values comes from. */
export interface LoadedConfiguration {
  /** With what references lead to: not to be shown. */
  readonly document: Configuration;
  /** What all sources say together, with references as they are written and without defaults. */
  readonly written: Readonly<Record<string, unknown>>;
  /** What may be said for plugins; null: they are not known. */
  readonly plugins: PluginSections | null;
  /** Name of the environment that was chosen. */
  readonly environment: string;
  /** Files that it was made of, that references lead to, and that would take part if they were there; absolute paths. */
  readonly files: readonly string[];
  /** Where the value of an option comes from: `origin("cache.default_ttl")`. */
  origin(path: string): Origin;
  /** Whether a source says anything about an option, or about any option of a section. */
  isGiven(path: string): boolean;
}

/** A configuration, or what is wrong with it. */
export type ConfigurationReading =
  | { readonly loaded: LoadedConfiguration; readonly violations: readonly []; readonly files: readonly string[] }
  | { readonly loaded: null; readonly violations: readonly SourceViolation[]; readonly files: readonly string[] };

/**
 * Reads a configuration from all of its sources. Later ones win for each option: defaults, what the base file extends, the base
 * file, its block of the environment, the file of the environment, conditional blocks, variables, the database, the program.
 * @throws ConfigurationError that lists everything that is wrong in all sources, a line each; `context.violations` has them
 */
export async function loadConfiguration(sources: ConfigurationSources = {}): Promise<LoadedConfiguration> {
  const { loaded, violations } = await readConfiguration(sources);
  if (loaded === null) throw refusal(violations);
  return loaded;
}

/** The same without throwing, for those who go on with what they had. */
export async function readConfiguration(sources: ConfigurationSources): Promise<ConfigurationReading> {
  const variables = sources.variables ?? process.env;
  const around: Surroundings = {
    environment: sources.environment ?? (variables.TASKER_ENV || variables.NODE_ENV || "development"),
    hostname: sources.hostname ?? hostname(),
    variables,
  };
  const file = sources.file ?? (variables.TASKER_CONFIG || undefined);
  const read = await readFiles({ cwd: sources.cwd ?? process.cwd(), file }, around);
  const violations = [...read.violations];
  const plugins = sources.plugins === undefined ? null : new PluginSections(sources.plugins);
  const layers = [
    ...read.layers,
    ...variableLayers(variables, violations, plugins?.whole),
    ...(sources.stored === undefined ? [] : [sources.stored]),
    ...(sources.overrides === undefined ? [] : [layerOf({ ...sources.overrides }, { kind: "code", source: "code" })]),
  ];
  const referred: string[] = [];
  const secrets = sources.secrets ?? new SecretSource({ variables });
  const lookUp: LookUp = (reference) => {
    if (reference.kind === "file") referred.push(resolve(reference.name));
    return secrets.lookUp(reference);
  };
  const mayMiss = sources.mayMissReferences === true;
  const checked = checkLayers(layers, read.idle, { lookUp, mayMiss, plugins });
  const { document } = checked;
  violations.push(...checked.violations);
  const files = [...read.files, ...new Set(referred)];
  if (document === null || violations.length > 0) return { loaded: null, violations: inOrder(violations), files };
  const loaded: LoadedConfiguration = {
    document,
    written: checked.written,
    plugins,
    environment: around.environment,
    files,
    origin: (path) => sourceOf(layers, optionPlace(path)),
    isGiven: (path) => layers.some(({ values }) => valueAt(values, optionPlace(path)) !== undefined),
  };
  return { loaded, violations: [], files };
}
