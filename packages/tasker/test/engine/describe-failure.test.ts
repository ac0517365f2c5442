import { describe, expect, test } from "vitest";
import { describeFailure } from "../../src/engine/describe-failure.ts";
import { PermanentError, RetryableError, UnencodableValueError, ValueTooLargeError } from "../../src/errors/index.ts";

class HostileError extends Error {
  override get message(): string {
    throw new Error("no message for you");
  }
  override get stack(): string {
    throw new Error("no stack for you");
  }
}

class ErrorWithOddTexts extends Error {
  override readonly stack: string = Object.create(null);
  override readonly message: string = Object.create(null);
}

class PermanentErrorWithHostileCode extends PermanentError {
  constructor() {
    super("declined");
    Object.defineProperty(this, "errorCode", {
      get: () => {
        throw new Error("no code for you");
      },
    });
  }
}

const hostileProxy = new Proxy(
  {},
  {
    getPrototypeOf: () => {
      throw new Error("no prototype for you");
    },
    get: () => {
      throw new Error("no property for you");
    },
  },
);
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

describe("what is stored of a failure", () => {
  test("is message, class and backtrace of an error", () => {
    const failure = describeFailure(new RangeError("too far"));
    expect(failure).toMatchObject({ message: "too far", errorClass: "RangeError", errorCode: null, permanent: false });
    expect(failure.backtrace).toContain("describe-failure.test.ts");
  });

  test.each([
    ["a text", "just a text", "just a text", "string"],
    ["undefined", undefined, "undefined", "undefined"],
    ["null", null, "null", "object"],
    ["a number", 7, "7", "number"],
    ["a symbol", Symbol("why"), "Symbol(why)", "symbol"],
    ["an object", { toString: () => "an object speaks" }, "an object speaks", "object"],
    ["an object without a prototype", Object.create(null), "a value that has no text", "object"],
    ["an error whose getters throw", new HostileError(), "a value that has no text", "HostileError"],
    ["an error whose texts are no texts", new ErrorWithOddTexts(), "a value that has no text", "ErrorWithOddTexts"],
    ["a proxy whose traps throw", hostileProxy, "a value that has no text", "object"],
    ["a revoked proxy", revoked, "a value that has no text", "object"],
  ])("is a message and a class of %s", (_what, thrown, message, errorClass) => {
    expect(describeFailure(thrown)).toMatchObject({ message, errorClass, permanent: false, retryAfterSeconds: null });
  });

  test("has an empty backtrace for an error without stack", () => {
    const error = new Error("lean");
    delete error.stack;
    expect(describeFailure(error).backtrace).toBe("");
  });

  test("is bounded, whatever the length of the texts", () => {
    const error = new Error("é".repeat(1_000_000));
    error.stack = "x".repeat(1_000_000);
    const { message, backtrace } = describeFailure(error);
    expect(Buffer.byteLength(message)).toBe(4_096);
    expect(Buffer.byteLength(backtrace)).toBe(8_192);
  });

  test("can be stored as jsonb, whatever the texts contain", () => {
    const { message } = describeFailure(new Error("a\u0000b\ud800c"));
    expect(message).toBe("a\ufffdb\ufffdc");
  });

  test.each([
    ["a permanent error", new PermanentError("no"), true],
    ["a value that cannot be encoded", new UnencodableValueError("no"), true],
    ["a value that is too large", new ValueTooLargeError("no"), true],
    ["a retryable error", new RetryableError("later"), false],
    ["any other error", new Error("oops"), false],
    ["a permanent error whose code throws", new PermanentErrorWithHostileCode(), true],
  ])("tells whether another attempt can succeed: %s", (_what, thrown, permanent) => {
    expect(describeFailure(thrown).permanent).toBe(permanent);
  });

  test("has the handler's own code, or the code of the engine's error", () => {
    expect(describeFailure(new PermanentError("no", { errorCode: "DECLINED" })).errorCode).toBe("DECLINED");
    expect(describeFailure(new PermanentError("no")).errorCode).toBeNull();
    expect(describeFailure(new ValueTooLargeError("no")).errorCode).toBe("TASKER_VALUE_TOO_LARGE");
    expect(describeFailure(new PermanentErrorWithHostileCode()).errorCode).toBeNull();
  });

  test.each([
    [12.5, 12.5],
    [0, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [-1, null],
    [Number.NaN, null],
    [null, null],
  ])("has the wait that the handler asked for: %s seconds give %s", (retryAfter, expected) => {
    expect(describeFailure(new RetryableError("later", { retryAfter })).retryAfterSeconds).toBe(expected);
  });
});
