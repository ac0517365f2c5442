import { describe, expect, test } from "vitest";
import { identify, keyedIdentity, randomIdentity, settleWithin } from "../../src/engine/identity.ts";
import type { IdentitySettings } from "../../src/engine/identity-settings.ts";
import { parseIdentity } from "../../src/engine/identity-settings.ts";
import { ConfigurationError, InvalidRequestError } from "../../src/errors/index.ts";
import type { TaskDraft } from "../../src/handlers/task-handler.ts";

const order: TaskDraft = {
  namespace: "default",
  name: "demo",
  version: "0.1.0",
  context: { b: 1, a: "<&>" },
  initiator: "unknown",
  sourceSystem: "unknown",
  reason: "unknown",
  tags: ["not part of it"],
  bypassSteps: [],
  requestedAt: new Date("2025-01-02T03:04:59Z"),
  correlationId: "c",
};

const hashOf = (settings: IdentitySettings, change: Partial<TaskDraft> = {}) => {
  const task = { ...order, ...change };
  return identify(parseIdentity(settings), task, task.context).hash;
};

describe("the identity of a task", () => {
  test("is a new one for each request without key and strategy", () => {
    expect(randomIdentity()).not.toEqual(randomIdentity());
    expect(hashOf({ strategy: "default" })).not.toBe(hashOf({ strategy: "default" }));
    expect(hashOf({ strategy: "default" })).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  });

  test("is the same for the same key, template and namespace", () => {
    expect(keyedIdentity("shop", "order", "17")).toEqual(keyedIdentity("shop", "order", "17"));
    expect(keyedIdentity("shop", "order", "17").hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ["namespace", "store", "order", "17"],
    ["name", "shop", "return", "17"],
    ["key", "shop", "order", "18"],
    ["place where name and key meet", "shop", "order1", "7"],
  ])("differs by %s", (_what, namespace, name, key) => {
    expect(keyedIdentity(namespace, name, key)).not.toEqual(keyedIdentity("shop", "order", "17"));
  });
});

describe("the strategy hash", () => {
  test("gives 64 hexadecimal digits, equal for equal requests, whatever the order of keys in the context", () => {
    expect(hashOf({ strategy: "hash" })).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOf({ strategy: "hash" }, { context: { a: "<&>", b: 1 } })).toBe(hashOf({ strategy: "hash" }));
    expect(hashOf({ strategy: "hash" }, { tags: [], correlationId: "d" })).toBe(hashOf({ strategy: "hash" }));
  });

  test.each<[string, Partial<TaskDraft>]>([
    ["namespace", { namespace: "other" }],
    ["name", { name: "other" }],
    ["version", { version: "0.2.0" }],
    ["initiator", { initiator: "somebody" }],
    ["source system", { sourceSystem: "crm" }],
    ["reason", { reason: "other" }],
    ["context", { context: { b: 2, a: "<&>" } }],
    ["bypassed steps", { bypassSteps: ["a"] }],
    ["minute", { requestedAt: new Date("2025-01-02T03:05:00Z") }],
  ])("differs by %s", (_what, change) => {
    expect(hashOf({ strategy: "hash" }, change)).not.toBe(hashOf({ strategy: "hash" }));
  });

  test("with the window none is the same at any time", () => {
    const later = { requestedAt: new Date("2026-01-01T00:00:00Z") };
    expect(hashOf({ strategy: "hash", window: "none" }, later)).toBe(hashOf({ strategy: "hash", window: "none" }));
  });

  test("compatible is the reference's, byte for byte, without namespace and version", () => {
    const compatible = { strategy: "hash", compatible: true } as const;
    expect(hashOf(compatible)).toBe("c656a083c6f852d9361c28fa890a568c5352438a264bab2394cb721075722bd9");
    expect(hashOf(compatible, { namespace: "other", version: "9.0.0" })).toBe(hashOf(compatible));
    expect(hashOf(compatible, { context: { a: "<&>", b: 1 } })).not.toBe(hashOf(compatible));
  });

  test("under a sliding window gives requests of one submit the identity of the first, each first one anew", () => {
    const rule = parseIdentity({ strategy: "hash", window: { seconds: 60 } });
    const at = (second: number) => {
      const task = { ...order, requestedAt: new Date(1_000_000_000_000 + second * 1_000) };
      return { identity: identify(rule, task, task.context) };
    };
    const hashes = settleWithin([at(0), at(59), at(60), at(61), at(-59)]).map(({ identity }) => identity.hash);
    expect(hashes.map((hash) => hashes.indexOf(hash))).toEqual([0, 0, 2, 2, 0]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}\d{15}$/);
  });
});

describe("a custom strategy", () => {
  class ByOrder {
    readonly #prefix = "order";
    generateIdentityHash(task: TaskDraft) {
      return `${this.#prefix}-${String(task.context.b)}`;
    }
  }

  test("is a class, an object or a function; it gets the task and the reference's options", () => {
    expect(hashOf({ strategy: "custom", identityStrategyClass: ByOrder })).toBe("order-1");
    expect(hashOf({ strategy: "custom", identityStrategyClass: new ByOrder() })).toBe("order-1");
    const seen: unknown[] = [];
    hashOf({ strategy: "custom", identityStrategyClass: (...given) => String(seen.push(given)) });
    expect(seen).toEqual([
      [
        order,
        {
          name: "demo",
          initiator: "unknown",
          source_system: "unknown",
          context: order.context,
          reason: "unknown",
          bypass_steps: [],
          requested_at: "2025-01-02 03:04",
        },
      ],
    ]);
  });

  test.each([[""], ["x".repeat(129)], ["\u0000"]])("that gives %j is refused", (hash) => {
    const give = () => hashOf({ strategy: "custom", identityStrategyClass: () => hash });
    expect(give).toThrow(InvalidRequestError);
    expect(give).toThrow("expected 1 to 128 characters that can be stored");
  });
});

describe("the option identity", () => {
  test.each([
    ["hash", 'engine option identity is "hash", expected an object with a strategy'],
    [{ strategy: "md5" }, 'engine option identity.strategy is "md5", expected one of "default", "hash", "custom"'],
    [{ strategy: "custom" }, "engine option identity.identityStrategyClass is undefined, expected a class"],
    [{ strategy: "custom", identityStrategyClass: "Name" }, 'identityStrategyClass is "Name", expected a class'],
    [{ strategy: "custom", identityStrategyClass: class Odd {} }, "identityStrategyClass is Odd, expected a class"],
    [{ strategy: "hash", identityStrategyClass: () => "" }, 'expected strategy "custom" together with it'],
    [{ strategy: "default", window: "none" }, 'identity.window is "none", expected strategy "hash" together with it'],
    [{ strategy: "hash", window: "hour" }, 'engine option identity.window is "hour", expected "minute", "none" or'],
    [{ strategy: "hash", compatible: true, window: "none" }, 'expected "minute", the only one that the reference has'],
    [{ strategy: "hash", windows: 1 }, "engine option identity.windows is 1, expected one of strategy, compatible,"],
  ])("%o is refused by name", (value, message) => {
    expect(() => parseIdentity(value)).toThrow(ConfigurationError);
    expect(() => parseIdentity(value)).toThrow(message);
  });
});
