import type { Database } from "../database/database.ts";
import type { Engine } from "../engine/engine.ts";
import type { EngineOptions, Log } from "../engine/options.ts";
import type { PluginRegistry } from "../registries/plugin-registry.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";
import { SecretSource } from "../vault/secret-source.ts";
import type { EngineChoice } from "./command-engine.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { CommandIo } from "./io.ts";
import { pluginsOf } from "./read-command-configuration.ts";
import { readCustomIdentity } from "./read-custom-identity.ts";

/** The configuration of a command that runs an engine. */
export interface CommandSettings {
  readonly loaded: LoadedConfiguration;
  /** What it says for the engine; options of the command line come over it. */
  readonly engine: Partial<EngineOptions>;
  /** Lets the engine take over what changes. @param onLogLevel told the level of structured logs, after each change */
  follow(engine: Engine, log: Log, onLogLevel: (loaded: LoadedConfiguration) => void): void;
  close(): Promise<void>;
}

/**
 * Opens the configuration of a command and follows its files and the database until it is closed.
 * @throws ConfigurationError that lists everything that is wrong
 */
export async function openCommandSettings(
  options: GlobalOptions & EngineChoice,
  io: Pick<CommandIo, "cwd" | "env" | "clock">,
  database: Database,
  plugins: PluginRegistry,
): Promise<CommandSettings> {
  const { engineOptionsFrom, followSettings, openSettings } = await import("../settings/index.ts");
  const { cwd, env: variables, clock } = io;
  const secrets = new SecretSource({ variables });
  const settings = await openSettings({
    cwd,
    file: options.config,
    variables,
    database,
    clock,
    secrets,
    plugins: pluginsOf(plugins),
  });
  const { loaded } = settings;
  const hasFixedConcurrency = options.concurrency !== undefined;
  const { execution, ...others } = engineOptionsFrom(loaded, await readCustomIdentity(loaded, io), secrets);
  let unfollow: () => Promise<void> = async () => {};
  return {
    loaded,
    engine: hasFixedConcurrency || execution === undefined ? others : { ...others, execution },
    follow(engine, log, onLogLevel) {
      const end = followSettings({ settings, engine, database, clock, log, hasFixedConcurrency });
      const endLevel = settings.onNews((news) => {
        if (news.kind === "changed") onLogLevel(news.loaded);
      });
      if (settings.loaded !== loaded) onLogLevel(settings.loaded);
      unfollow = async () => {
        endLevel();
        await end();
      };
    },
    async close() {
      await settings.close();
      await unfollow();
    },
  };
}
