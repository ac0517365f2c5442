import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UnencodableValueError, ValueTooLargeError } from "../../src/errors/index.ts";
import { encodeJson } from "../../src/json/encode.ts";

const OPTIONS = { maxBytes: 1_000_000, what: "results of step charge" };

function encode(value: unknown): string {
  return encodeJson(value, OPTIONS);
}

function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}

/** `levels` arrays, each the only element of the one around it. */
function nest(levels: number): unknown {
  let value: unknown[] = [];
  for (let level = 1; level < levels; level++) value = [value];
  return value;
}

describe("what JSON.stringify encodes", () => {
  class Money {
    readonly amount = 12;
    get currency() {
      return "EUR";
    }
  }
  const bare: unknown = Object.assign(Object.create(null), { a: 1 });

  test.each([
    ["a plain object", { ok: true }],
    ["nothing in it", { a: {}, b: [], c: "" }],
    ["nesting", { a: [1, [2, { b: null }], false] }],
    ["numbers", [0, -0, 1.5, -1e-7, 1e21, Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER]],
    ["texts", ['"', "\\", "\n\t\u0001\u007f", "é漢\u{1f680}", "\u2028", "x".repeat(100), '"'.repeat(100)]],
    ["keys that need escaping", { '"': 1, "\\": 2, "\n": 3, "": 4, "\u{1f680}": 5, ["k".repeat(100)]: 6 }],
    ["members that are undefined", { a: undefined, b: 1, c: undefined }],
    ["only members that are undefined", { a: undefined }],
    ["elements that are undefined or missing", Object.assign(new Array(3), { 0: undefined, 2: 1 })],
    ["a date", { at: new Date(0) }],
    ["an invalid date", { at: new Date(Number.NaN) }],
    ["toJSON that gives nothing", { a: { toJSON: () => undefined }, b: [{ toJSON: () => undefined }] }],
    ["toJSON that gives an object", { a: { toJSON: () => ({ b: [1] }) } }],
    ["a member toJSON that is no function", { toJSON: 1 }],
    ["wrapper objects", [new Number(1), new String("a"), new Boolean(false)]],
    ["an instance of a class", new Money()],
    ["an object without prototype", bare],
    ["a member named __proto__", JSON.parse('{"__proto__": {"a": 1}}')],
    ["keys that are symbols", { [Symbol("a")]: 1, b: 2 }],
    [
      "an enumerable getter",
      {
        get a() {
          return 1;
        },
      },
    ],
    ["a map", new Map([[1, 2]])],
    ["bytes", new Uint8Array([1, 2])],
    ["one object in two places", ((shared) => [shared, { shared }])({ a: 1 })],
    ["null", null],
    ["a text", "hello"],
    ["a number", 42],
    ["a truth value", false],
  ])("is encoded in the same way: %s", (_what, value) => expect(encode(value)).toBe(JSON.stringify(value)));

  test("undefined is null at the top", () => expect(encode(undefined)).toBe("null"));

  test("toJSON that gives undefined is null at the top", () => {
    expect(encode({ toJSON: () => undefined })).toBe("null");
  });

  test("toJSON is given the key", () => {
    const echo = { toJSON: (key: string) => key };
    expect(encode({ a: echo, b: [echo] })).toBe('{"a":"a","b":["0"]}');
    expect(encode(echo)).toBe('""');
  });

  test("each property is read once", () => {
    let reads = 0;
    const value = {
      get a() {
        reads++;
        return { b: 1 };
      },
    };
    encode(value);
    expect(reads).toBe(1);
  });

  test("any JSON value comes back as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "medium" }), (value) => {
        const storable = JSON.stringify(value);
        fc.pre(!/\\u0000|\\ud[89a-f]/.test(storable));
        expect(encode(value)).toBe(storable);
        expect(JSON.parse(encode(value))).toEqual(JSON.parse(storable));
      }),
    );
  });

  test("any text that can be stored is encoded as JSON.stringify does, any other is refused", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 80 }),
        (text) => {
          if (text.isWellFormed() && !text.includes("\0")) {
            expect(encode({ [text]: text })).toBe(JSON.stringify({ [text]: text }));
          } else {
            expect(() => encode({ a: text })).toThrow(UnencodableValueError);
            expect(() => encode({ [text]: 1 })).toThrow(UnencodableValueError);
          }
        },
      ),
    );
  });
});

