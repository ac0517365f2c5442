import { PermanentError } from "../../errors/index.ts";
import type { JsonValue } from "../../json/json-value.ts";
import type { StepSequence, TaskView } from "../execution.ts";
import { type ApiSettings, FieldValues } from "./api-config.ts";
import type { ApiRequestOptions } from "./api-connection.ts";

/** A placeholder, or a brace that is written twice. */
const PLACEHOLDER = /\{\{|\}\}|\{([^{}]*)\}/g;
const WHOLE = /^\{([^{}]*)\}$/;

/** A request that was declared, with its placeholders filled in. */
export interface FilledRequest {
  readonly path: string;
  readonly options: ApiRequestOptions;
}

/**
 * Fills in the placeholders of a declared request: `{context.customer.id}` is a value of the task's context,
 * `{steps.price.total}` one of the results of an earlier step. A text that is a placeholder and nothing else becomes the
 * value itself, whatever its type; inside of a text it becomes text. In a path it is encoded, so that it stays one
 * segment. `{{` and `}}` are braces.
 * @throws PermanentError `API_MISSING_VALUE` for a place that holds nothing, `API_INVALID_REQUEST` for a value that does not
 * fit where it is put
 */
export function fillRequest(declared: ApiSettings["request"], task: TaskView, sequence: StepSequence): FilledRequest {
  const find = (place: string): JsonValue => findValue(place, task, sequence);
  const text = (template: string, encode: (value: string) => string = (value) => value): string =>
    template.replaceAll(PLACEHOLDER, (match, place: string | undefined) => {
      if (place === undefined) return match[0] ?? "";
      const value = find(place);
      return encode(typeof value === "string" ? value : JSON.stringify(value));
    });
  const fill = (value: unknown): unknown => {
    if (typeof value === "string") {
      const place = WHOLE.exec(value)?.[1];
      return place === undefined ? text(value) : find(place);
    }
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member)]));
  };
  const params = FieldValues.safeParse(fill(declared.params ?? {}));
  if (!params.success) throw refuse("API_INVALID_REQUEST", "request.params", "texts, numbers, or lists of these");
  const headers = Object.entries(declared.headers ?? {}).map(([name, value]) => [name, text(value)] as const);
  const data = declared.body === undefined || declared.body === null ? undefined : fill(declared.body);
  return {
    path: text(declared.path ?? "", encodeSegment),
    options: { params: params.data, headers: Object.fromEntries(headers), ...(data === undefined ? {} : { data }) },
  };
}

function findValue(place: string, task: TaskView, sequence: StepSequence): JsonValue {
  const [root, ...rest] = place.trim().split(".");
  const [step, ...path] = rest;
  let value: unknown;
  if (root === "context") value = rest.reduce(memberOf, task.context);
  else if (root === "steps" && step !== undefined) value = path.reduce(memberOf, sequence.resultsOf(step));
  if (value === undefined || value === null) throw refuse("API_MISSING_VALUE", `{${place}}`, "a value at that place");
  return value as JsonValue;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** A segment that is only dots would lead elsewhere, and no encoding keeps a URL from reading it so. */
function encodeSegment(value: string): string {
  if (value === "" || value === "." || value === "..") throw refuse("API_INVALID_REQUEST", "request.path", "a segment");
  return encodeURIComponent(value);
}

function refuse(errorCode: string, place: string, expected: string): PermanentError {
  const what = errorCode === "API_MISSING_VALUE" ? "holds nothing" : "has a value that does not fit";
  return new PermanentError(`the declared request: ${place} ${what}, expected ${expected}`, {
    errorCode,
    context: { field: place, expected },
    details: { place },
  });
}
