import { describe, expect, test } from "vitest";
import { parseRequest } from "../../src/engine/parse-request.ts";
import { InvalidRequestError } from "../../src/errors/index.ts";

function refusalOf(request: unknown): InvalidRequestError {
  try {
    parseRequest(request);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error;
    throw error;
  }
  throw new Error("the request was accepted");
}

const valid = { name: "order", context: {} };

describe("a task request", () => {
  test("gets every default of the reference", () => {
    expect(parseRequest(valid)).toEqual({
      name: "order",
      namespace: "default",
      version: "latest",
      context: {},
      initiator: "unknown",
      sourceSystem: "unknown",
      reason: "unknown",
      tags: [],
      bypassSteps: [],
      priority: 0,
    });
  });

  test.each([
    ["name", { name: "" }, '""'],
    ["name", { name: 5 }, "5"],
    ["name", { name: "n".repeat(65) }, `"${"n".repeat(79)}...`.slice(0, 65)],
    ["namespace", { namespace: "" }, '""'],
    ["version", { version: "v".repeat(129) }, `"${"v".repeat(79)}...`],
    ["context", { context: [] }, "an array"],
    ["context", { context: "text" }, '"text"'],
    ["context", { context: null }, "null"],
    ["initiator", { initiator: "i".repeat(129) }, '"iii'],
    ["initiator", { initiator: "a\u0000b" }, '"a\\u0000b"'],
    ["sourceSystem", { sourceSystem: "\ud800" }, '"\\ud800"'],
    ["reason", { reason: 1 }, "1"],
    ["tags", { tags: "urgent" }, '"urgent"'],
    ["tags.1", { tags: ["a", 7] }, "7"],
    ["tags.0", { tags: ["a\u0000"] }, '"a\\u0000"'],
    ["bypassSteps.0", { bypassSteps: [null] }, "null"],
    ["priority", { priority: 1.5 }, "1.5"],
    ["priority", { priority: 32_768 }, "32768"],
    ["runAt", { runAt: "tomorrow" }, '"tomorrow"'],
    ["runAt", { runAt: new Date(Number.NaN) }, "an object"],
    ["runAt", { runAt: new Date(8.64e15) }, "an object"],
    ["requestedAt", { requestedAt: new Date(-8.64e15) }, "an object"],
    ["idempotencyKey", { idempotencyKey: "" }, '""'],
    ["correlationId", { correlationId: "\udc00" }, '"\\udc00"'],
  ])("is refused for its field %s: %j", (field, change, shown) => {
    const error = refusalOf({ ...valid, ...change });
    expect(error.context.field).toBe(field);
    expect(error.message).toContain(`task request field ${field} is ${shown}`);
    expect(error.context.expected).toEqual(expect.any(String));
  });

  test.each([
    ["nothing", undefined],
    ["a text", "order"],
    ["a list", [valid]],
  ])("is refused if it is %s", (_what, request) => {
    expect(refusalOf(request).message).toMatch(/^task request is /);
  });

  test("is refused for a field that does not exist", () => {
    expect(refusalOf({ ...valid, contxt: {} }).message).toContain("contxt");
  });

  test("keeps the refused value out of the message where it is long", () => {
    expect(refusalOf({ ...valid, reason: "r".repeat(10_000) }).message.length).toBeLessThan(300);
  });
});
