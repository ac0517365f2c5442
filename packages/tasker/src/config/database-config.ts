import type { z } from "zod";
import { parseSection } from "./parse-section.ts";
import { filled, flag, mapping } from "./rules.ts";

/** Shape of the section `database`. */
export const DatabaseSchema = mapping({
  name: filled().nullable().default(null),
  enable_secondary_database: flag().default(false),
});

/** The section `database` of a configuration, complete and frozen. Keys and defaults are those of the reference. */
export type DatabaseConfig = Readonly<z.output<typeof DatabaseSchema>>;

/** Some or all values of the section `database`; those that are missing have their defaults. */
export type DatabaseSettings = Readonly<z.input<typeof DatabaseSchema>>;

/**
 * The section `database` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function databaseConfig(settings: DatabaseSettings = {}): DatabaseConfig {
  return parseSection("database", DatabaseSchema, settings);
}
