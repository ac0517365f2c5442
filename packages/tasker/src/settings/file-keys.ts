import { ConfigurationSchema } from "../config/configuration.ts";

/** The newest version of the format of files. */
export const NEWEST_VERSION = 1;

/** Keys that a file may have at its top. */
export const KNOWN_KEYS: readonly string[] = [
  "version",
  "extends",
  "environments",
  "when",
  ...ConfigurationSchema.keyof().options,
];
