import type { REFERENCE_ROUTES, ReferenceRouteId } from "../../api/reference/index.ts";
import type { Implementation } from "../http/call.ts";
import { bottleneckAnalysis, performanceAnalytics } from "./analytics.ts";
import { handlerDetails, handlerList, namespaceList } from "./handlers.ts";
import { healthStatus, liveness, readiness } from "./health.ts";
import { metricsText } from "./metrics.ts";
import { taskDiagrams } from "./task-diagrams.ts";

/** What answers each route of the reference. A route that nothing answers does not compile. */
export const REFERENCE_IMPLEMENTATIONS: {
  readonly [Known in ReferenceRouteId]: Implementation<(typeof REFERENCE_ROUTES)[Known]>;
} = {
  getTaskDiagram: taskDiagrams,
  listNamespaces: namespaceList,
  listHandlersInNamespace: handlerList,
  getHandlerWithDependencies: handlerDetails,
  checkLiveness: liveness,
  checkReadiness: readiness,
  getHealthStatus: healthStatus,
  exportMetrics: metricsText,
  getPerformanceAnalytics: performanceAnalytics,
  getBottleneckAnalysis: bottleneckAnalysis,
};
