import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openTelemetry, type TelemetryChoice } from "../../src/cli/command-telemetry.ts";
import type { TelemetrySettings } from "../../src/config/telemetry-config.ts";
import { loadConfiguration } from "../../src/settings/load-configuration.ts";
import { graphTemplate, makeEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { CapturedIo } from "./support/captured-io.ts";

/** What a configuration makes a command write, count, and push. */
async function outcome(telemetry: TelemetrySettings, choice: TelemetryChoice = {}) {
  const io = new CapturedIo({ cwd: "/" });
  const notes: string[] = [];
  const loaded = await loadConfiguration({ cwd: "/", variables: {}, overrides: { telemetry } });
  const opened = await openTelemetry(io, choice, (text) => void notes.push(text), loaded);
  const database = await useDatabase(openTestDatabase);
  const { engine } = makeEngine(database, [graphTemplate("a")]);
  await opened.observe(engine, database);
  opened.parts.log?.info({ token: "hush" }, "heard");
  const url = notes.map((note) => /http:\S+/.exec(note)?.[0]).find((found) => found !== undefined);
  const text = url === undefined ? null : await (await fetch(url)).text();
  await opened.close();
  return { log: io.err, metrics: text };
}

/** A receiver of pushes, and what it was told by whom. */
async function startReceiver() {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    request.resume().on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { seen, endpoint: `http://127.0.0.1:${port}/v1/metrics`, close: () => server.close() };
}

describeOnPostgres("a command that runs an engine", () => {
  test("goes by telemetry.log_level, telemetry.log_format and telemetry.structured_logging_enabled", async () => {
    expect((await outcome({})).log).toBe("");
    expect((await outcome({ log_level: "info" })).log).toContain('"message":"heard"');
    expect((await outcome({ log_level: "warn" })).log).toBe("");
    expect((await outcome({ log_format: "logfmt" })).log).toContain('message="heard"');
    expect((await outcome({ log_level: "info", structured_logging_enabled: false })).log).toBe("");
    expect((await outcome({ log_level: "info", filter_mask: "***" })).log).toContain('"token":"***"');
    expect((await outcome({ log_level: "info" }, { logLevel: { default: "error" } })).log).toBe("");
  });

  test("goes by telemetry.metrics_enabled and telemetry.prometheus.metric_prefix", async () => {
    const served = { metricsPort: 0 };
    expect((await outcome({}, served)).metrics).toContain("# HELP tasker_");
    expect((await outcome({ prometheus: { metric_prefix: "shop" } }, served)).metrics).toContain("# HELP shop_");
    expect((await outcome({ metrics_enabled: false }, served)).metrics).toBeNull();
  });

  test("goes by telemetry.prometheus.endpoint, telemetry.prometheus.username and telemetry.prometheus.password", async () => {
    const { seen, endpoint, close } = await startReceiver();
    await outcome({ prometheus: { endpoint } });
    await outcome({ prometheus: { endpoint, username: "me", password: "hush" } });
    close();
    expect([...new Set(seen)]).toEqual([undefined, `Basic ${Buffer.from("me:hush").toString("base64")}`]);
  });
});
