/** How well processes share a cache. */
export const COORDINATION_STRATEGIES = ["distributed_atomic", "distributed_basic", "local_only"] as const;
/** One of {@link COORDINATION_STRATEGIES}. */
export type CoordinationStrategy = (typeof COORDINATION_STRATEGIES)[number];

/** What the keys of the cache begin with. */
export const CACHE_KEY_PREFIXES = Object.freeze({
  performance: "tasker:cache_perf",
  dashboard: "tasker:dashboard",
  workflow: "tasker:workflow",
});

/** How long the record of a key's use is kept, in seconds. */
export const PERFORMANCE_RETENTION_SECONDS = 3_600;
/** Tries of a coordinated update. */
export const COORDINATION_RETRY_ATTEMPTS = 3;
/** Longest time of a coordinated update, in seconds. */
export const COORDINATION_TIMEOUT_SECONDS: Readonly<Record<CoordinationStrategy, number>> = Object.freeze({
  distributed_atomic: 5,
  distributed_basic: 10,
  local_only: 1,
});
/** Key under which the status of the health checks is cached. */
export const HEALTH_STATUS_CACHE_KEY = "tasker:health:status";
