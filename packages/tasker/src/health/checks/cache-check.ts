import { randomBytes } from "node:crypto";
import type { Cache } from "../../cache/cache.ts";
import type { HealthCheck } from "../health-report.ts";

/** Whether what is written to the cache can be read. Three operations of its store. */
export function cacheCheck({ store, strategy }: Pick<Cache, "store" | "strategy">): HealthCheck {
  const { storeClass, mode, capabilities } = strategy;
  const details = {
    cache_store: storeClass,
    coordination_strategy: mode,
    distributed: capabilities.distributed === true,
    atomic_operations: capabilities.atomic_increment === true,
    locking_support: capabilities.locking === true,
  };
  return {
    name: "cache",
    failure: "Cache check failed",
    async run() {
      const key = `tasker_readiness_check_${randomBytes(8).toString("hex")}`;
      await store.set(key, key, 60);
      const found = await store.get(key);
      await store.delete(key);
      if (found === key) return { healthy: true, message: "Cache is available", details };
      const failed = { ...details, error: "CacheTestFailed" };
      return { healthy: false, message: "Cache read/write test failed", details: failed };
    },
  };
}
