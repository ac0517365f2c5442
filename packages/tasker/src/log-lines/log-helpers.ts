import type { LogLevel } from "../config/log-level.ts";
import { describeException } from "./describe-exception.ts";
import type { EventLevel, EventLog, LevelledLog } from "./log-level.ts";

/** What is told with a line besides what the helper tells. */
export type LogFields = Readonly<Record<string, unknown>>;

/** How long something took, in words. */
export type PerformanceCategory = "fast" | "moderate" | "slow" | "very_slow";

/** Up to a tenth of a second is fast, up to one moderate, up to five slow, more very slow. */
export function performanceCategory(seconds: number): PerformanceCategory {
  if (seconds <= 0.1) return "fast";
  if (seconds <= 1) return "moderate";
  return seconds <= 5 ? "slow" : "very_slow";
}

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
  const told = { entity_type: "task", entity_id: taskId, entity_name: name, event_type: type, task_id: taskId };
  log[level]({ ...told, ...(status === undefined ? {} : { task_status: status }), ...fields }, `Task ${type}`);
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
  const { stepId, name, status, taskId, taskName } = step;
  const told = {
    entity_type: "step",
    entity_id: stepId,
    entity_name: name,
    event_type: type,
    ...(status === undefined ? {} : { step_status: status }),
    task_id: taskId,
    task_name: taskName,
    ...(typeof duration === "number" ? durationFields(duration) : {}),
  };
  log[level]({ ...told, ...fields }, `Step ${type}`);
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
  const told = { entity_type: "performance", operation, ...durationFields(seconds), is_slow: isSlow };
  log[isSlow ? "warn" : "debug"]({ ...told, ...fields }, "Performance measurement");
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

function durationFields(seconds: number) {
  return {
    duration_ms: Math.round(seconds * 100_000) / 100,
    performance_category: performanceCategory(seconds),
  };
}
