import { ConfigurationError } from "../errors/index.ts";
import type { Database } from "./database.ts";
import { openEmbedded } from "./embedded.ts";
import { openPostgres, type PostgresOptions } from "./postgres.ts";

/** Which database to open: a PostgreSQL server by URL, or the embedded one by directory. */
export interface DatabaseLocation {
  /** URL of a PostgreSQL database. */
  readonly url?: string | undefined;
  /** Directory of the embedded database. Read only if there is no `url`. */
  readonly directory?: string | undefined;
}

/**
 * Opens the database that a configuration names: `url` if it is given, otherwise the embedded one in `directory`.
 * @throws ConfigurationError if neither is given, and whatever {@link openPostgres} and `openEmbedded` throw
 */
export async function openDatabase(location: DatabaseLocation, options: PostgresOptions = {}): Promise<Database> {
  if (location.url !== undefined) return openPostgres(location.url, options);
  if (location.directory !== undefined) return openEmbedded(location.directory, options);
  throw new ConfigurationError("No database is named: expected a PostgreSQL `url` or a `directory`", {
    context: { field: "database", value: location, expected: "url or directory" },
  });
}
