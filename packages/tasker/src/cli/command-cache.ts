import type { Cache } from "../cache/cache.ts";
import type { Database } from "../database/database.ts";
import type { LoadedConfiguration } from "../settings/load-configuration.ts";

/** Does something with the cache that the configuration of a command asks for. A store that fails costs no answer. */
export async function withCache<T>(
  loaded: LoadedConfiguration,
  database: Database,
  work: (cache: Cache) => Promise<T>,
): Promise<T> {
  const { cacheFrom } = await import("../settings/cache-from.ts");
  const cache = cacheFrom(loaded, database);
  try {
    return await work(cache);
  } finally {
    await cache.settled();
  }
}