describe("what JSON or jsonb cannot hold is refused with its place", () => {
  const cycle: Record<string, unknown> = { a: { b: [] } };
  cycle.a = { b: [1, cycle] };
  const inner: unknown[] = [];
  inner.push({ inner });

  test.each([
    ["NaN", { items: [0, 1, 2, { price: Number.NaN }] }, "$.items[3].price", "is NaN"],
    ["infinity", [Number.POSITIVE_INFINITY], "$[0]", "is Infinity"],
    ["minus infinity", Number.NEGATIVE_INFINITY, "$", "is -Infinity"],
    ["a wrapped NaN", { a: new Number(Number.NaN) }, "$.a", "is NaN"],
    ["BigInt", { id: 1n }, "$.id", "is a bigint"],
    ["a function", { run: () => 1 }, "$.run", "is a function"],
    ["a function in a list", [() => 1], "$[0]", "is a function"],
    ["a symbol", { "a b": Symbol("x") }, '$["a b"]', "is a symbol"],
    ["a function at the top", () => 1, "$", "is a function"],
    ["U+0000 in a text", { a: ["x\0"] }, "$.a[0]", "contains U+0000"],
    ["U+0000 in a long text", { a: `${"x".repeat(100)}\0` }, "$.a", "contains U+0000"],
    ["U+0000 in a key", { a: { "\0": 1 } }, '$.a["\\u0000"]', "contains U+0000"],
    ["a lone surrogate in a text", { a: "\ud800" }, "$.a", "contains a lone surrogate"],
    ["a lone low surrogate", { a: "x\udc00y" }, "$.a", "contains a lone surrogate"],
    ["a pair the wrong way round", "\udc00\ud800", "$", "contains a lone surrogate"],
    ["a lone surrogate in a key", { "\ud800": 1 }, '$["\\ud800"]', "contains a lone surrogate"],
    ["a cycle", cycle, "$.a.b[1]", "refers back to $"],
    ["a cycle further down", { x: inner }, "$.x[0].inner", "refers back to $.x"],
    ["what toJSON gives", { a: { toJSON: () => Number.NaN } }, "$.a", "is NaN"],
    ["a member beside one that is whole", { deep: { list: [[]] }, b: [1n] }, "$.b[0]", "is a bigint"],
  ])("%s", (_what, value, path, reason) => {
    const error = errorOf(() => encode(value));
    expect(error).toBeInstanceOf(UnencodableValueError);
    expect(error).toMatchObject({
      code: "TASKER_UNENCODABLE_VALUE",
      context: { path, reason },
      message: `results of step charge cannot be stored as JSON: ${path} ${reason}`,
    });
  });

  test("a cycle is told from a large value, however much is in it", () => {
    const value: Record<string, unknown> = { filling: "x".repeat(900_000) };
    value.list = [value];
    expect(errorOf(() => encode(value))).toMatchObject({
      context: { path: "$.list[0]", reason: "refers back to $" },
    });
  });

  test("a cycle as long as the deepest nesting is told from it", () => {
    const outermost: unknown[] = [];
    let innermost = outermost;
    for (let level = 1; level < 500; level++) {
      const next: unknown[] = [];
      innermost.push(next);
      innermost = next;
    }
    innermost.push(outermost);
    expect(errorOf(() => encode(outermost))).toMatchObject({ context: { reason: "refers back to $" } });
  });

  test("a key in a path is cut, so that the error itself can be stored", () => {
    const error = errorOf(() => encode({ ["k".repeat(1_000_000)]: 1n }));
    expect(error).toMatchObject({ context: { path: `$.${"k".repeat(80)}` } });
  });

  test("what a getter throws is the cause", () => {
    const cause = new Error("no connection");
    const value = {
      a: [
        {
          get b(): number {
            throw cause;
          },
        },
      ],
    };
    const error = errorOf(() => encode(value));
    expect(error).toBeInstanceOf(UnencodableValueError);
    expect(error).toMatchObject({ cause, context: { path: "$.a[0].b", reason: "throws when it is read" } });
  });

  test("what toJSON throws is the cause, even an error of this family", () => {
    const cause = new UnencodableValueError("mine");
    const value = {
      a: {
        toJSON() {
          throw cause;
        },
      },
    };
    expect(errorOf(() => encode(value))).toMatchObject({ cause, context: { path: "$.a" } });
    expect(errorOf(() => encode(value.a))).toMatchObject({ cause, context: { path: "$" } });
  });

  test("a revoked proxy is refused", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(errorOf(() => encode({ a: proxy }))).toMatchObject({
      context: { path: "$.a" },
      cause: expect.any(TypeError),
    });
  });
});

