export {
  type BatchOptions,
  complexShapes,
  complexWorkflowBatch,
  diverseDataset,
  EVERY_STATE,
  REALISTIC_STATES,
  workflowDataset,
} from "./bulk/batches.ts";
export type { BulkState } from "./bulk/bulk-plan.ts";
export type { Share } from "./bulk/distribute.ts";
export { type GeneratedBatch, type GeneratedTask, type GenerateOptions, generateTasks } from "./bulk/generate-tasks.ts";
export * from "./handlers/failing-handlers.ts";
export { type IdempotentHandler, idempotent } from "./handlers/idempotent-handler.ts";
export {
  type RecordedCall,
  type RecordedHandler,
  type RecordedWork,
  recordCalls,
} from "./handlers/recorded-handler.ts";
export { type Random, seededRandom } from "./random.ts";
export { type Drainable, drain } from "./run/drain.ts";
export { type GraphTemplateOptions, graphTemplate } from "./run/graph-template.ts";
export { ManualClock } from "./run/manual-clock.ts";
export { openMemoryDatabase } from "./run/memory-database.ts";
export { readHistory, readTask, type StepReport, type TaskReport } from "./run/read-task.ts";
export { type RunTaskOptions, runTask, type TaskRunReport } from "./run/run-task.ts";
export { createTestEngine, type LogLine, type TestEngine, type TestEngineOptions } from "./run/test-engine.ts";
export { type PlayedScenario, playScenario, scenarioTemplate } from "./scenarios/play-scenario.ts";
export {
  drawScenario,
  type ExpectedStep,
  type Scenario,
  type ScenarioKind,
  type ScenarioOptions,
  type StepScript,
} from "./scenarios/scenario.ts";
export { orderProcessing, stockManagement, userOnboarding } from "./shapes/demo-shapes.ts";
export * from "./shapes/reference-shapes.ts";
export * from "./shapes/row-driven-shapes.ts";
export {
  type BoundShape,
  bindShape,
  defineShape,
  type PlannedBehaviour,
  type Shape,
  type ShapeSettings,
} from "./shapes/shape.ts";
export {
  diamond,
  type FanSettings,
  fanOutFanIn,
  type LayeredSizes,
  layeredRandom,
  linear,
  mixed,
  parallelMerge,
  type SizedShapeSettings,
  tree,
} from "./shapes/sized-shapes.ts";
export type { RowStyle } from "./states/encode-stories.ts";
export type { AttemptOutcome, StepSeed, StepState, StepTrait } from "./states/step-seed.ts";
export { type SeededTask, type TaskInState, type TasksInStateOptions, tasksInState } from "./states/tasks-in-state.ts";
export { type ApiTroubles, apiIntegrationWithRetries } from "./workflows/api-integration-with-retries.ts";
export { type ConditionalBranches, conditionalBranches } from "./workflows/conditional-branches.ts";
export { type Etl, type EtlOptions, etlWithValidation } from "./workflows/etl-with-validation.ts";
export { type LongBatchOptions, longRunningBatch } from "./workflows/long-running-batch.ts";
export { parentWithSubWorkflows, type SubmitsTasks } from "./workflows/parent-with-sub-workflows.ts";
export { type CoordinationOptions, systemCoordination } from "./workflows/system-coordination.ts";
