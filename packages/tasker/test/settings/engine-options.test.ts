import { describe, expect, test } from "vitest";
import { type ConfigurationSettings, configuration } from "../../src/config/configuration.ts";
import { shownOption } from "../../src/settings/describe-option.ts";
import { engineOptionsFrom } from "../../src/settings/engine-options.ts";
import { loadConfiguration } from "../../src/settings/load-configuration.ts";
import { SecretSource } from "../../src/vault/secret-source.ts";

const optionsOf = async (overrides: ConfigurationSettings, identity?: unknown) =>
  engineOptionsFrom(await loadConfiguration({ cwd: "/", variables: {}, overrides }), identity);

describe("what a configuration says for an engine", () => {
  test.each<[string, ConfigurationSettings, object]>([
    ["engine.lease_seconds", { engine: { lease_seconds: 20 } }, { leaseMs: 20_000 }],
    ["engine.stuck_after_seconds", { engine: { stuck_after_seconds: 1 } }, { stuckAfterMs: 1_000 }],
    ["engine.heartbeat", { engine: { heartbeat: "loop" } }, { heartbeat: "loop" }],
    ["engine.sharing", { engine: { sharing: false } }, { sharing: false }],
    ["engine.max_tasks", { engine: { max_tasks: 5 } }, { maxTasks: 5 }],
    ["engine.poll_interval_seconds", { engine: { poll_interval_seconds: 0.1 } }, { pollIntervalMs: 100 }],
    ["engine.max_value_bytes", { engine: { max_value_bytes: 9 } }, { maxValueBytes: 9 }],
    ["engine.max_interruptions", { engine: { max_interruptions: 2 } }, { maxInterruptions: 2 }],
    ["engine.stored_events", { engine: { stored_events: ["workflow.*"] } }, { storeEvents: ["workflow.*"] }],
    ["engine.masked_event_keys", { engine: { masked_event_keys: ["card"] } }, { maskedEventKeys: ["card"] }],
    ["engine.redact", { engine: { redact: ["error.*"] } }, { redact: ["error.*"] }],
    [
      "engine.identity_strategy",
      { engine: { identity_strategy: "hash" } },
      { identity: { strategy: "hash", window: "minute" } },
    ],
    [
      "engine.identity_compatible",
      { engine: { identity_strategy: "hash", identity_compatible: true } },
      { identity: { strategy: "hash", compatible: true } },
    ],
    [
      "engine.identity_window",
      { engine: { identity_strategy: "hash", identity_window: 5 } },
      { identity: { strategy: "hash", window: { seconds: 5 } } },
    ],
    ["telemetry.enabled", { telemetry: { enabled: false } }, { tracing: { enabled: false } }],
    ["telemetry.service_name", { telemetry: { service_name: "shop" } }, { tracing: { service_name: "shop" } }],
    ["telemetry.service_version", { telemetry: { service_version: "2" } }, { tracing: { service_version: "2" } }],
    [
      "telemetry.filter_parameters",
      { telemetry: { filter_parameters: ["x"] } },
      { tracing: { filter_parameters: ["x"] } },
    ],
    ["telemetry.filter_mask", { telemetry: { filter_mask: "-" } }, { tracing: { filter_mask: "-" } }],
    ["telemetry.filtered_events", { telemetry: { filtered_events: ["x"] } }, { tracing: { filtered_events: ["x"] } }],
    [
      "telemetry.config.filtered_events",
      { telemetry: { config: { filtered_events: ["y"] } } },
      { tracing: { filtered_events: ["y"] } },
    ],
    [
      "telemetry.performance_monitoring_enabled",
      { telemetry: { performance_monitoring_enabled: false } },
      { slowStatementMs: null },
    ],
    [
      "telemetry.slow_query_threshold_seconds",
      { telemetry: { slow_query_threshold_seconds: 0.2 } },
      { slowStatementMs: 200 },
    ],
    [
      "telemetry.event_sampling_rate",
      { telemetry: { event_sampling_rate: 0 } },
      { tracing: { event_sampling_rate: 0 } },
    ],
  ])("goes by %s", async (_option, overrides, expected) => {
    expect(await optionsOf({})).not.toMatchObject(expected);
    expect(await optionsOf(overrides)).toMatchObject(expected);
  });

  test("goes by engine.encryption_keys, whose references are read when the engine is made", async () => {
    const reference = `\${env:KEY}`;
    const loaded = await loadConfiguration({
      cwd: "/",
      variables: {},
      overrides: { engine: { encryption_keys: [{ id: "k1", key: reference }] } },
    });
    const made = (KEY?: string) =>
      engineOptionsFrom(loaded, undefined, new SecretSource({ variables: KEY === undefined ? {} : { KEY } }))
        .encryption;
    expect(made("ab".repeat(32))).toMatchObject({ currentKeyId: "k1" });
    expect(() => made()).toThrow(`code: engine.encryption_keys[0].key: ${reference} leads to nothing`);
    expect(() => made("secret-but-short")).toThrow("expected 32 bytes");
    expect(shownOption(loaded, "engine.encryption_keys").value).toEqual([{ id: "k1", key: reference }]);
    expect((await optionsOf({})).encryption).toBeUndefined();
    const plain = { engine: { encryption_keys: [{ id: "k1", key: "ab".repeat(32) }] } };
    const shown = shownOption(
      await loadConfiguration({ cwd: "/", variables: {}, overrides: plain }),
      "engine.encryption_keys",
    );
    expect(shown.value).toBe("[secret]");
  });

  test("goes by engine.identity_strategy_class", async () => {
    const identity = () => "one";
    const engine = { identity_strategy: "custom", identity_strategy_class: "./identity.js#one" } as const;
    expect((await optionsOf({ engine }, identity)).identity).toEqual({
      strategy: "custom",
      identityStrategyClass: identity,
    });
  });

  test("has a concurrency that follows the process only where the section execution is given", async () => {
    expect(await optionsOf({})).not.toHaveProperty("execution");
    const { execution } = await optionsOf({ execution: { max_concurrent_steps_limit: 40 } });
    expect(execution).toEqual({ ...configuration().execution, max_concurrent_steps_limit: 40 });
  });
});
