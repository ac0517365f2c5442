import { describe, expect, test } from "vitest";
import { EXECUTION_PRESETS } from "../../src/config/execution-presets.ts";
import { type ConfigurationSources, loadConfiguration } from "../../src/settings/load-configuration.ts";
import { layerOf, originText } from "../../src/settings/origin.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";

/** Loads from files, without the variables of this process. */
async function load(files: Readonly<Record<string, string>>, sources: ConfigurationSources = {}) {
  using directory = new WorkDirectory(files);
  return await loadConfiguration({ cwd: directory.path, variables: {}, hostname: "worker-7", ...sources });
}

/** Value of `cache.default_ttl`, and where it comes from. */
async function ttl(files: Readonly<Record<string, string>>, sources: ConfigurationSources = {}) {
  const loaded = await load(files, sources);
  return [loaded.document.cache.default_ttl, originText(loaded.origin("cache.default_ttl"))];
}

const cache = (seconds: number) => `cache: {default_ttl: ${seconds}}`;

describe("the sources of a configuration", () => {
  test("win over each other for each option, in their order", async () => {
    const base = `version: 1\nextends: base.yaml\n${cache(2)}\n`;
    const block = `environments:\n  staging: {${cache(3)}}\n`;
    const when = `when:\n  - if: {env: staging}\n    then: {${cache(5)}}\n`;
    const files: Record<string, string> = {};
    expect(await ttl(files)).toEqual([300, "default"]);
    files["tasker.yaml"] = "version: 1\nextends: base.yaml\n";
    files["base.yaml"] = `version: 1\n${cache(1)}\n`;
    expect(await ttl(files)).toEqual([1, "base.yaml:2"]);
    files["tasker.yaml"] = base;
    expect(await ttl(files)).toEqual([2, "tasker.yaml:3"]);
    files["tasker.yaml"] = base + block;
    expect(await ttl(files)).toEqual([2, "tasker.yaml:3"]);
    expect(await ttl(files, { environment: "staging" })).toEqual([3, "tasker.yaml:5"]);
    files["tasker.staging.yaml"] = `version: 1\n${cache(4)}\n`;
    expect(await ttl(files, { variables: { TASKER_ENV: "staging" } })).toEqual([4, "tasker.staging.yaml:2"]);
    files["tasker.yaml"] = base + block + when;
    expect(await ttl(files, { variables: { NODE_ENV: "staging" } })).toEqual([5, "tasker.yaml:8"]);
    const variables = { TASKER_ENV: "staging", NODE_ENV: "test", TASKER_CACHE__DEFAULT_TTL: "6" };
    expect(await ttl(files, { variables })).toEqual([6, "TASKER_CACHE__DEFAULT_TTL"]);
    const stored = layerOf({ cache: { default_ttl: 7 } }, { kind: "database", source: "database" });
    expect(await ttl(files, { variables, stored })).toEqual([7, "database"]);
    expect(await ttl(files, { variables, stored, overrides: { cache: { default_ttl: 8 } } })).toEqual([8, "code"]);
  });

  test("are merged option by option, lists as a whole", async () => {
    const { document, origin, isGiven } = await load({
      "config/tasker.yaml":
        "version: 1\nbackoff:\n  reenqueue_delays: {processing: 3}\n  default_backoff_seconds: [9]\n",
      "config/tasker.development.yaml": "version: 1\nbackoff:\n  reenqueue_delays: {has_ready_steps: 1}\n",
    });
    expect(document.backoff.reenqueue_delays).toEqual({
      has_ready_steps: 1,
      waiting_for_dependencies: 45,
      processing: 3,
    });
    expect(document.backoff.default_backoff_seconds).toEqual([9]);
    expect(originText(origin("backoff.reenqueue_delays.processing"))).toBe("config/tasker.yaml:3");
    expect(originText(origin("backoff.reenqueue_delays.has_ready_steps"))).toBe("config/tasker.development.yaml:3");
    expect([isGiven("backoff"), isGiven("backoff.jitter_enabled"), isGiven("cache")]).toEqual([true, false, false]);
  });

  test("have presets to extend", async () => {
    const { document, origin } = await load({ "tasker.yaml": "version: 1\nextends: [preset:api_heavy]\n" });
    expect(document.execution).toEqual(EXECUTION_PRESETS.api_heavy);
    expect(originText(origin("execution.max_concurrent_steps_limit"))).toBe("preset:api_heavy");
  });

  test.each([
    [{ hostname: "worker-*" }, true],
    [{ hostname: ["web-*", "worker-7"] }, true],
    [{ hostname: "worker-8" }, false],
    [{ variable: "REGION" }, true],
    [{ variable: "REGION=eu" }, true],
    [{ variable: "REGION=us" }, false],
    [{ variable: "NOWHERE" }, false],
    [{ env: ["staging", "development"], hostname: "*7" }, true],
    [{ env: "development", hostname: "other" }, false],
  ])("take a block where %j holds: %j", async (condition, holds) => {
    const block = `version: 1\nwhen:\n  - {if: ${JSON.stringify(condition)}, then: {${cache(5)}}}\n`;
    const [value] = await ttl({ "tasker.yaml": block }, { variables: { REGION: "eu" } });
    expect(value).toBe(holds ? 5 : 300);
  });

  test("read variables by the type of their option", async () => {
    const { document } = await load(
      {},
      {
        variables: {
          TASKER_TELEMETRY__SERVICE_NAME: "123",
          TASKER_TELEMETRY__METRICS_ENABLED: "false",
          TASKER_TELEMETRY__PROMETHEUS__ENDPOINT: "https://metrics.example.com",
          TASKER_TELEMETRY__FILTERED_EVENTS: "step.*, task.failed",
          TASKER_BACKOFF__DEFAULT_BACKOFF_SECONDS: "[1, 5]",
          TASKER_BACKOFF__REENQUEUE_DELAYS__PROCESSING: "4",
          TASKER_ENGINE__IDENTITY_WINDOW: "2.5",
          TASKER_ENGINE__DEFAULT_MODULE_NAMESPACE: "null",
          TASKER_EXECUTION__CONNECTION_HEALTH_LOG_LEVEL: "",
          TASKER_CHAOS_SECONDS: "not an option",
        },
      },
    );
    expect(document.telemetry).toMatchObject({
      service_name: "123",
      metrics_enabled: false,
      prometheus: { endpoint: "https://metrics.example.com" },
      filtered_events: ["step.*", "task.failed"],
    });
    expect(document.backoff).toMatchObject({ default_backoff_seconds: [1, 5], reenqueue_delays: { processing: 4 } });
    expect(document.engine).toMatchObject({ identity_window: 2.5, default_module_namespace: null });
  });

  test("name the file by hand, or by a variable", async () => {
    const files = { "tasker.yaml": `version: 1\n${cache(1)}\n`, "shop.yaml": `version: 1\n${cache(2)}\n` };
    expect(await ttl(files, { variables: { TASKER_CONFIG: "shop.yaml" } })).toEqual([2, "shop.yaml:2"]);
    expect(await ttl(files, { file: "tasker.yaml", variables: { TASKER_CONFIG: "shop.yaml" } })).toEqual([
      1,
      "tasker.yaml:2",
    ]);
  });
});
