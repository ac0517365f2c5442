import { getBottleneckAnalysis, getPerformanceAnalytics } from "./analytics.ts";
import { getHandlerWithDependencies, listHandlersInNamespace, listNamespaces } from "./handlers.ts";
import { checkLiveness, checkReadiness, getHealthStatus } from "./health.ts";
import { exportMetrics } from "./metrics.ts";
import { getTaskDiagram } from "./task-diagrams.ts";
import { cancelTask, createTask, getTask, listTasks, putTask, updateTask } from "./tasks.ts";
import { cancelStepByTask, getStepByTask, getStepsByTask, putStepByTask, updateStepByTask } from "./workflow-steps.ts";

/** Every route of the reference's interface, by its operation id, which is the reference's too. */
export const REFERENCE_ROUTES = {
  listTasks,
  getTask,
  createTask,
  updateTask,
  putTask,
  cancelTask,
  getStepsByTask,
  getStepByTask,
  updateStepByTask,
  putStepByTask,
  cancelStepByTask,
  getTaskDiagram,
  listNamespaces,
  listHandlersInNamespace,
  getHandlerWithDependencies,
  checkLiveness,
  checkReadiness,
  getHealthStatus,
  exportMetrics,
  getPerformanceAnalytics,
  getBottleneckAnalysis,
};

/** Operation id of a route of {@link REFERENCE_ROUTES}. */
export type ReferenceRouteId = keyof typeof REFERENCE_ROUTES;
