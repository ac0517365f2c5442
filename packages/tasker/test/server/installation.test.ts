import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { Metrics } from "../../src/telemetry/metrics/metrics.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";
import { refusalOf, serveTokens } from "./support/serve-tokens.ts";
import { ask } from "./support/tokens.ts";

async function openDatabase() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return database;
}

describeOnPostgres("the installation over HTTP", () => {
  test("tells its processes, queues, health and analytics", async () => {
    const { client, engine } = await serve(await openDatabase(), { templates: [graphTemplate("a -> b")] });
    await engine.submit({ name: "graph", context: { order: 1 } });
    await engine.start();
    const { processes } = await client.call(ROUTES.listProcesses);
    expect(processes).toMatchObject([{ lease: "live", kinds: [{ namespace: "default", name: "graph" }] }]);
    expect(await client.call(ROUTES.listQueues)).toEqual({ queues: [] });
    expect(await client.call(ROUTES.checkLiveness)).toMatchObject({ alive: true });
    expect(await client.call(ROUTES.checkReadiness)).toMatchObject({ ready: true });
    expect(await client.call(ROUTES.getHealthStatus)).toMatchObject({ healthy: true });
    const { system_overview } = await client.call(ROUTES.measurePerformance);
    expect(system_overview.unique_task_types).toBe(1);
    const { scope_summary } = await client.call(ROUTES.findBottlenecks, { query: { period: 1 } });
    expect(scope_summary).toMatchObject({ total_tasks: 1, time_span_hours: 1 });
  });

  test("exports metrics as JSON, CSV and for Prometheus, and says that it has none", async () => {
    const metrics = new Metrics();
    metrics.counter({ name: "things_total", help: "Things" }).increment();
    const { client, url } = await serve(await openDatabase(), { parts: { metrics } });
    const made = await client.call(ROUTES.exportMetrics);
    expect(made.metrics.tasker_things_total).toMatchObject({ value: 1 });
    const csv = await ask(`${url}/v1/metrics?format=csv`);
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.body).toContain("tasker_things_total");
    expect((await ask(`${url}/v1/metrics?format=prometheus`)).body).toContain("tasker_things_total 1");
    const without = await serve(await openDatabase());
    expect(await refusalOf(without.client.call(ROUTES.exportMetrics))).toEqual([503, "TASKER_NOT_RUNNING"]);
  });

  test("is for those who may see all of it; analytics also for those who see some namespaces", async () => {
    const { clientOf, client, engine } = await serveTokens(await openDatabase(), { templates: [graphTemplate("a")] });
    await engine.submit({ name: "graph", context: { order: 1 } });
    const permissions = ["process", "queue", "metrics", "analytics"].map((name) => `tasker.${name}:index`);
    const limited = await clientOf({ permissions, namespaces: ["default"] });
    const none = await clientOf({ permissions: ["tasker.task:index"] });
    for (const route of [ROUTES.listProcesses, ROUTES.listQueues, ROUTES.exportMetrics]) {
      expect(await refusalOf(client.call(route))).toEqual([401, "TASKER_AUTHENTICATION"]);
      expect(await refusalOf(limited.call(route))).toEqual([403, "TASKER_FORBIDDEN"]);
    }
    expect(await refusalOf(none.call(ROUTES.measurePerformance))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect((await limited.call(ROUTES.findBottlenecks)).scope.namespace).toBe("default");
    const elsewhere = await clientOf({ permissions, namespaces: ["elsewhere"] });
    expect((await elsewhere.call(ROUTES.measurePerformance)).system_overview.active_tasks).toBe(0);
    expect((await (await clientOf({ permissions })).call(ROUTES.listQueues)).queues).toEqual([]);
  });
});
