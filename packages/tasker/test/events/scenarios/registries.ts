import { expect } from "vitest";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import type { ExportPlugin } from "../../../src/registries/plugin.ts";
import { PluginRegistry } from "../../../src/registries/plugin-registry.ts";
import { SubscriberRegistry } from "../../../src/registries/subscriber-registry.ts";
import { exportMetrics, registerBuiltInExporters } from "../../../src/telemetry/index.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { sampleMetrics } from "../../telemetry/support/sample-metrics.ts";
import type { Scenario } from "./scenario.ts";

const handler = { registry_name: "handler_registry", entity_type: "handler", entity_id: "default.graph@1.0.0" };
const plugin = { registry_name: "plugin_registry", entity_type: "plugin", entity_id: "csv" };
const subscriber = { registry_name: "subscriber_registry", entity_type: "subscriber", entity_id: "audit" };

const registers: Scenario = {
  title: "registries that take, refuse and let go, and are asked how they are",
  shows: {
    "handler.registered": [{ ...handler, options: {} }],
    "handler.validation_failed": [handler],
    "handler.unregistered": [handler],
    "plugin.registered": [{ ...plugin, options: {} }],
    "plugin.validation_failed": [plugin],
    "plugin.unregistered": [plugin],
    "subscriber.registered": [{ ...subscriber, options: { events: ["task.*"] } }],
    "subscriber.validation_failed": [subscriber],
    "subscriber.unregistered": [subscriber],
    "registry.health_check": [{ registry_name: "subscriber_registry", healthy: true }],
    "registry.stats_collected": [{ registry_name: "subscriber_registry" }],
  },
  play: async (stage) => {
    const events = new EventBus();
    stage.listen(events);
    const handlers = new HandlerRegistry({ events });
    handlers.register(graphTemplate("a"));
    expect(() => handlers.register(graphTemplate("a"))).toThrow("is registered already");
    handlers.clear();
    const plugins = new PluginRegistry({ events });
    const csv: ExportPlugin = {
      name: "csv",
      supportedFormats: ["csv"],
      supportsFormat: () => true,
      export: () => "",
    };
    plugins.register(csv);
    expect(() => plugins.register(csv)).toThrow("is registered already");
    plugins.clear();
    const subscribers = new SubscriberRegistry({ events });
    class Audit {
      readonly events = ["task.*"];
      call(): void {}
    }
    subscribers.register(Audit);
    expect(() => subscribers.register(Audit)).toThrow("is registered already");
    subscribers.collectStats();
    subscribers.healthCheck();
    subscribers.unregister(Audit);
    expect(subscribers.unregister(Audit)).toBe(false);
  },
};

const exports: Scenario = {
  title: "exports of metrics, one of them in a format that nobody knows",
  shows: {
    "tasker.telemetry.export_requested": [{ format: "json" }, { format: "xml" }],
    "tasker.telemetry.export_completed": [{ format: "json", metrics_count: expect.any(Number) }],
    "tasker.telemetry.export_failed": [{ format: "xml", error: expect.stringContaining("no exporter knows") }],
  },
  play: async (stage) => {
    const events = new EventBus();
    stage.listen(events);
    const plugins = new PluginRegistry();
    registerBuiltInExporters(plugins);
    const snapshot = await sampleMetrics().snapshot();
    await exportMetrics(plugins, snapshot, { format: "json", events });
    await expect(exportMetrics(plugins, snapshot, { format: "xml", events })).rejects.toThrow();
  },
};

export const REGISTRIES: readonly Scenario[] = [registers, exports];
