import { InvalidRequestError, InvalidTemplateError } from "../../errors/index.ts";
import type { JsonObject } from "../../json/json-value.ts";
import {
  type CustomEventDefinition,
  EVENT_CONDITIONS,
  type EventCondition,
  isPayloadPath,
  PAYLOAD_SOURCES,
  type PayloadPaths,
} from "../../templates/custom-event.ts";
import { expectedEventName } from "../../templates/event-name.ts";
import { compileSchemaCheck } from "../../templates/validate-context.ts";
import { type ContextSchema, toContextSchema } from "../context-schema.ts";

/** An event that steps may publish besides the engine's, as code declares it. */
export interface CustomEventDeclaration {
  /** With a dot inside, such as `order.paid`; not one of the engine's. */
  readonly name: string;
  readonly description?: string | null;
  /** A zod schema or a JSON Schema of the payload. Default: every object is accepted. */
  readonly payloadSchema?: ContextSchema | null;
  /** Publishes the event at each such end of an attempt, unless the handler has. Default: the handler publishes it. */
  readonly condition?: EventCondition | null;
  /**
   * Fields of the payload that the engine makes, each with the path of its value: `context...`, `inputs...`, `results...`,
   * `error.message`, `error.class`, `error.code`, `attempt`. Only with `condition`. Default: number and error of the attempt.
   */
  readonly payload?: PayloadPaths | null;
}

/**
 * The events that a handler declares by a static member `customEventConfiguration`: a list of declarations, or a method that
 * gives one. What the method throws goes through unchanged.
 * @throws InvalidRequestError that names the entry which is wrong
 */
export function readCustomEvents(handler: unknown): readonly CustomEventDefinition[] {
  const isHolder = (typeof handler === "object" && handler !== null) || typeof handler === "function";
  if (!isHolder || !("customEventConfiguration" in handler)) return [];
  const member: unknown = handler.customEventConfiguration;
  const owner =
    "name" in handler && typeof handler.name === "string" && handler.name !== "" ? handler.name : "a handler";
  const entries: unknown = typeof member === "function" ? member.call(handler) : member;
  const refuse = (place: string, value: unknown, expected: string) => refusal(owner, place, value, expected);
  if (!Array.isArray(entries)) throw refuse("", entries, "a list of { name, description }");
  return entries.map((entry: unknown, index) => readEntry(entry, `[${index}]`, owner, refuse));
}

type Refuse = (place: string, value: unknown, expected: string) => InvalidRequestError;

function readEntry(entry: unknown, place: string, owner: string, refuse: Refuse): CustomEventDefinition {
  if (typeof entry !== "object" || entry === null) throw refuse(place, entry, "{ name, description }");
  const {
    name,
    description = null,
    payloadSchema = null,
    condition = null,
    payload = null,
  }: Record<string, unknown> = {
    ...entry,
  };
  if (typeof name !== "string") throw refuse(`${place}.name`, name, "a text");
  const expected = expectedEventName(name);
  if (expected !== null) throw refuse(`${place}.name`, name, expected);
  if (description !== null && typeof description !== "string") {
    throw refuse(`${place}.description`, description, "a text");
  }
  return {
    name,
    description: description ?? `Custom event from ${owner}`,
    payloadSchema: readSchema(payloadSchema, `${place}.payloadSchema`, refuse),
    condition: readCondition(condition, `${place}.condition`, refuse),
    payload: readPayload(payload, condition, `${place}.payload`, refuse),
  };
}

function readSchema(schema: unknown, place: string, refuse: Refuse): JsonObject | null {
  if (schema === null) return null;
  if (typeof schema !== "object" || Array.isArray(schema)) throw refuse(place, schema, "a zod schema or a JSON Schema");
  try {
    const converted = toContextSchema(schema as ContextSchema);
    compileSchemaCheck(converted, "the payload");
    return converted;
  } catch (cause) {
    if (cause instanceof InvalidTemplateError) throw refuse(place, "invalid", `a JSON Schema: ${cause.message}`);
    throw cause;
  }
}

function readCondition(condition: unknown, place: string, refuse: Refuse): EventCondition | null {
  if (condition === null) return null;
  const found = EVENT_CONDITIONS.find((known) => known === condition);
  if (found === undefined) throw refuse(place, condition, `one of ${EVENT_CONDITIONS.join(", ")}`);
  return found;
}

function readPayload(payload: unknown, condition: unknown, place: string, refuse: Refuse): PayloadPaths | null {
  if (payload === null) return null;
  if (typeof payload !== "object" || Array.isArray(payload)) throw refuse(place, payload, "fields with paths");
  if (condition === null)
    throw refuse(place, payload, "a condition beside it: it is for an event that the engine publishes");
  const paths: Record<string, string> = {};
  for (const [field, path] of Object.entries(payload)) {
    if (typeof path !== "string" || !isPayloadPath(path)) {
      throw refuse(`${place}.${field}`, path, `a path that begins with one of ${PAYLOAD_SOURCES.join(", ")}`);
    }
    paths[field] = path;
  }
  return paths;
}

function refusal(owner: string, place: string, value: unknown, expected: string): InvalidRequestError {
  const field = `customEventConfiguration${place}`;
  return new InvalidRequestError(
    `${field} of ${owner} is ${JSON.stringify(value) ?? String(value)}, expected ${expected}`,
    { context: { field, value, expected, handler: owner } },
  );
}
