import { inspect } from "node:util";
import { ZodError } from "zod";
import { RequestFailedError } from "../../client/request-failed-error.ts";
import { ServerUnreachableError } from "../../client/server-unreachable-error.ts";
import { InvalidContextError, InvalidTemplateError, TaskerError } from "../../errors/index.ts";
import { type Line, span } from "./span.ts";

/**
 * What a person is told about an error: `error CODE: message`, one line for each thing that is wrong, and the messages
 * of the causes where they add something. With `stack`, the whole error with its stack follows.
 */
export function drawError(error: unknown, options: { readonly stack: boolean }): Line[] {
  const code = errorCode(error);
  const lines = errorMessages(error).map((message) => [
    span("error", "bad"),
    span(` ${code}: `, "strong"),
    span(message),
  ]);
  if (!options.stack) return lines;
  return [
    ...lines,
    ...inspect(error)
      .split("\n")
      .map((line) => [span(line, "faint")]),
  ];
}

/**
 * The stable code of an error: its own, that which a server answered, or `TASKER_UNEXPECTED` for what is not an error of Tasker or
 * the system.
 */
export function errorCode(error: unknown): string {
  if (error instanceof RequestFailedError) return error.problem?.code ?? error.code;
  if (error instanceof TaskerError) return error.code;
  return systemCode(error) ?? "TASKER_UNEXPECTED";
}

/** Codes such as `EACCES`, which the system's errors carry. */
function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/** What is wrong, a sentence each. */
export function errorMessages(error: unknown): string[] {
  if (error instanceof InvalidTemplateError) return error.message.split("\n");
  if (error instanceof InvalidContextError) return violations(error) ?? withCauses(error).split("\n");
  if (error instanceof RequestFailedError) return answerOf(error);
  if (error instanceof ServerUnreachableError) return [error.message];
  if (error instanceof TaskerError) return withCauses(error).split("\n");
  if (systemCode(error) !== null) return [withCauses(error)];
  const name = error instanceof Error ? `${error.name}: ` : "";
  return [`${name}${withCauses(error)} (a defect of Tasker: DEBUG=tasker shows where)`];
}

/** What a server said is wrong, the last with the id by which its log knows the request. */
function answerOf({ message, problem }: RequestFailedError): string[] {
  const [first = "", ...more] = message.split("\n");
  const sentences = more.length > 0 && first.endsWith(":") ? more : [[first, ...more].join("; ")];
  const request = problem === null || problem.request_id === "" ? "" : ` (request ${problem.request_id})`;
  return sentences.with(-1, `${sentences.at(-1)}${request}`);
}

/** The message, followed by those of its causes that it does not repeat; those of zod are JSON, for programs. */
function withCauses(error: unknown): string {
  const messages: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && at !== null && depth < 5; depth += 1) {
    const message = at instanceof Error ? at.message || at.name : String(at);
    if (!(at instanceof ZodError) && !messages.some((earlier) => earlier.includes(message))) messages.push(message);
    at = at instanceof Error ? at.cause : undefined;
  }
  return messages.join(": ");
}

/** The sentences of the violations, each of which names its field. */
function violations(error: InvalidContextError): string[] | null {
  const listed = error.context.violations;
  if (!Array.isArray(listed) || listed.length === 0) return null;
  return listed.map((violation: unknown) => {
    const { message } = { message: undefined, ...(typeof violation === "object" ? violation : {}) };
    return typeof message === "string" ? message : JSON.stringify(violation);
  });
}
