export { type CancelTimer, type Clock, systemClock } from "./clock/clock.ts";
export * from "./errors/index.ts";
export type { StepExecution, StepSequence, StepView, TaskView } from "./handlers/execution.ts";
export { type HandlesStep, StepHandler } from "./handlers/step-handler.ts";
export { type Annotation, type StepDraft, type TaskDraft, TaskHandler } from "./handlers/task-handler.ts";
export type { TaskTemplate } from "./handlers/task-template.ts";
export type { JsonObject, JsonValue } from "./json/json-value.ts";
