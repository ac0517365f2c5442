import type { EngineOptions } from "../engine/options.ts";
import type { PluginRegistry } from "../registries/plugin-registry.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";
import type { Layer } from "../settings/origin.ts";
import type { Encryption } from "../vault/encryption.ts";
import { SecretSource } from "../vault/secret-source.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { CommandIo } from "./io.ts";
import { chooseDatabase, isThere, withDatabase } from "./open-command-database.ts";
import { readCustomIdentity } from "./read-custom-identity.ts";

/** What a command knows of its configuration, beside where it is. */
export interface ReadingOptions {
  /** What is set in the database. Default: nothing. */
  readonly stored?: Layer;
  /** Plugins that are loaded: sections of others are refused. Default: sections of plugins are not looked at. */
  readonly plugins?: PluginRegistry;
  /** Whether references may lead to nothing. Default: no. */
  readonly mayMissReferences?: boolean;
}

/**
 * The configuration of a command: `--config` names its file. Its modules are loaded only here.
 * @throws ConfigurationError that lists everything that is wrong
 */
export async function readCommandConfiguration(
  { config }: GlobalOptions,
  io: Pick<CommandIo, "cwd" | "env">,
  { plugins, ...reading }: ReadingOptions = {},
): Promise<LoadedConfiguration> {
  const { loadConfiguration } = await import("../settings/load-configuration.ts");
  return loadConfiguration({
    cwd: io.cwd,
    file: config,
    variables: io.env,
    ...reading,
    ...(plugins === undefined ? {} : { plugins: pluginsOf(plugins) }),
  });
}

/**
 * The same with what is set in the database, if one is named, by `--database-url`, `--data` or `DATABASE_URL`, or there is an embedded
 * one in the working directory.
 * @throws ConfigurationError, DatabaseUnavailableError, MigrationError
 */
export async function readWholeConfiguration(
  options: GlobalOptions,
  io: CommandIo,
  reading: Omit<ReadingOptions, "stored"> = {},
): Promise<LoadedConfiguration> {
  const isNamed = [options.databaseUrl, options.data, io.env.DATABASE_URL].some((name) => (name ?? "") !== "");
  if (!isNamed && !(await isThere(chooseDatabase(options, io)))) return readCommandConfiguration(options, io, reading);
  const { readStored, storedLayer } = await import("../settings/stored/read-stored.ts");
  const stored = await withDatabase(options, io, "existing", readStored);
  return readCommandConfiguration(options, io, { ...reading, stored: storedLayer(stored.values) });
}

/** Plugins of a registry. */
export const pluginsOf = (registry: PluginRegistry) => registry.allPlugins().map(({ plugin }) => plugin);

/** What the configuration of a command says for an engine that is not started. */
export async function readEngineOptions(
  options: GlobalOptions,
  io: Pick<CommandIo, "cwd" | "env">,
): Promise<Partial<EngineOptions>> {
  const loaded = await readCommandConfiguration(options, io);
  const { engineOptionsFrom } = await import("../settings/engine-options.ts");
  return engineOptionsFrom(loaded, await readCustomIdentity(loaded, io), new SecretSource({ variables: io.env }));
}

/** What the configuration of a command hides and decrypts. */
export async function readProtection(
  options: GlobalOptions,
  io: Pick<CommandIo, "cwd" | "env">,
): Promise<{ readonly redact: readonly string[]; readonly encryption: Encryption | null }> {
  const loaded = await readCommandConfiguration(options, io);
  const { encryptionFrom } = await import("../settings/engine-options.ts");
  const encryption = encryptionFrom(loaded, new SecretSource({ variables: io.env }));
  return { redact: loaded.document.engine.redact, encryption };
}
