import { describe, expect, test } from "vitest";
import { DefinitionCache } from "../../../src/engine/compiled-definition.ts";
import { type EngineLimits, parseEngineLimits } from "../../../src/engine/limits/engine-limits.ts";
import { keyText, limiterId } from "../../../src/engine/limits/limiter.ts";
import { limitSteps } from "../../../src/engine/limits/step-limits.ts";
import { ConfigurationError } from "../../../src/errors/index.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";

const template = defineTask({
  name: "order",
  namespace: "shop",
  dependentSystem: "bank",
  dependentSystems: { bank: { concurrency: 5 } },
  handlerLimits: { pay: { concurrency: 2, key: "customer" } },
})
  .step("pay", { limits: [{ rate: { count: 3, perSeconds: 60 } }], process: () => 1 })
  .step("book", { limits: [{ name: "books", key: "year", concurrency: 1 }], process: () => 1 })
  .step("mail", { dependentSystem: "post", process: () => 1 })
  .build();

const limitsOf = (engine: EngineLimits = {}, of = template) =>
  limitSteps(new DefinitionCache().compile(of.definition), parseEngineLimits(engine));

const demands = (step: string, context: object, engine: EngineLimits = {}) =>
  limitsOf(engine)
    ?.demandsOf(step, context)
    .map(({ label, concurrency, rate }) => [label, concurrency, rate]);

describe("the limits of a step", () => {
  test("are those of its system, of its handler, and its own", () => {
    expect(demands("pay", { customer: 7 })).toEqual([
      ["system:bank", 5, null],
      ["handler:pay:7", 2, null],
      ["step:order.pay", null, { count: 3, perSeconds: 60 }],
    ]);
    expect(demands("book", { year: 2026 })).toEqual([
      ["system:bank", 5, null],
      ["name:books:2026", 1, null],
    ]);
    expect(demands("mail", {})).toEqual([]);
  });

  test("are the engine's for the same system, handler or name; null takes a limit away", () => {
    const engine: EngineLimits = {
      dependentSystems: { bank: { concurrency: 1 }, post: { rate: { count: 2, perSeconds: 1 } } },
      handlers: { pay: null },
      named: { books: { concurrency: 9 }, unused: { concurrency: 1 } },
    };
    expect(demands("pay", {}, engine)).toEqual([
      ["system:bank", 1, null],
      ["step:order.pay", null, { count: 3, perSeconds: 60 }],
    ]);
    expect(demands("book", { year: 2026 }, engine)).toEqual([
      ["system:bank", 1, null],
      ["name:books:2026", 9, null],
    ]);
    expect(demands("mail", {}, engine)).toEqual([["system:post", null, { count: 2, perSeconds: 1 }]]);
    expect(demands("book", {}, { named: { books: null } })).toEqual([["system:bank", 5, null]]);
  });

  test("are nothing to look for where no step has any", () => {
    const free = defineTask({ name: "free" })
      .step("a", { process: () => 1 })
      .build();
    expect(limitsOf({ handlers: { b: { concurrency: 1 } } }, free)).toBeNull();
    expect(limitsOf({ handlers: { a: { concurrency: 1 } } }, free)).not.toBeNull();
  });

  test("count once where two of them are the same limiter: the stricter numbers hold", () => {
    const twice = defineTask({ name: "twice" })
      .step("a", {
        limits: [
          { name: "n", key: "x", concurrency: 4, rate: { count: 60, perSeconds: 60 } },
          { name: "n", key: "y", concurrency: 3, rate: { count: 2, perSeconds: 1 } },
        ],
        process: () => 1,
      })
      .build();
    expect(limitsOf({}, twice)?.demandsOf("a", { x: 1, y: 1 })).toMatchObject([
      { label: "name:n:1", concurrency: 3, rate: { count: 60, perSeconds: 60 } },
    ]);
    expect(limitsOf({}, twice)?.demandsOf("a", { x: 1, y: 2 })).toHaveLength(2);
  });
});

describe("the value of a limit's key", () => {
  test.each([
    ["a number is the text of that number", 7, "7"],
    ["a text is itself", "7", "7"],
    ["true is its text", true, "true"],
    ["nothing is null", undefined, null],
    ["null is null", null, null],
    ["an object is its JSON with sorted keys", { b: 1, a: [2] }, '{"a":[2],"b":1}'],
    ["64 characters are kept", "x".repeat(64), "x".repeat(64)],
  ])("%s", (_title, value, text) => {
    expect(keyText(value)).toBe(text);
  });

  test("a longer one is its hash: of one length, and another for another value", () => {
    expect(keyText("x".repeat(65))).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(keyText("x".repeat(65))).not.toBe(keyText("x".repeat(66)));
  });

  test("makes limiters of their own, also the text null and no value; a name cannot be mistaken for a key", () => {
    const ids = [
      limiterId("a", "name", "n", null),
      limiterId("a", "name", "n", { value: undefined }),
      limiterId("a", "name", "n", { value: "null" }),
      limiterId("a", "name", 'n","null', null),
      limiterId("b", "name", "n", null),
      limiterId("a", "step", "n", null),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("limits of an engine", () => {
  test.each([
    ["an unknown kind", { systems: {} }, "limits"],
    ["a limit that limits nothing", { handlers: { a: {} } }, "limits.handlers.a"],
    ["no whole number", { handlers: { a: { concurrency: 1.5 } } }, "limits.handlers.a.concurrency"],
    [
      "a rate without a time",
      { dependentSystems: { a: { rate: { count: 1 } } } },
      "limits.dependentSystems.a.rate.perSeconds",
    ],
    ["a key of a named limit", { named: { a: { key: "b", concurrency: 1 } } }, "limits.named.a"],
    ["an odd path", { handlers: { a: { key: "b..c", concurrency: 1 } } }, "limits.handlers.a.key"],
  ])("are refused: %s", (_title, limits, option) => {
    const parse = () => parseEngineLimits(limits);
    expect(parse).toThrow(ConfigurationError);
    expect(parse).toThrow(expect.objectContaining({ context: expect.objectContaining({ option }) }));
  });
});
