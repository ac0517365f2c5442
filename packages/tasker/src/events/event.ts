import type { JsonObject } from "../json/json-value.ts";

/**
 * Something that happened, told after the transaction that made it true has committed. The bus and the event log tell it
 * in the same words.
 * @typeParam Name name in the catalogue, or of an event that a template declares
 * @typeParam Payload shape of what the event tells, as the catalogue's schema says
 */
export interface TaskerEvent<Name extends string = string, Payload extends JsonObject = JsonObject> {
  /** Stable: the same from the bus, from the event log and in every replay. */
  readonly id: string;
  readonly name: Name;
  /** Milliseconds since the epoch by the writer's clock; of a transition: its row's `created_at`. */
  readonly at: number;
  /** Null for what is not about a task: events of registries, processes and metrics. */
  readonly taskId: number | null;
  readonly namespace: string | null;
  readonly taskName: string | null;
  readonly version: string | null;
  readonly correlationId: string | null;
  /** Null for events of the task itself. */
  readonly stepId: number | null;
  readonly stepName: string | null;
  /** Keys in snake_case. Frozen. */
  readonly payload: Payload;
}
