import type { z } from "zod";
import { getBottleneckAnalysis, getPerformanceAnalytics } from "../../api/reference/analytics.ts";
import type { BottleneckQuery, Bottlenecks } from "../../api/shapes/analytics.ts";
import type { Cache } from "../../cache/cache.ts";
import { bottlenecksOf, performanceOf } from "../figures/analytics.ts";
import { figuresScope } from "../figures/figures-scope.ts";
import { implement } from "../http/call.ts";
import { NO_CACHE } from "./no-cache.ts";
import { orFailure } from "./or-failure.ts";

/** Tells how tasks do. */
export const performanceAnalytics = implement(getPerformanceAnalytics, async (call) => {
  const scope = await figuresScope(call, "tasker.analytics");
  return orFailure(call, "Performance analytics failed", async () => {
    const { answer, key } = await performanceOf(call.parts, scope);
    return { answer: { ...answer, cache_info: cacheInfo(call.parts.cache, key) }, headers: NO_CACHE };
  });
});

/** Tells what makes tasks slow. */
export const bottleneckAnalysis = implement(getBottleneckAnalysis, async (call) => {
  const scope = await figuresScope(call, "tasker.analytics");
  const { parts, query } = call;
  const answered = async () => {
    const { answer, key } = await bottlenecksOf(parts, scope, query);
    const facts = { scope: scopeOf(answer), cache_info: cacheInfo(parts.cache, key) };
    return { answer: { ...answer, ...facts }, headers: NO_CACHE };
  };
  return orFailure(call, "Bottleneck analysis failed", answered, { scope: filtersOf(query) });
});

/** The filters that count, by the names that they are given by. */
function scopeOf({ scope }: z.output<typeof Bottlenecks>) {
  const { namespace, task_name: name, version } = scope;
  return filtersOf({ namespace: namespace ?? undefined, name: name ?? undefined, version: version ?? undefined });
}

function filtersOf({ namespace, name, version }: Omit<z.output<typeof BottleneckQuery>, "period">) {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
  };
}

function cacheInfo(cache: Cache | null, key: string) {
  const ttl = cache === null ? null : `${cache.config.dashboard_cache_ttl} seconds`;
  return { cached: cache !== null, cache_key: key, ttl_base: ttl };
}
