import type { EventRouter } from "../event-routing/event-router.ts";
import type { EventPattern } from "../events/bus/pattern.ts";
import type { Subscribe, Unsubscribe } from "../events/bus/subscribe.ts";
import { EVENT_CATALOGUE } from "../events/catalogue/catalogue.ts";
import type { TaskerEvent } from "../events/event.ts";
import type { JsonObject } from "../json/json-value.ts";
import { type MadeFields, stepFields, taskFields } from "./entity-fields.ts";
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

/** Of what an event of the catalogue holds, what is told otherwise or not at all. */
const TOLD_OTHERWISE: ReadonlySet<string> = new Set(["from_state", "to_state", "execution_duration"]);
const NOTHING: JsonObject = {};

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
  const kind = kindOf(name);
  const level = (kind.isFailure ? levels.failure : levels.other) ?? levelOf(event, kind);
  const { to_state: status, execution_duration: duration } = kind.isOwn ? payload : NOTHING;
  let message = name;
  let fields: MadeFields = {};
  const isTasks = kind.entity === "task" && taskId !== null;
  const isSteps = kind.entity === "step" && stepId !== null && stepName !== null;
  if (isTasks) {
    fields = taskFields(taskId, taskName, kind.type, status);
    message = kind.message;
  } else if (isSteps) {
    fields = stepFields({ stepId, name: stepName, taskId, taskName }, kind.type, status, duration);
    message = kind.message;
  }
  if (correlationId !== null) fields.correlation_id = correlationId;
  fields.event_id = id;
  fields.event_name = name;
  fields.namespace = namespace;
  fields.task_version = version;
  if (kind.isOwn) {
    for (const key in payload) if (!TOLD_OTHERWISE.has(key)) fields[key] = payload[key];
  } else fields.payload = payload;
  if (!isTasks && !isSteps) {
    Object.assign(fields, { task_id: taskId, task_name: taskName, step_id: stepId, step_name: stepName });
  }
  log[level](fields, message);
}

/** What the name of an event says. */
interface EventKind {
  readonly entity: string;
  readonly type: string;
  /** The line of one about a task or a step. */
  readonly message: string;
  /** Whether it is in the catalogue. */
  readonly isOwn: boolean;
  readonly isFailure: boolean;
  readonly isQuiet: boolean;
}

const kinds = new Map<string, EventKind>();
const MOST_KINDS = 1_000;

function kindOf(name: string): EventKind {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  const point = name.indexOf(".");
  const [entity, type] = point === -1 ? [name, name] : [name.slice(0, point), name.slice(point + 1)];
  const kind = {
    entity,
    type,
    message: `${entity === "task" ? "Task" : "Step"} ${type}`,
    isOwn: EVENT_CATALOGUE.has(name),
    isFailure: /[._]failed$/.test(name),
    isQuiet: QUIET.has(name) || QUIET_FAMILIES.some((family) => name.startsWith(family)),
  };
  if (kinds.size < MOST_KINDS) kinds.set(name, kind);
  return kind;
}

function levelOf({ name, payload }: TaskerEvent, { isQuiet }: EventKind): EventLevel {
  if (name === "task.failed") return "error";
  if (name === "step.failed") return payload.retry_available === true ? "warn" : "error";
  return isQuiet ? "debug" : "info";
}
