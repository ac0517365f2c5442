import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openTelemetry, type TelemetryChoice } from "../../src/cli/command-telemetry.ts";
import type { TelemetrySettings } from "../../src/config/telemetry-config.ts";
import { loadConfiguration } from "../../src/settings/load-configuration.ts";
import { graphTemplate, makeEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { CapturedIo } from "./support/captured-io.ts";

/** Asks the server of metrics for a path. */
type Ask = (
  path: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;

/** What a configuration makes a command write, count, and push. */
async function outcome(
  telemetry: TelemetrySettings,
  choice: TelemetryChoice = {},
  ask?: (answer: Ask) => Promise<unknown>,
) {
  const io = new CapturedIo({ cwd: "/" });
  const notes: string[] = [];
  const loaded = await loadConfiguration({ cwd: "/", variables: {}, overrides: { telemetry } });
  const opened = await openTelemetry(io, choice, (text) => void notes.push(text), loaded);
  const database = await useDatabase(openTestDatabase);
  const { engine } = makeEngine(database, [graphTemplate("a")]);
  await opened.observe(engine, database);
  engine.events.tell("tasker.concurrency.changed", null, () => ({ from: 1, to: 2 }));
  await engine.events.flush();
  for (const kind of ["data", "busy"] as const) opened.parts.meter?.commitFailed(kind);
  opened.parts.log?.info({ token: "hush" }, "heard");
  const url = notes
    .map((note) => /http:\S+/.exec(note)?.[0])
    .find((found) => found !== undefined)
    ?.replace("0.0.0.0", "127.0.0.1");
  const answer = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(new URL(path, url), { headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const text = url === undefined ? null : (await answer(url)).text;
  const asked = url === undefined ? null : await ask?.(answer);
  await opened.close();
  return { log: io.err, metrics: text, asked };
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

  test("goes by telemetry.metrics_endpoint, telemetry.metrics_format and telemetry.correlation_id_header", async () => {
    const look = (telemetry: TelemetrySettings) =>
      outcome(telemetry, { metricsPort: 0 }, async (ask) => {
        const usual = await ask("/tasker/metrics");
        const own = await ask("/ops/figures", { "x-request-id": "r-1" });
        const scraper = await ask("/metrics", { accept: "text/plain" });
        return [
          usual.status,
          own.status,
          own.headers.get("x-request-id"),
          usual.text.startsWith("{"),
          scraper.text.startsWith("{"),
        ];
      });
    expect((await look({})).asked).toEqual([200, 404, null, false, false]);
    expect((await look({ metrics_format: "json" })).asked).toEqual([200, 404, null, true, false]);
    const own = { metrics_endpoint: "/ops/figures", correlation_id_header: "X-Request-ID" };
    expect((await look(own)).asked).toEqual([404, 200, "r-1", false, false]);
  });

  test("goes by telemetry.metrics_auth_required: elsewhere than on this machine metrics are closed unless opened", async () => {
    const look = async (telemetry: TelemetrySettings, metricsHost?: string) => {
      const choice = { metricsPort: 0, ...(metricsHost === undefined ? {} : { metricsHost }) };
      // What a proxy passes on is from elsewhere.
      const { asked } = await outcome(telemetry, choice, async (ask) => {
        const { status } = await ask("/metrics", { "x-forwarded-for": "10.0.0.9" });
        return [(await ask("/metrics")).status, status];
      });
      return asked;
    };
    expect(await look({})).toEqual([200, 200]);
    expect(await look({ metrics_auth_required: true })).toEqual([200, 403]);
    expect(await look({}, "0.0.0.0")).toEqual([200, 403]);
    expect(await look({ metrics_auth_required: false }, "0.0.0.0")).toEqual([200, 200]);
  });

  test("goes by telemetry.max_stored_samples", async () => {
    const labelled = async (telemetry: TelemetrySettings) => {
      const { metrics } = await outcome(telemetry, { metricsPort: 0 });
      return metrics?.match(/kind="[^"]*"/g) ?? [];
    };
    expect(await labelled({})).not.toContain('kind="other"');
    expect(await labelled({ max_stored_samples: 1 })).toContain('kind="other"');
  });

  test("goes by telemetry.filtered_events and telemetry.config.filtered_events in logs", async () => {
    const info = { log_level: "info" } as const;
    expect((await outcome(info)).log).toContain("concurrency.changed");
    expect((await outcome({ ...info, filtered_events: ["tasker.**"] })).log).not.toContain("concurrency.changed");
    const further = { config: { filtered_events: ["tasker.concurrency.changed"] } };
    expect((await outcome({ ...info, ...further })).log).not.toContain("concurrency.changed");
  });

  test("goes by telemetry.prometheus.endpoint, telemetry.prometheus.username and telemetry.prometheus.password", async () => {
    const { seen, endpoint, close } = await startReceiver();
    await outcome({ prometheus: { endpoint } });
    await outcome({ prometheus: { endpoint, username: "me", password: "hush" } });
    close();
    expect([...new Set(seen)]).toEqual([undefined, `Basic ${Buffer.from("me:hush").toString("base64")}`]);
  });
});
