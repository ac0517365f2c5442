import { findBottlenecks, measurePerformance } from "./analytics.ts";
import { addAnnotation, listAnnotations, listAnnotationTypes } from "./annotations.ts";
import { listAudit } from "./audit.ts";
import { actOnTasks } from "./bulk-actions.ts";
import { closeCircuit, listCircuits, listLimits } from "./circuits.ts";
import { getConfiguration, getOption, setOption, unsetOption } from "./configuration.ts";
import {
  actOnDeadLetters,
  discardDeadLetter,
  getDeadLetter,
  listDeadLetters,
  retryDeadLetter,
} from "./dead-letters.ts";
import { getEventType, listEvents, listEventTypes } from "./events.ts";
import { checkLiveness, checkReadiness, getHealthStatus } from "./health.ts";
import { streamEvents, streamQueues, streamTaskEvents } from "./live.ts";
import { exportMetrics } from "./metrics.ts";
import { getOpenApi, getReferenceOpenApi } from "./openapi.ts";
import { listProcesses, listQueues } from "./processes.ts";
import { closeSession, endSession, listSessions, openSession, showIdentity, showSession } from "./sessions.ts";
import { listSignals, sendSignal } from "./signals.ts";
import { cancelStep, completeStep, editStep, resetStep, resolveStep, retryStep, skipStep } from "./step-actions.ts";
import { getStep, listSteps } from "./steps.ts";
import {
  getSubscriber,
  listSubscribers,
  listWebhookDeliveries,
  removeSubscriber,
  replaySubscriber,
} from "./subscribers.ts";
import { cancelTask, pauseTask, rerunTask, resolveTask, resumeTask, retryTask } from "./task-actions.ts";
import { analyzeTask, drawTask, estimateTask, explainTask, getTaskGraph } from "./task-figures.ts";
import { listActions, listTransitions } from "./task-history.ts";
import { createTask, createTasks, getTask, listTasks } from "./tasks.ts";
import {
  applyTemplate,
  diffTemplates,
  drawTemplate,
  getDefinition,
  getTemplate,
  getTemplateGraph,
  listTemplates,
  planTemplate,
  validateTemplate,
} from "./templates.ts";
import { createToken, listTokens, revokeToken, rotateToken } from "./tokens.ts";
import {
  completeSteps,
  deregisterWorker,
  failSteps,
  heartbeatSteps,
  pollSteps,
  registerWorker,
  releaseSteps,
  startSteps,
} from "./worker.ts";

/** Every route of our own interface, `/v1`, by its operation id. */
export const ROUTES = {
  getOpenApi,
  getReferenceOpenApi,
  listTasks,
  getTask,
  createTask,
  createTasks,
  retryTask,
  cancelTask,
  resolveTask,
  pauseTask,
  resumeTask,
  rerunTask,
  retryStep,
  resetStep,
  resolveStep,
  completeStep,
  skipStep,
  cancelStep,
  editStep,
  listSteps,
  getStep,
  listTransitions,
  listActions,
  listAnnotations,
  addAnnotation,
  listAnnotationTypes,
  sendSignal,
  listSignals,
  listDeadLetters,
  getDeadLetter,
  retryDeadLetter,
  discardDeadLetter,
  actOnDeadLetters,
  listCircuits,
  closeCircuit,
  listLimits,
  streamEvents,
  streamTaskEvents,
  streamQueues,
  registerWorker,
  deregisterWorker,
  pollSteps,
  startSteps,
  heartbeatSteps,
  completeSteps,
  failSteps,
  releaseSteps,
  actOnTasks,
  listSubscribers,
  getSubscriber,
  removeSubscriber,
  replaySubscriber,
  listWebhookDeliveries,
  listEvents,
  listEventTypes,
  getEventType,
  listTokens,
  createToken,
  revokeToken,
  rotateToken,
  openSession,
  showSession,
  closeSession,
  listSessions,
  endSession,
  showIdentity,
  listAudit,
  listTemplates,
  getTemplate,
  getDefinition,
  getTemplateGraph,
  drawTemplate,
  diffTemplates,
  validateTemplate,
  planTemplate,
  applyTemplate,
  getConfiguration,
  getOption,
  setOption,
  unsetOption,
  getTaskGraph,
  drawTask,
  analyzeTask,
  explainTask,
  estimateTask,
  measurePerformance,
  findBottlenecks,
  listProcesses,
  listQueues,
  checkLiveness,
  checkReadiness,
  getHealthStatus,
  exportMetrics,
};

/** Operation id of a route of {@link ROUTES}. */
export type RouteId = keyof typeof ROUTES;
