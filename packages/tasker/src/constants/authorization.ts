/** What permissions are for. */
export const RESOURCES = Object.freeze({
  TASK: "tasker.task",
  WORKFLOW_STEP: "tasker.workflow_step",
  HEALTH_STATUS: "tasker.health_status",
  HANDLER: "tasker.handler",
  METRICS: "tasker.metrics",
  ANALYTICS: "tasker.analytics",
});

/** What may be done to resources. */
export const ACTIONS = Object.freeze({
  INDEX: "index",
  SHOW: "show",
  CREATE: "create",
  UPDATE: "update",
  DESTROY: "destroy",
  RETRY: "retry",
  CANCEL: "cancel",
});
