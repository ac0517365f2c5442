import { hostname } from "node:os";
import type { Configuration, ConfigurationSettings } from "../config/configuration.ts";
import { checkLayers } from "./check-layers.ts";
import { type Layer, layerOf, type Origin, sourceOf, valueAt } from "./origin.ts";
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
  /** Values that the program sets, over all others. Default: none. */
  readonly overrides?: ConfigurationSettings;
}

/** A configuration, and where each of its values comes from. */
export interface LoadedConfiguration {
  readonly document: Configuration;
  /** Name of the environment that was chosen. */
  readonly environment: string;
  /** Files that it was made of, and that would take part if they were there; absolute paths. */
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
  const layers = [
    ...read.layers,
    ...variableLayers(variables, violations),
    ...(sources.stored === undefined ? [] : [sources.stored]),
    ...(sources.overrides === undefined ? [] : [layerOf({ ...sources.overrides }, { kind: "code", source: "code" })]),
  ];
  const { document, violations: found } = checkLayers(layers, read.idle);
  violations.push(...found);
  const { files } = read;
  if (document === null || violations.length > 0) return { loaded: null, violations: inOrder(violations), files };
  const placeOf = (path: string) => path.split(".");
  const loaded: LoadedConfiguration = {
    document,
    environment: around.environment,
    files,
    origin: (path) => sourceOf(layers, placeOf(path)),
    isGiven: (path) => layers.some(({ values }) => valueAt(values, placeOf(path)) !== undefined),
  };
  return { loaded, violations: [], files };
}
