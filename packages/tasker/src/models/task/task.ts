export {
  getStepByName,
  loadAnnotationTypes,
  loadNamedTasks,
  loadNames,
  loadTaskAnnotations,
  loadTaskTransitions,
  loadWorkflowSteps,
  type TaskNames,
} from "./associations.ts";
export type { NewTask } from "./attributes.ts";
export { uniqueTaskTypesCount } from "./count-task-types.ts";
export {
  type IdentityOptions,
  type IdentityStrategy,
  type IdentityTask,
  identityHash,
  identityOptions,
} from "./identity.ts";
export { type AssociatedStep, type AssociatedTask, loadAssociated } from "./load-associated.ts";
export { create, createMany, destroy, find, findMany, reload, type TaskRow, update } from "./record.ts";
export {
  createWithDefaults,
  fromTaskRequest,
  getDefaultTaskRequestOptions,
  getRequestOptions,
  type RequestOptions,
  type TaskRequest,
} from "./request.ts";
export {
  active,
  byAnnotation,
  byCurrentState,
  completedSince,
  createdSince,
  failedSince,
  inNamespace,
  visibleTo,
  withTaskName,
  withVersion,
} from "./scopes.ts";
export { allStepsComplete, loadAllStepsComplete, loadStatuses, status } from "./states.ts";
