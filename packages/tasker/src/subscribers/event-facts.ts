import type { TaskerEvent } from "../events/event.ts";

/** What facts are read from: an event, its payload or any other plain object; nothing is found in anything else. */
export type EventLike = TaskerEvent | Readonly<Record<string, unknown>> | null | undefined;

/** Facts that an event has beside its payload, by the names that they have in the reference's payloads. */
const ENVELOPE: Readonly<Record<string, (event: TaskerEvent) => unknown>> = {
  event_id: ({ id }) => id,
  event_name: ({ name }) => name,
  timestamp: ({ at }) => new Date(at).toISOString(),
  task_id: ({ taskId }) => taskId,
  namespace: ({ namespace }) => namespace,
  task_name: ({ taskName }) => taskName,
  version: ({ version }) => version,
  correlation_id: ({ correlationId }) => correlationId,
  step_id: ({ stepId }) => stepId,
  step_name: ({ stepName }) => stepName,
};

/**
 * A fact of an event: of its payload, or else of what it says beside it (`task_id`, `step_name`, `timestamp` in ISO 8601, ...).
 * Of a plain object: its own member. What is missing or null is the default. Never throws.
 */
export function safeGet(event: EventLike, key: string, fallback: unknown = null): unknown {
  if (typeof event !== "object" || event === null) return fallback;
  if (!isEvent(event)) return ownMember(event, key) ?? fallback;
  const envelope = Object.hasOwn(ENVELOPE, key) ? ENVELOPE[key] : undefined;
  return ownMember(event.payload, key) ?? envelope?.(event) ?? fallback;
}

/** A fact as a number. A text counts if it is one; what is no number is the default. */
export function extractNumericMetric(event: EventLike, key: string, fallback = 0): number {
  const value = safeGet(event, key);
  if (typeof value === "number") return Number.isFinite(value) ? value : fallback;
  if (typeof value !== "string" || value.trim() === "") return fallback;
  const number = Number(value);
  return Number.isFinite(number) ? number : fallback;
}

/** A fact as text; the default if there is none. */
export function textOf(event: EventLike, key: string, fallback: string): string {
  const value = safeGet(event, key);
  return value === null || value === "" ? fallback : String(value);
}

function isEvent(event: object): event is TaskerEvent {
  return "payload" in event && typeof event.payload === "object" && event.payload !== null && "name" in event;
}

function ownMember(object: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}
