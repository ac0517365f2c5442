import type { ROUTES, RouteId } from "../../api/routes/index.ts";
import type { Implementation } from "../http/call.ts";
import { bottleneckFigures, performanceFigures } from "./analytics.ts";
import { annotationAddition, annotationList, annotationTypeList } from "./annotations.ts";
import { auditList } from "./audit.ts";
import { taskActions } from "./bulk-actions.ts";
import { circuitClosing, circuitList, limitList } from "./circuits.ts";
import { configurationDetails, optionDetails, optionSetting, optionUnsetting } from "./configuration.ts";
import { taskCreation, taskCreations } from "./create-task.ts";
import {
  deadLetterActions,
  deadLetterDetails,
  deadLetterDiscard,
  deadLetterList,
  deadLetterRetry,
} from "./dead-letters.ts";
import { eventList, eventTypeDetails, eventTypeList } from "./events.ts";
import { healthReport, livenessReport, readinessReport } from "./health.ts";
import { eventStreaming, queueStreaming, taskEventStreaming } from "./live.ts";
import { metricsExport } from "./metrics.ts";
import { openApi, referenceOpenApi } from "./openapi.ts";
import { processList, queueList } from "./processes.ts";
import {
  identityDetails,
  sessionClosing,
  sessionDetails,
  sessionEnd,
  sessionList,
  sessionOpening,
} from "./sessions.ts";
import { signalList, signalSending } from "./signals.ts";
import {
  stepCancellation,
  stepCompletion,
  stepEdit,
  stepReset,
  stepResolution,
  stepRetry,
  stepSkip,
} from "./step-actions.ts";
import { stepDetails, stepList } from "./steps.ts";
import {
  subscriberDetails,
  subscriberList,
  subscriberRemoval,
  subscriberReplay,
  webhookDeliveryList,
} from "./subscribers.ts";
import { taskCancellation, taskPause, taskRerun, taskResolution, taskResumption, taskRetry } from "./task-actions.ts";
import { taskAnalysis, taskDrawing, taskEstimate, taskExplanation, taskGraph } from "./task-figures.ts";
import { actionList, transitionList } from "./task-history.ts";
import { taskDetails, taskList } from "./tasks.ts";
import { templateApplication, templatePlan, templateValidation } from "./template-changes.ts";
import {
  definitionDetails,
  templateDetails,
  templateDiff,
  templateDrawing,
  templateGraph,
  templateList,
} from "./templates.ts";
import { tokenCreation, tokenList, tokenRevocation, tokenRotation } from "./tokens.ts";
import {
  stepFailure,
  stepHeartbeat,
  stepPoll,
  stepRelease,
  stepStart,
  stepSuccess,
  workerDeparture,
  workerRegistration,
} from "./worker.ts";

/** What answers each route of `/v1`. A route that nothing answers does not compile. */
export const IMPLEMENTATIONS: { readonly [Known in RouteId]: Implementation<(typeof ROUTES)[Known]> } = {
  getOpenApi: openApi,
  getReferenceOpenApi: referenceOpenApi,
  listTasks: taskList,
  getTask: taskDetails,
  createTask: taskCreation,
  createTasks: taskCreations,
  retryTask: taskRetry,
  cancelTask: taskCancellation,
  resolveTask: taskResolution,
  pauseTask: taskPause,
  resumeTask: taskResumption,
  rerunTask: taskRerun,
  retryStep: stepRetry,
  resetStep: stepReset,
  resolveStep: stepResolution,
  completeStep: stepCompletion,
  skipStep: stepSkip,
  cancelStep: stepCancellation,
  editStep: stepEdit,
  listSteps: stepList,
  getStep: stepDetails,
  listTransitions: transitionList,
  listActions: actionList,
  listAnnotations: annotationList,
  addAnnotation: annotationAddition,
  listAnnotationTypes: annotationTypeList,
  sendSignal: signalSending,
  listSignals: signalList,
  listDeadLetters: deadLetterList,
  getDeadLetter: deadLetterDetails,
  retryDeadLetter: deadLetterRetry,
  discardDeadLetter: deadLetterDiscard,
  actOnDeadLetters: deadLetterActions,
  listCircuits: circuitList,
  closeCircuit: circuitClosing,
  listLimits: limitList,
  streamEvents: eventStreaming,
  streamTaskEvents: taskEventStreaming,
  streamQueues: queueStreaming,
  registerWorker: workerRegistration,
  deregisterWorker: workerDeparture,
  pollSteps: stepPoll,
  startSteps: stepStart,
  heartbeatSteps: stepHeartbeat,
  completeSteps: stepSuccess,
  failSteps: stepFailure,
  releaseSteps: stepRelease,
  actOnTasks: taskActions,
  listSubscribers: subscriberList,
  getSubscriber: subscriberDetails,
  removeSubscriber: subscriberRemoval,
  replaySubscriber: subscriberReplay,
  listWebhookDeliveries: webhookDeliveryList,
  listEvents: eventList,
  listEventTypes: eventTypeList,
  getEventType: eventTypeDetails,
  listTokens: tokenList,
  createToken: tokenCreation,
  revokeToken: tokenRevocation,
  rotateToken: tokenRotation,
  openSession: sessionOpening,
  showSession: sessionDetails,
  closeSession: sessionClosing,
  listSessions: sessionList,
  endSession: sessionEnd,
  showIdentity: identityDetails,
  listAudit: auditList,
  listTemplates: templateList,
  getTemplate: templateDetails,
  getDefinition: definitionDetails,
  getTemplateGraph: templateGraph,
  drawTemplate: templateDrawing,
  diffTemplates: templateDiff,
  validateTemplate: templateValidation,
  planTemplate: templatePlan,
  applyTemplate: templateApplication,
  getConfiguration: configurationDetails,
  getOption: optionDetails,
  setOption: optionSetting,
  unsetOption: optionUnsetting,
  getTaskGraph: taskGraph,
  drawTask: taskDrawing,
  analyzeTask: taskAnalysis,
  explainTask: taskExplanation,
  estimateTask: taskEstimate,
  measurePerformance: performanceFigures,
  findBottlenecks: bottleneckFigures,
  listProcesses: processList,
  listQueues: queueList,
  checkLiveness: livenessReport,
  checkReadiness: readinessReport,
  getHealthStatus: healthReport,
  exportMetrics: metricsExport,
};
