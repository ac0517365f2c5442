import { route } from "../route.ts";
import { BottleneckQuery, Bottlenecks, Performance } from "../shapes/analytics.ts";

const COMMON = {
  method: "GET",
  tag: "Analytics",
  permission: { resource: "tasker.analytics", action: "index", on: "list" },
} as const;

/** Tells how tasks do. */
export const measurePerformance = route({
  ...COMMON,
  id: "measurePerformance",
  path: "/v1/analytics/performance",
  summary: "How the tasks of the last day do",
  answer: Performance,
});

/** Tells what makes tasks slow. */
export const findBottlenecks = route({
  ...COMMON,
  id: "findBottlenecks",
  path: "/v1/analytics/bottlenecks",
  summary: "What makes the tasks of a period slow",
  query: BottleneckQuery,
  answer: Bottlenecks,
  errors: [404],
});
