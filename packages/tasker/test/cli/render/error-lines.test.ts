import { describe, expect, test } from "vitest";
import { z } from "zod";
import { UsageError } from "../../../src/cli/errors.ts";
import { drawError } from "../../../src/cli/render/error-lines.ts";
import { plainLine } from "../../../src/cli/render/span.ts";
import {
  DatabaseUnavailableError,
  InvalidContextError,
  InvalidRequestError,
  InvalidTemplateError,
  TaskNotFoundError,
} from "../../../src/errors/index.ts";

const draw = (error: unknown, stack = false) => drawError(error, { stack }).map(plainLine);

describe("an error as a person reads it", () => {
  test("one line with its code", () => {
    expect(draw(new TaskNotFoundError("there is no task 7"))).toEqual([
      "error TASKER_TASK_NOT_FOUND: there is no task 7",
    ]);
  });

  test("the message of a cause follows if it says more", () => {
    const cause = new Error("connect ECONNREFUSED 127.0.0.1:5432");
    expect(draw(new DatabaseUnavailableError("the database cannot be reached", { cause }))).toEqual([
      "error TASKER_DATABASE_UNAVAILABLE: the database cannot be reached: connect ECONNREFUSED 127.0.0.1:5432",
    ]);
    expect(draw(new DatabaseUnavailableError(`no database: ${cause.message}`, { cause }))).toHaveLength(1);
  });

  test("every issue of a template has its line", () => {
    const error = new InvalidTemplateError([
      { file: "a.yaml", line: 3, column: 5, path: "step_templates[0].nam", message: "unknown key", hint: "name?" },
      { file: "a.yaml", line: 1, column: 1, path: "", message: "'version' is missing" },
    ]);
    expect(draw(error)).toEqual([
      "error TASKER_INVALID_TEMPLATE: a.yaml:3:5: step_templates[0].nam: unknown key (name?)",
      "error TASKER_INVALID_TEMPLATE: a.yaml:1:1: 'version' is missing",
    ]);
  });

  test("every violation of a context has its line", () => {
    const violations = [
      { path: "items[0].price", message: "items[0].price is 'x', expected a number" },
      { path: "email", message: "email is missing" },
    ];
    expect(draw(new InvalidContextError("2 violations", { context: { violations } }))).toEqual([
      "error TASKER_INVALID_CONTEXT: items[0].price is 'x', expected a number",
      "error TASKER_INVALID_CONTEXT: email is missing",
    ]);
  });

  test("what a schema found is for programs, and is not repeated", () => {
    const cause = z.string().min(1).safeParse("").error;
    expect(draw(new InvalidRequestError("field name is empty", { cause }))).toEqual([
      "error TASKER_INVALID_REQUEST: field name is empty",
    ]);
  });

  test("an error of the system has the system's code", () => {
    const error = Object.assign(new Error("EACCES: permission denied, mkdir '/x'"), {
      code: "EACCES",
      syscall: "mkdir",
    });
    expect(draw(error)).toEqual(["error EACCES: EACCES: permission denied, mkdir '/x'"]);
  });

  test("what nobody expected is called a defect, whatever it is", () => {
    expect(draw(new TypeError("x is not a function"))).toEqual([
      "error TASKER_UNEXPECTED: TypeError: x is not a function (a defect of Tasker: DEBUG=tasker shows where)",
    ]);
    expect(draw("text")).toEqual(["error TASKER_UNEXPECTED: text (a defect of Tasker: DEBUG=tasker shows where)"]);
  });

  test("escape sequences in a message are shown, not obeyed", () => {
    expect(draw(new UsageError("\x1b[2Jgone"))).toEqual(["error TASKER_USAGE: \\x1b[2Jgone"]);
  });

  test("the stack comes only when it is asked for", () => {
    expect(draw(new UsageError("no"), true).join("\n")).toMatch(/UsageError: no\n\s+at /);
  });
});
