import { z } from "zod";
import type { JsonObject } from "../json/json-value.ts";
import { type CustomEventDefinition, EVENT_CONDITIONS, isPayloadPath, PAYLOAD_SOURCES } from "./custom-event.ts";
import { expectedTemplateEventName } from "./event-name.ts";

const text = z.string().min(1);

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  { error: "a mapping" },
);

const eventName = text.superRefine((name, issues) => {
  const expected = expectedTemplateEventName(name);
  if (name !== "" && expected !== null) issues.addIssue({ code: "custom", message: expected });
});

const payloadPath = z.string().refine(isPayloadPath, {
  error: `a path that begins with one of ${PAYLOAD_SOURCES.join(", ")}, such as results.total`,
});

/** An event that a step publishes besides those of the engine. */
export const CustomEventDocument = z.strictObject({
  name: eventName,
  description: z.string().nullish(),
  /** JSON Schema of the payload. Default: every object is accepted. */
  payload_schema: jsonObject.nullish(),
  /** Publishes it at each such end of an attempt, unless the handler has. Default: the handler publishes it. */
  condition: z.enum(EVENT_CONDITIONS, { error: `one of ${EVENT_CONDITIONS.join(", ")}` }).nullish(),
  /** Fields of the payload that the engine makes: paths into what it knows of the attempt. Only with `condition`. */
  payload: z.record(text, payloadPath).nullish(),
});

/** An event as a template writes it. */
export type CustomEventDocument = z.infer<typeof CustomEventDocument>;

/** The event that a checked document means. */
export function customEventFromDocument(document: CustomEventDocument): CustomEventDefinition {
  return Object.freeze({
    name: document.name,
    description: document.description ?? null,
    payloadSchema: document.payload_schema ?? null,
    condition: document.condition ?? null,
    payload: document.payload ?? null,
  });
}

/** The event as YAML writes it, without what it does not have. */
export function customEventToDocument(event: CustomEventDefinition): JsonObject {
  const { name, description, payloadSchema, condition, payload } = event;
  return {
    name,
    ...(description === null ? {} : { description }),
    ...(payloadSchema === null ? {} : { payload_schema: payloadSchema }),
    ...(condition === null ? {} : { condition }),
    ...(payload === null ? {} : { payload }),
  };
}
