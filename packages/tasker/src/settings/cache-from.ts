import { Cache, type CacheOptions } from "../cache/cache.ts";
import { MemoryCacheStore } from "../cache/stores/memory-cache-store.ts";
import { PostgresCacheStore } from "../cache/stores/postgres-cache-store.ts";
import type { Connection } from "../database/database.ts";
import type { LoadedConfiguration } from "./load-configuration.ts";

/**
 * The cache that a configuration asks for: in the store that `cache.store` names, with the section `cache`.
 * @param options who is told what goes wrong with the store, and the clock
 */
export function cacheFrom(
  { document: { cache } }: LoadedConfiguration,
  database: Connection,
  options: Pick<CacheOptions, "onError" | "clock"> = {},
): Cache {
  const store = cache.store === "postgres" ? new PostgresCacheStore(database) : new MemoryCacheStore();
  return new Cache({ ...options, store, config: cache });
}
