import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { LoadedConfiguration } from "../../settings/load-configuration.ts";

/**
 * Files and directories that declare events: those of the command line, and those of `engine.custom_events_directories`. The
 * default directory need not be there, one that is given must.
 */
export async function configuredEvents(
  cwd: string,
  named: readonly string[],
  { document, isGiven }: LoadedConfiguration,
): Promise<readonly string[]> {
  const directories = document.engine.custom_events_directories;
  if (isGiven("engine.custom_events_directories")) return [...named, ...directories];
  const found = await Promise.all(directories.map((directory) => stat(resolve(cwd, directory)).catch(() => null)));
  return [...named, ...directories.filter((_, place) => found[place] != null)];
}
