import { describe, expect, test } from "vitest";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { PluginRegistry } from "../../src/registries/plugin-registry.ts";
import { efficiencyScore, StatisticsCollector, utilizationOf } from "../../src/registries/statistics-collector.ts";
import { SubscriberRegistry } from "../../src/registries/subscriber-registry.ts";
import { graphTemplate } from "../../src/testing/run/graph-template.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";

function make() {
  const handlers = new HandlerRegistry();
  handlers.registerMany(
    [1, 2, 3, 4, 5, 6].map((n) => graphTemplate("a", { name: `t${n}`, namespace: n > 3 ? "x" : "y" })),
  );
  const subscribers = new SubscriberRegistry();
  subscribers.register({ call: () => {} }, { name: "one", events: ["a.b"] });
  const plugins = new PluginRegistry();
  const clock = new ManualClock();
  return { handlers, plugins, clock, collector: new StatisticsCollector([handlers, subscribers, plugins], clock) };
}

describe("the figures of registries", () => {
  test.each([
    [0, "empty"],
    [1, "low"],
    [5, "low"],
    [6, "medium"],
    [20, "medium"],
    [21, "high"],
    [50, "high"],
    [51, "very_high"],
  ])("%i entries are %s", (items, utilization) => expect(utilizationOf(items)).toBe(utilization));

  test.each([
    ["empty", "varied", 0.1],
    ["low", "single", 0.5],
    ["medium", "even", 0.9],
    ["high", "balanced", 1],
    ["very_high", "skewed", 0.5],
  ] as const)("a %s and %s registry scores %f", (utilization, distribution, score) => {
    expect(efficiencyScore(utilization, distribution)).toBe(score);
  });

  test("are told of each and of all together", () => {
    const { collector, clock } = make();
    expect(collector.performanceReport()).toEqual({
      generatedAt: new Date(clock.now()),
      registries: [
        {
          registryName: "handler_registry",
          items: 6,
          healthy: true,
          utilization: "medium",
          distribution: "even",
          efficiencyScore: 0.9,
        },
        {
          registryName: "subscriber_registry",
          items: 1,
          healthy: true,
          utilization: "low",
          distribution: "balanced",
          efficiencyScore: 0.7,
        },
        {
          registryName: "plugin_registry",
          items: 0,
          healthy: true,
          utilization: "empty",
          distribution: "empty",
          efficiencyScore: 0.2,
        },
      ],
      aggregate: { registries: 3, items: 7, healthPercentage: 100, averageEfficiencyScore: 0.6 },
    });
    expect(new StatisticsCollector([]).performanceReport().aggregate).toEqual({
      registries: 0,
      items: 0,
      healthPercentage: 100,
      averageEfficiencyScore: 0,
    });
  });

  test("are published when they are collected, and searched", () => {
    const { collector, handlers } = make();
    const told: string[] = [];
    handlers.events.on(({ name }) => told.push(name));
    expect(collector.collectAllRegistryStats().registries).toMatchObject({ handler_registry: { totalHandlers: 6 } });
    expect(collector.collectRegistryStats("plugin_registry")).toMatchObject({ totalPlugins: 0 });
    expect(collector.collectRegistryStats("none")).toBeUndefined();
    expect(told).toContain("registry.stats_collected");
    const names = (search: Parameters<typeof collector.findRegistries>[0]) =>
      collector.findRegistries(search).map(({ registryName }) => registryName);
    expect(names({ namePattern: /^plugin/ })).toEqual(["plugin_registry"]);
    expect(names({ minItems: 1 })).toEqual(["handler_registry", "subscriber_registry"]);
    expect(names({ healthStatus: "unhealthy" })).toEqual([]);
  });

  test("say which registry is ill, and why", () => {
    class Ill extends PluginRegistry {
      override stats(): never {
        throw new Error("no figures");
      }
    }
    const summary = new StatisticsCollector([new HandlerRegistry(), new Ill()]).healthSummary();
    expect(summary).toMatchObject({ healthy: false, healthPercentage: 50 });
    expect(summary.registries.plugin_registry).toMatchObject({ healthy: false, stats: null, error: "no figures" });
  });
});
