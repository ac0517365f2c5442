import type { z } from "zod";
import { InvalidRequestError } from "../errors/index.ts";
import { TaskRequest } from "./task-request.ts";

/** A request with every default filled in. */
export type ParsedRequest = z.output<typeof TaskRequest>;

/** Longest piece of a refused value that is shown. */
const SHOWN_LENGTH = 80;

/** @throws InvalidRequestError that names the first wrong field, its value and what was expected */
export function parseRequest(request: unknown): ParsedRequest {
  const parsed = TaskRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  const value = valueAt(request, issue?.path ?? []);
  const shown = show(value);
  const subject = field === "" ? "task request" : `task request field ${field}`;
  throw new InvalidRequestError(`${subject} is ${shown}: ${issue?.message ?? "invalid"}`, {
    context: { field, value: shown, expected: issue?.message },
    cause: parsed.error,
  });
}

function valueAt(from: unknown, path: readonly PropertyKey[]): unknown {
  let value = from;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function show(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}...` : text;
}
