import type { REFERENCE_ROUTES, ReferenceRouteId } from "../../api/reference/index.ts";
import type { Implementation } from "../http/call.ts";
import { bottleneckAnalysis, performanceAnalytics } from "./analytics.ts";
import { taskCreation } from "./create-task.ts";
import { handlerDetails, handlerList, namespaceList } from "./handlers.ts";
import { healthStatus, liveness, readiness } from "./health.ts";
import { metricsText } from "./metrics.ts";
import { taskDiagrams } from "./task-diagrams.ts";
import { taskCancellation, taskChange, taskDetails, taskList, taskPut } from "./tasks.ts";
import { stepCancellation, stepChange, stepDetails, stepList, stepPut } from "./workflow-steps.ts";

/** What answers each route of the reference. A route that nothing answers does not compile. */
export const REFERENCE_IMPLEMENTATIONS: {
  readonly [Known in ReferenceRouteId]: Implementation<(typeof REFERENCE_ROUTES)[Known]>;
} = {
  listTasks: taskList,
  getTask: taskDetails,
  createTask: taskCreation,
  updateTask: taskChange,
  putTask: taskPut,
  cancelTask: taskCancellation,
  getStepsByTask: stepList,
  getStepByTask: stepDetails,
  updateStepByTask: stepChange,
  putStepByTask: stepPut,
  cancelStepByTask: stepCancellation,
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
