import { z } from "zod";
import { route } from "../route.ts";
import { BottleneckQuery, Bottlenecks, Performance } from "../shapes/analytics.ts";

/** Whether what is answered was kept, and for how long it may be. */
const CacheInfo = z.object({
  cached: z.boolean().describe("False: there is no cache, and what is answered was made now"),
  cache_key: z.string(),
  ttl_base: z.string().nullable(),
});

const OPEN = "Open to everybody if `telemetry.metrics_auth_required` is false.";

/** Tells how tasks do. */
export const getPerformanceAnalytics = route({
  id: "getPerformanceAnalytics",
  method: "GET",
  path: "/analytics/performance",
  dialect: "reference",
  tag: "Analytics",
  summary: "How the tasks of the last day do",
  description: OPEN,
  // Whether somebody must be authorized depends on the configuration, which the implementation reads.
  permission: null,
  answer: Performance.extend({ cache_info: CacheInfo }),
  errors: [401, 403, 503],
});

/** Tells what makes tasks slow. */
export const getBottleneckAnalysis = route({
  id: "getBottleneckAnalysis",
  method: "GET",
  path: "/analytics/bottlenecks",
  dialect: "reference",
  tag: "Analytics",
  summary: "What makes the tasks of a period slow",
  description: OPEN,
  permission: null,
  query: BottleneckQuery,
  answer: Bottlenecks.extend({
    scope: BottleneckQuery.pick({ namespace: true, name: true, version: true }).describe("The filters that count"),
    cache_info: CacheInfo,
  }),
  errors: [401, 403, 404, 503],
});
