import { getBottleneckAnalysis, getPerformanceAnalytics } from "../../api/reference/analytics.ts";
import type { Cache } from "../../cache/cache.ts";
import { bottlenecksOf, performanceOf } from "../figures/analytics.ts";
import { figuresScope } from "../figures/figures-scope.ts";
import { implement } from "../http/call.ts";

const FRESH = { "cache-control": "no-cache, no-store, must-revalidate" };

/** Tells how tasks do. */
export const performanceAnalytics = implement(getPerformanceAnalytics, async (call) => {
  const { answer, key } = await performanceOf(call.parts, await figuresScope(call, "tasker.analytics"));
  return { answer: { ...answer, cache_info: cacheInfo(call.parts.cache, key) }, headers: FRESH };
});

/** Tells what makes tasks slow. */
export const bottleneckAnalysis = implement(getBottleneckAnalysis, async (call) => {
  const scope = await figuresScope(call, "tasker.analytics");
  const { answer, key } = await bottlenecksOf(call.parts, scope, call.query);
  return { answer: { ...answer, cache_info: cacheInfo(call.parts.cache, key) }, headers: FRESH };
});

function cacheInfo(cache: Cache | null, key: string) {
  const ttl = cache === null ? null : `${cache.config.dashboard_cache_ttl} seconds`;
  return { cached: cache !== null, cache_key: key, ttl_base: ttl };
}
