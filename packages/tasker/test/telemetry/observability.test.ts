import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { EngineMetrics, Metrics, SubscriberMetrics, serveMetrics } from "../../src/telemetry/index.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";
import { startSubscriber } from "../event-log/support.ts";
import { graphTemplate, makeEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeWithPrometheus, promtool, startPrometheus } from "../support/prometheus.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const DOCS = new URL("../../../../docs/observability/", import.meta.url);
const RULES = new URL("alert-rules.yml", DOCS).pathname;

const Dashboard = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});
const Rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const Answer = z.object({ status: z.literal("success"), data: z.object({ result: z.array(z.unknown()) }) });

/** A port that nobody uses at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function readExpressions() {
  const dashboard = Dashboard.parse(JSON.parse(readFileSync(new URL("grafana-dashboard.json", DOCS), "utf8")));
  const rules = Rules.parse(parse(readFileSync(RULES, "utf8")));
  return {
    panels: dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ name: title, expr }))),
    alerts: rules.groups.flatMap(({ rules: alerts }) => alerts.map(({ alert: name, expr }) => ({ name, expr }))),
  };
}

const hasPostgres = inject("postgres") !== null;

describeWithPrometheus("the dashboard and the alerts", () => {
  test("are rules that promtool accepts", async () => {
    expect(await promtool(["check", "rules", RULES])).toBeNull();
  });

  test("tell of what happens for the first time, and of a kind of task of which every one fails", async () => {
    expect(await promtool(["test", "rules", new URL("alert-rules.promtool.yml", import.meta.url).pathname])).toBeNull();
  });
});

(hasPostgres ? describeWithPrometheus : describeOnPostgres)("a Prometheus that scrapes an engine", () => {
  test("has data for every expression of the dashboard, and for every alert but for its threshold", async () => {
    const database = await useDatabase(openTestDatabase);
    const order = graphTemplate("check -> charge", {
      namespace: "shop",
      name: "order",
      run: ({ context }, _sequence, { name, attempt }) => {
        if (name === "charge" && attempt <= Number(context.failures)) throw new Error("busy");
        return name;
      },
    });
    const metrics = new Metrics();
    const meter = new EngineMetrics(metrics);
    const { engine, clock } = makeEngine(database, [order], { meter });
    const subscribers = new SubscriberMetrics(metrics);
    const subscriber = await startSubscriber(database, { name: "billing", handle: () => undefined });
    onTestFinished(subscribers.observe(subscriber));
    // Waits for its time: it is the database's, not the process's. It is there when the database is counted first.
    await engine.submit({
      namespace: "shop",
      name: "order",
      context: { failures: 0 },
      runAt: new Date(clock.now() + 1e9),
    });
    onTestFinished(meter.observe({ engine, database, clock, intervalMs: 100 }));
    await engine.start();
    const endpoint = await serveMetrics(metrics, { port: 0 });
    onTestFinished(() => endpoint.close());
    using directory = new WorkDirectory({
      "prometheus.yml": `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${RULES}]
scrape_configs:
  - job_name: tasker
    static_configs: [{ targets: ["${new URL(endpoint.url).host}"] }]
`,
    });
    const url = await startPrometheus(directory.path, join(directory.path, "prometheus.yml"), await freePort());
    const query = async (expr: string) => {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expr })}`);
      return Answer.parse(await response.json()).data.result;
    };
    await engine.submitMany([
      { namespace: "shop", name: "order", context: { failures: 1 } },
      { namespace: "shop", name: "order", context: { failures: 9 } },
    ]);
    await until(async () => {
      clock.advance(1_000);
      const text = await metrics.text();
      return (
        /tasker_task_failed_total\{.*\} 1/.test(text) &&
        /tasker_event_loop_delay_seconds\{quantile="1"\}/.test(text) &&
        /tasker_database_due_tasks\{/.test(text)
      );
    }, "one task completes, the other fails");
    const isScraped = async () =>
      (await query("tasker_task_failed_total and rate(tasker_task_failed_total[5m]) >= 0")).length > 0;
    await until(isScraped, "two scrapes after that");
    const { panels, alerts } = readExpressions();
    const known = (await metrics.text()).match(/^# TYPE \S+/gm)?.map((line) => line.slice("# TYPE ".length)) ?? [];
    // What has not happened has no series.
    const rare = /tasker_(commit_failures|metric_overflows|step_retries_exhausted)_total/;
    for (const { name, expr } of [...panels, ...alerts]) {
      const used = expr.match(/tasker_[a-z_]+/g) ?? [];
      const named = used.map((metric) => metric.replace(/_(bucket|sum|count)$/, ""));
      const unknown = named.filter((metric) => !known.includes(metric));
      expect(unknown, name).toEqual([]);
      const results = await Promise.all([expr.replace(/ (?:==|>) [\d.]+/g, ""), ...used].map(query));
      if (rare.test(expr)) continue;
      const hasData = results.every((result) => result.length > 0);
      expect(hasData, `${name}: ${expr}`).toBe(true);
    }
    expect(panels.length).toBeGreaterThan(20);
    expect(alerts.length).toBeGreaterThan(10);
  });
});
