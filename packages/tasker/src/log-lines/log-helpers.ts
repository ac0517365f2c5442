import type { LogLevel } from "../config/log-level.ts";
import { describeException } from "./describe-exception.ts";
import { addDuration, type MadeFields, stepFields, taskFields } from "./entity-fields.ts";
import type { EventLevel, EventLog, LevelledLog } from "./log-level.ts";

/** What is told with a line besides what the helper tells. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A task as a line tells of it. What is not known is left out. */
export interface LoggedTask {
  readonly taskId: number;
  readonly name: string | null;
  readonly status?: string;
}

/** A step as a line tells of it. */
export interface LoggedStep {
  readonly stepId: number;
  readonly name: string;
  readonly status?: string;
  readonly taskId: number | null;
  readonly taskName: string | null;
}

/** Tells something with a level. */
export function logStructured(log: LevelledLog, level: LogLevel, message: string, fields: LogFields = {}): void {
  log[level](fields, message);
}

/** Tells of a task: "Task completed". @param type such as `completed`. @param level default: `info` */
export function logTaskEvent(
  log: EventLog,
  task: LoggedTask,
  type: string,
  fields: LogFields = {},
  level: EventLevel = "info",
): void {
  const { taskId, name, status } = task;
  log[level](Object.assign(taskFields(taskId, name, type, status), fields), `Task ${type}`);
}

/**
 * Tells of a step: "Step completed".
 * @param fields `duration`: seconds that it took; told as `duration_ms` and `performance_category`
 */
export function logStepEvent(
  log: EventLog,
  step: LoggedStep,
  type: string,
  { duration, ...fields }: LogFields & { readonly duration?: number | null } = {},
  level: EventLevel = "info",
): void {
  log[level](Object.assign(stepFields(step, type, step.status, duration), fields), `Step ${type}`);
}

/** Tells, at `debug`, what the engine is at. */
export function logOrchestrationEvent(log: LevelledLog, operation: string, type: string, fields: LogFields = {}): void {
  log.debug({ entity_type: "orchestration", operation, event_type: type, ...fields }, `Orchestration ${type}`);
}

/**
 * Tells how long something took: at `warn` if it was slow, else at `debug`.
 * @param slowAfterSeconds from where on it is slow. Default: 1
 */
export function logPerformanceEvent(
  log: LevelledLog,
  operation: string,
  seconds: number,
  fields: LogFields = {},
  slowAfterSeconds = 1,
): void {
  const isSlow = seconds > slowAfterSeconds;
  const told: MadeFields = { entity_type: "performance", operation };
  addDuration(told, seconds);
  log[isSlow ? "warn" : "debug"]({ ...told, is_slow: isSlow, ...fields }, "Performance measurement");
}

/** Tells of an error, or whatever else was thrown. @param level default: `error` */
export function logException(
  log: LevelledLog,
  thrown: unknown,
  fields: LogFields = {},
  level: LogLevel = "error",
): void {
  const told = describeException(thrown);
  log[level]({ ...told, ...fields }, told.exception_message);
}
