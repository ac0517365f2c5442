import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../src/errors/index.ts";
import { describeMapping, eventMapping } from "../../src/event-routing/event-mapping.ts";
import { EventRouter } from "../../src/event-routing/event-router.ts";
import { isSampled } from "../../src/event-routing/is-sampled.ts";

const traceId = () => randomBytes(16).toString("hex");

describe("an event mapping", () => {
  test("needs a name only", () => {
    expect(eventMapping("order.placed")).toEqual({
      event_name: "order.placed",
      backends: ["traces"],
      enabled: true,
      sampling_rate: 1,
      priority: "normal",
      metadata: {},
    });
  });

  test("is frozen through and through", () => {
    const mapping = eventMapping("a.b", { metadata: { team: "x" } });
    for (const value of [mapping, mapping.backends, mapping.metadata]) expect(Object.isFrozen(value)).toBe(true);
  });

  test("takes the names of backends in both numbers, each once", () => {
    expect(eventMapping("a.b", { backends: ["trace", "metric", "log", "logs"] }).backends).toEqual([
      "traces",
      "metrics",
      "logs",
    ]);
  });

  test.each(["low", "normal", "high", "critical"] as const)("can have the priority %s", (priority) => {
    expect(eventMapping("a.b", { priority }).priority).toBe(priority);
  });

  test("says in words what it does", () => {
    expect(describeMapping(eventMapping("a.b"))).toBe("a.b -> traces");
    const mapping = eventMapping("a.b", { backends: ["metrics", "logs"], sampling_rate: 0.125 });
    expect(describeMapping(mapping)).toBe("a.b -> metrics, logs (12.5% sampled)");
  });

  test.each([
    ["a.b", { sampling_rate: 2 }, "a.b.sampling_rate is 2"],
    ["a.b", { sampling_rate: -1 }, "a.b.sampling_rate is -1"],
    ["", {}, 'event_name is ""'],
  ])("refuses what it cannot be: %s %j", (name, settings, message) => {
    expect(() => eventMapping(name, settings)).toThrow(ConfigurationError);
    expect(() => eventMapping(name, settings)).toThrow(message);
  });

  test("names a key that it does not know, and a backend that there is not", () => {
    const refused = (settings: object) => () => eventMapping("a.b", settings);
    expect(refused({ sampling: 1 })).toThrow(/sampling/);
    expect(refused({ backends: ["pager"] })).toThrow(/a\.b\.backends\.0 is "pager"/);
  });
});

describe("sampling", () => {
  test("keeps everything at 1 and nothing at 0", () => {
    const ids = Array.from({ length: 50 }, traceId);
    expect(ids.every((id) => isSampled(id, 1))).toBe(true);
    expect(ids.some((id) => isSampled(id, 0))).toBe(false);
  });

  test.each(["trace ids", "correlation ids"])("keeps about the share that is asked for, of %s", (kind) => {
    const keys = Array.from({ length: 20_000 }, (_, place) => (kind === "trace ids" ? traceId() : `tsk_abc_${place}`));
    for (const rate of [0.1, 0.5, 0.9]) {
      const kept = keys.filter((key) => isSampled(key, rate)).length / keys.length;
      expect(Math.abs(kept - rate)).toBeLessThan(0.02);
    }
  });

  test("keeps with a higher rate what a lower one keeps", () => {
    const kept = Array.from({ length: 1_000 }, traceId).filter((id) => isSampled(id, 0.2));
    expect(kept.every((id) => isSampled(id, 0.4))).toBe(true);
  });

  test("is decided by the random part of a trace id, as OpenTelemetry's probability sampling does", () => {
    const id = (last: string) => `${"f".repeat(18)}${last}`;
    expect(isSampled(id("80000000000000"), 0.5)).toBe(true);
    expect(isSampled(id("7fffffffffffff"), 0.5)).toBe(false);
  });
});

describe("a router", () => {
  test("begins with the life of tasks and steps", () => {
    const router = new EventRouter();
    expect(router.routes("step.completed", "traces", traceId())).toBe(true);
    expect(router.routes("step.completed", "metrics", traceId())).toBe(true);
    expect(router.routes("step.completed", "logs", traceId())).toBe(true);
    expect(router.statistics()).toEqual({
      total_mappings: 22,
      trace_events: 20,
      metrics_events: 21,
      log_events: 22,
      enabled_mappings: 22,
      high_priority: 2,
      sampled_mappings: 0,
    });
  });

  test("takes mappings as settings, as lists of backends, as one backend, and takes events off", () => {
    const router = new EventRouter({
      "step.completed": { backends: ["logs"], sampling_rate: 0.5 },
      "order.placed": ["metrics", "logs"],
      "order.paid": "metrics",
      "task.failed": null,
    });
    expect(router.mappingFor("step.completed")).toMatchObject({ backends: ["logs"], sampling_rate: 0.5 });
    expect(router.decide("order.placed", traceId())).toEqual(["metrics", "logs"]);
    expect(router.decide("order.paid", traceId())).toEqual(["metrics"]);
    expect(router.mappingFor("task.failed")).toBeNull();
    expect(router.configuredEvents).toContain("order.paid");
    expect(router.statistics()).toMatchObject({ total_mappings: 23, log_events: 22, sampled_mappings: 1 });
  });

  test("forgets where a mapping led that was replaced", () => {
    const router = new EventRouter();
    router.map("task.completed", { backends: ["logs"] });
    expect(router.eventsFor("traces")).not.toContain("task.completed");
    expect(router.eventsFor("metrics")).not.toContain("task.completed");
    expect(router.eventsFor("logs")).toContain("task.completed");
  });

  test("sends nowhere what is not mapped, and what is not enabled", () => {
    const router = new EventRouter({ "step.failed": { enabled: false } });
    expect(router.decide("step.unheard_of", traceId())).toEqual([]);
    expect(router.decide("step.failed", traceId())).toEqual([]);
  });

  test("decides once: each backend gets an event or none does, however often it is asked", () => {
    const router = new EventRouter({ "step.failed": { backends: ["traces", "metrics"], sampling_rate: 0.5 } });
    const other = new EventRouter({ "step.failed": { backends: ["traces", "metrics"], sampling_rate: 0.5 } });
    const ids = Array.from({ length: 200 }, traceId);
    const kept = ids.filter((id) => router.routes("step.failed", "traces", id));
    expect(kept.length).toBeGreaterThan(50);
    expect(kept.length).toBeLessThan(150);
    expect(ids.filter((id) => router.routes("step.failed", "metrics", id))).toEqual(kept);
    expect(ids.filter((id) => other.decide("step.failed", id).length > 0)).toEqual(kept);
  });
});
