import type { Cache } from "../../cache/cache.ts";
import type { Metrics } from "./metrics.ts";

/** Metrics of a cache, as this process used it. */
export function addCacheMetrics(metrics: Metrics, cache: Pick<Cache, "figures" | "store" | "strategy">): void {
  const counter = (name: string, help: string, value: () => number) => {
    metrics.counter({ name, help }, (made) => {
      made.clear();
      made.add(value());
    });
  };
  counter("cache_hits_total", "Values that were found in the cache", () => cache.figures().hits);
  counter("cache_misses_total", "Values that were made", () => cache.figures().misses);
  counter("cache_shared_total", "Values that somebody else was making", () => cache.figures().shared);
  counter("cache_errors_total", "Operations of the store that failed or had no time", () => cache.figures().errors);
  counter(
    "cache_saved_seconds_total",
    "Seconds that making the values that were found would have taken, by the last time each was made",
    () => cache.figures().savedSeconds,
  );
  counter("cache_spent_seconds_total", "Seconds that making values took", () => cache.figures().spentSeconds);
  metrics.gauge({ name: "cache_hit_ratio", help: "Share of the questions that made no value" }, (gauge) => {
    const { hits, misses, shared } = cache.figures();
    const all = hits + misses + shared;
    if (all > 0) gauge.set((hits + shared) / all);
  });
}
