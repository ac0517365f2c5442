import type { z } from "zod";
import type { Route } from "../api/route.ts";
import { type Components, type JsonObject, jsonSchemaOf } from "./json-schema.ts";

/** Statuses of errors that every route may answer. */
const ERRORS_OF_ALL = [400, 429, 500, 503];
/** Node's server refuses by itself what has too long an address or too many headers. */
const TOO_LARGE = { 431: { description: "The address and the headers are larger than 16 KB" } };
/** Statuses of errors of routes that not everybody may use. */
const ERRORS_OF_CLOSED = [401, 403];

/** How those prove who they are who have to. */
export const SECURITY: readonly JsonObject[] = [{ bearer: [] }, { session: [] }];

/** What OpenAPI calls an operation: one route. */
export function operationOf(route: Route, components: Components): JsonObject {
  const { id, summary, description, tag, permission, errors } = route;
  return {
    operationId: id,
    summary,
    ...(description === "" ? {} : { description }),
    tags: [tag],
    parameters: [...parametersOf("path", route.params, components), ...parametersOf("query", route.query, components)],
    ...bodyOf(route, components),
    responses: responsesOf(route, components),
    ...(permission === null
      ? { security: errors.includes(401) ? [{}, ...SECURITY] : [] }
      : { "x-tasker-permission": `${permission.resource}:${permission.action}` }),
  };
}

function parametersOf(place: "path" | "query", shape: z.ZodType, components: Components): JsonObject[] {
  const { properties = {}, required = [] } = jsonSchemaOf(shape, "input", components) as {
    readonly properties?: Readonly<Record<string, JsonObject>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function bodyOf({ body }: Route, components: Components): JsonObject {
  if (body.type === "undefined") return {};
  const required = !body.safeParse(undefined).success;
  return {
    requestBody: { required, content: { "application/json": { schema: jsonSchemaOf(body, "input", components) } } },
  };
}

function responsesOf(route: Route, components: Components): JsonObject {
  const { answer, answerType, otherTypes, statuses, errors, permission, dialect } = route;
  const forms = Object.entries({ [answerType]: answer, ...otherTypes });
  const content = Object.fromEntries(forms.map(([type, shape]) => [type, contentOf(type, shape, components)]));
  const answered = statuses.map((status) => [
    status,
    { description: descriptionOf(status), ...(status === 204 ? {} : { content }) },
  ]);
  const failed = [...new Set([...ERRORS_OF_ALL, ...(permission === null ? [] : ERRORS_OF_CLOSED), ...errors])]
    .filter((status) => !statuses.includes(status))
    .map((status) => [status, { $ref: `#/components/responses/${dialect === "v1" ? "Problem" : "ReferenceError"}` }]);
  return { ...Object.fromEntries([...answered, ...failed]), ...TOO_LARGE };
}

/** A stream has no end at which its text could be held against a schema. */
function contentOf(type: string, shape: z.ZodType, components: Components): JsonObject {
  return type === "text/event-stream" ? {} : { schema: jsonSchemaOf(shape, "output", components) };
}

function descriptionOf(status: number): string {
  if (status === 201) return "It was created";
  return status < 400 ? "What was asked for" : "What was asked for, of something that is not well";
}