describe("nesting", () => {
  test("500 levels are encoded", () => {
    expect(encode(nest(500))).toBe("[".repeat(500) + "]".repeat(500));
  });

  test("501 levels are refused", () => {
    const error = errorOf(() => encode(nest(501)));
    expect(error).toMatchObject({
      context: { path: `$${"[0]".repeat(500)}`, reason: "is nested deeper than 500 levels" },
    });
  });

  test.each([
    ["arrays", nest(200_000)],
    [
      "what toJSON makes up as it goes",
      (function endless(): object {
        return { toJSON: () => ({ next: endless() }) };
      })(),
    ],
  ])("without end is refused without exhausting the stack: %s", (_what, value) => {
    const error = errorOf(() => encode(value));
    expect(error).toMatchObject({ context: { reason: "is nested deeper than 500 levels" } });
    expect(error).not.toHaveProperty("cause");
  });
});

describe("size", () => {
  test("is counted in bytes of UTF-8, and the limit itself is allowed", () => {
    const value = { a: "é漢\u{1f680}" };
    const bytes = Buffer.byteLength(JSON.stringify(value));
    expect(encodeJson(value, { maxBytes: bytes, what: "context" })).toBe(JSON.stringify(value));
    const error = errorOf(() => encodeJson(value, { maxBytes: bytes - 1, what: "context" }));
    expect(error).toBeInstanceOf(ValueTooLargeError);
    expect(error).toMatchObject({
      code: "TASKER_VALUE_TOO_LARGE",
      context: { bytes, limit: bytes - 1 },
      message: `context has ${bytes} bytes of JSON, expected at most ${bytes - 1}`,
    });
  });

  test("is measured exactly up to four times the limit", () => {
    const error = errorOf(() => encodeJson("x".repeat(390), { maxBytes: 100, what: "context" }));
    expect(error).toMatchObject({ context: { bytes: 392, limit: 100 } });
  });

  test("of a value that refers to its parts over and over is not measured to the end", () => {
    let value: unknown = [];
    for (let level = 0; level < 100; level++) value = [value, value];
    const error = errorOf(() => encode(value));
    expect(error).toBeInstanceOf(ValueTooLargeError);
    expect(error).toMatchObject({ message: expect.stringContaining("has more than 40") });
    const listed = errorOf(() => encode({ list: new Array(1_000_000).fill("x".repeat(1000)) }));
    expect(listed).toMatchObject({ context: { limit: 1_000_000 } });
  });

  test("agrees with an encoder on any value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(60), (value, maxBytes) => {
        const text = JSON.stringify(value);
        fc.pre(!/\\u0000|\\ud[89a-f]/.test(text) && text.length <= maxBytes * 4);
        const bytes = Buffer.byteLength(text);
        const run = () => encodeJson(value, { maxBytes, what: "context" });
        if (bytes <= maxBytes) expect(run()).toBe(text);
        else expect(errorOf(run)).toMatchObject({ context: { bytes, limit: maxBytes } });
      }),
    );
  });
});
