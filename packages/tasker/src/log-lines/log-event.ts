import type { EventRouter } from "../event-routing/event-router.ts";
import type { EventPattern } from "../events/bus/pattern.ts";
import type { Subscribe, Unsubscribe } from "../events/bus/subscribe.ts";
import { EVENT_CATALOGUE } from "../events/catalogue/catalogue.ts";
import type { TaskerEvent } from "../events/event.ts";
import { logStepEvent, logTaskEvent } from "./log-helpers.ts";
import type { EventLevel, EventLog } from "./log-level.ts";

/** A log that says which of its levels are written. */
export type ThresholdLog = EventLog & { isEnabled(level: EventLevel): boolean };

/** Levels in place of those that {@link logEvent} chooses. */
export interface EventLevels {
  /** Of events whose names end in `failed`. */
  readonly failure?: EventLevel;
  /** Of all others. */
  readonly other?: EventLevel;
}

/** Events that are told at `debug`: there is one at the start of every attempt, and what they announce is told by its end. */
const QUIET: ReadonlySet<string> = new Set([
  "task.initialize_requested",
  "step.initialize_requested",
  "step.execution_requested",
  "step.before_handle",
]);

/** Families of events that are told at `debug`. */
const QUIET_FAMILIES = ["observability.", "workflow."] as const;
/** Events that are told above `info`. */
const FAILURES = ["task.failed", "step.failed"] as const;

/** Options of {@link logEvents}. */
export interface LogEventsOptions {
  /** Says which events are told: those that it maps to logs. Default: all. */
  readonly router?: Pick<EventRouter, "routes">;
}

/**
 * Tells of the events of an engine, or of a bus, as {@link logEvent} does. Only those are asked for that the log writes at its
 * level: what nobody wants costs the engine nothing.
 * @returns ends that
 */
export function logEvents(
  log: ThresholdLog,
  source: { readonly on: Subscribe },
  { router }: LogEventsOptions = {},
): Unsubscribe {
  return source.on(writtenEvents(log), (event) => {
    const { id, name, correlationId } = event;
    if (router?.routes(name, "logs", correlationId ?? id) ?? true) logEvent(log, event);
  });
}

function writtenEvents(log: ThresholdLog): EventPattern {
  if (log.isEnabled("debug")) return "*";
  if (!log.isEnabled("info")) return FAILURES;
  return ["*", ...[...QUIET, ...QUIET_FAMILIES.map((family) => `${family}**`)].map((pattern) => `!${pattern}`)];
}

/**
 * Tells of an event: of tasks and steps as {@link logTaskEvent} and {@link logStepEvent} do, of anything else by its name. A
 * failed task is an error, as is a step that is not tried again; a failure that is, a warning. What is told is in the event:
 * the database is asked nothing. What an event of the catalogue holds are fields of the line; what one that is published by a
 * step holds is below `payload`: its names are somebody else's.
 * @param levels default: as said
 */
export function logEvent(log: EventLog, event: TaskerEvent, levels: EventLevels = {}): void {
  const { id, name, namespace, version, correlationId, taskId, taskName, stepId, stepName, payload } = event;
  const chosen = /[._]failed$/.test(name) ? levels.failure : levels.other;
  const level = chosen ?? levelOf(event);
  const [entity, type = name] = splitName(name);
  const isOwn = EVENT_CATALOGUE.has(name);
  const { from_state: _from, to_state: status, execution_duration: duration, ...told } = isOwn ? payload : { payload };
  const fields = {
    ...(correlationId === null ? {} : { correlation_id: correlationId }),
    event_id: id,
    event_name: name,
    namespace,
    task_version: version,
    ...told,
  };
  const state = typeof status === "string" ? { status } : {};
  if (entity === "task" && taskId !== null) {
    logTaskEvent(log, { taskId, name: taskName, ...state }, type, fields, level);
  } else if (entity === "step" && stepId !== null && stepName !== null) {
    const seconds = typeof duration === "number" ? { duration } : {};
    logStepEvent(log, { stepId, name: stepName, taskId, taskName, ...state }, type, { ...fields, ...seconds }, level);
  } else {
    log[level]({ ...fields, task_id: taskId, task_name: taskName, step_id: stepId, step_name: stepName }, name);
  }
}

function splitName(name: string): [entity: string, type?: string] {
  const point = name.indexOf(".");
  return point === -1 ? [name] : [name.slice(0, point), name.slice(point + 1)];
}

function levelOf({ name, payload }: TaskerEvent): EventLevel {
  if (name === "task.failed") return "error";
  if (name === "step.failed") return payload.retry_available === true ? "warn" : "error";
  if (QUIET.has(name) || QUIET_FAMILIES.some((family) => name.startsWith(family))) return "debug";
  return "info";
}
