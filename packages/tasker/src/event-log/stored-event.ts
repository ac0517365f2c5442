import { z } from "zod";
import type { TaskerEvent } from "../events/event.ts";
import type { JsonObject } from "../json/json-value.ts";

const StoredEvent = z.object({
  id: z.string(),
  name: z.string(),
  at: z.number(),
  taskId: z.number().nullable(),
  namespace: z.string().nullable(),
  taskName: z.string().nullable(),
  version: z.string().nullable(),
  correlationId: z.string().nullable(),
  stepId: z.number().nullable(),
  stepName: z.string().nullable(),
  payload: z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
});

/** Reads an event that was kept as JSON. @throws ZodError if it is none */
export function readStoredEvent(stored: unknown): TaskerEvent {
  const event = StoredEvent.parse(stored);
  return { ...event, payload: Object.freeze(event.payload) };
}
