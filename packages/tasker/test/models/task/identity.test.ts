import { describe, expect, test } from "vitest";
import { type IdentityTask, identityHash, identityOptions } from "../../../src/models/task/identity.ts";
import { identityJson } from "../../../src/models/task/identity-json.ts";

const UUID = "0b1c2d3e-0000-4000-8000-000000000000";
const uuid = () => UUID;
const demo: IdentityTask = {
  name: "demo",
  named_task_id: 1,
  initiator: "unknown",
  source_system: "unknown",
  reason: "unknown",
  context: { b: 1, a: "<&>" },
  tags: ["not part of it"],
  bypass_steps: [],
  requested_at: new Date("2025-01-02T03:04:59Z"),
};

describe("the identity of a task", () => {
  test("is a random UUID by default", () => {
    expect(identityHash("default", demo, uuid)).toBe(UUID);
  });

  test("is the reference's hash, byte for byte", () => {
    expect(identityHash("hash", demo, uuid)).toBe("c656a083c6f852d9361c28fa890a568c5352438a264bab2394cb721075722bd9");
    // made with ActiveSupport
    const odd = {
      ...demo,
      name: "démo",
      context: {
        price: 0.00001,
        big: 1.5e21,
        neg: -2.5e-7,
        n: null,
        list: [1, true, '\u2028\n"\\'],
        at: new Date("2025-01-02T03:04:59Z"),
      },
      reason: "r & d",
      bypass_steps: ["a", "b"],
    };
    expect(identityHash("hash", odd, uuid)).toBe("e7ee682a99f3a90f20f0f271355e41e97c9803abcf73ee79b882edca9453fbb7");
  });

  test("hashes name, initiator, source system, context, reason, bypassed steps and minute, in this order", () => {
    expect(Object.entries(identityOptions(demo))).toEqual([
      ["name", "demo"],
      ["initiator", "unknown"],
      ["source_system", "unknown"],
      ["context", { b: 1, a: "<&>" }],
      ["reason", "unknown"],
      ["bypass_steps", []],
      ["requested_at", "2025-01-02 03:04"],
    ]);
  });

  test.each<[string, Partial<IdentityTask>]>([
    ["initiator", { initiator: "somebody" }],
    ["source_system", { source_system: "crm" }],
    ["reason", { reason: "other" }],
    ["the order of the context's keys", { context: { a: "<&>", b: 1 } }],
    ["bypass_steps", { bypass_steps: ["a"] }],
    ["the minute", { requested_at: new Date("2025-01-02T03:05:00Z") }],
  ])("under `hash` another one with another %s", (_what, change) => {
    expect(identityHash("hash", { ...demo, ...change }, uuid)).not.toBe(identityHash("hash", demo, uuid));
  });

  test.each<[string, Partial<IdentityTask>]>([
    ["tags", { tags: ["x"] }],
    ["named task of the same name", { named_task_id: 2 }],
    ["second of the same minute", { requested_at: new Date("2025-01-02T03:04:00Z") }],
  ])("under `hash` the same one with other %s", (_what, change) => {
    expect(identityHash("hash", { ...demo, ...change }, uuid)).toBe(identityHash("hash", demo, uuid));
  });

  test("is what a function gives", () => {
    const strategy = (task: IdentityTask, options: { readonly requested_at: string }) =>
      `${task.name} ${task.tags.length} ${options.requested_at}`;
    expect(identityHash(strategy, demo, uuid)).toBe("demo 1 2025-01-02 03:04");
  });
});

describe("the reference's JSON", () => {
  // what ActiveSupport writes
  test.each([
    [1.5, "1.5"],
    [0.0001, "0.0001"],
    [0.00012, "0.00012"],
    [0.00001, "1.0e-05"],
    [1.5e-7, "1.5e-07"],
    [5e-324, "5.0e-324"],
    [1000000000000000.5, "1000000000000000.5"],
    [10000000000000000, "10000000000000000"],
    [1e21, "1.0e+21"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
    [-0.00025, "-0.00025"],
    ["1e-9 < 2 \u2029", '"1e-9 \\u003c 2 \\u2029"'],
    [{ "<a>": '\u007f\u0001\b/é𠮷"\\' }, '{"\\u003ca\\u003e":"\u007f\\u0001\\b/é𠮷\\"\\\\"}'],
  ])("of %j is %s", (value, text) => {
    expect(identityJson(value)).toBe(text);
  });
});
