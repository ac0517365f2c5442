import type { DocumentSettings } from "../config/document.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { CommandIo } from "./io.ts";

/**
 * The configuration of a command: `--config` names its file. Its modules are loaded only here.
 * @param overrides what other options of the command line set
 * @throws ConfigurationError that lists everything that is wrong
 */
export async function readCommandConfiguration(
  { config }: GlobalOptions,
  io: Pick<CommandIo, "cwd" | "env">,
  overrides?: DocumentSettings,
): Promise<LoadedConfiguration> {
  const { loadConfiguration } = await import("../settings/load-configuration.ts");
  return loadConfiguration({
    cwd: io.cwd,
    file: config,
    variables: io.env,
    ...(overrides === undefined ? {} : { overrides }),
  });
}
