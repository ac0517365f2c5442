import { findBottlenecks, measurePerformance } from "../../api/routes/analytics.ts";
import { bottlenecksOf, performanceOf } from "../figures/analytics.ts";
import { implement } from "../http/call.ts";

/** Tells how tasks do. */
export const performanceFigures = implement(measurePerformance, async ({ scope, parts }) => ({
  answer: (await performanceOf(parts, scope)).answer,
}));

/** Tells what makes tasks slow. */
export const bottleneckFigures = implement(findBottlenecks, async ({ scope, query, parts }) => ({
  answer: (await bottlenecksOf(parts, scope, query)).answer,
}));
