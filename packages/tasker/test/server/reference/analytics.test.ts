import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import { Cache } from "../../../src/cache/cache.ts";
import { MemoryCacheStore } from "../../../src/cache/stores/memory-cache-store.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type ServeOptions, serve } from "../support/serve.ts";
import { ask, expectNotKept, makeToken, WITH_TOKENS } from "../support/tokens.ts";

/** A server with two tasks in `shop` and one in `billing`, which wait. */
async function serveTasks(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const templates = ["shop", "billing"].map((namespace) => graphTemplate("a -> b", { namespace }));
  const made = await serve(database, { templates, ...options });
  const submit = (namespace: string, order: number) =>
    made.engine.submit({ name: "graph", namespace, context: { order } });
  await submit("shop", 1);
  await submit("shop", 2);
  await submit("billing", 3);
  return made;
}

describeOnPostgres("analytics at the reference's paths", () => {
  test("tell how tasks do and what makes them slow", async () => {
    const { client, url } = await serveTasks();
    const performance = await client.call(REFERENCE_ROUTES.getPerformanceAnalytics);
    expect(performance.system_overview).toMatchObject({ active_tasks: 3, total_namespaces: 2, unique_task_types: 2 });
    expect(performance.cache_info.cached).toBe(false);
    const query = { namespace: "shop", period: 12 };
    const bottlenecks = await client.call(REFERENCE_ROUTES.getBottleneckAnalysis, { query });
    expect(bottlenecks).toMatchObject({
      scope_summary: { total_tasks: 2 },
      scope: { namespace: "shop" },
      analysis_period_hours: 12,
    });
    expect(bottlenecks.scope).toEqual({ namespace: "shop" });
    for (const path of ["performance", "bottlenecks"]) await expectNotKept(`${url}/analytics/${path}`);
  });

  test("that cannot be made are 503, in the reference's words", async () => {
    const { url, database, lines } = await serveTasks();
    await database.execute("alter table tasker_tasks rename to gone");
    const facts = { message: "the server could not do this", timestamp: expect.any(String) };
    expect(await ask(`${url}/analytics/performance`)).toMatchObject({
      status: 503,
      body: { error: "Performance analytics failed", ...facts },
    });
    expect(await ask(`${url}/analytics/bottlenecks?name=graph`)).toMatchObject({
      status: 503,
      body: { error: "Bottleneck analysis failed", scope: { name: "graph" }, ...facts },
    });
    expect(lines.filter(({ level }) => level === "error")).toHaveLength(2);
    await database.execute("alter table gone rename to tasker_tasks");
  });

  test("refuse a period that is none", async () => {
    const { url } = await serveTasks();
    for (const period of ["0", "-1", "soon", "9000"]) {
      const { status, body } = await ask(`${url}/analytics/bottlenecks?period=${period}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: { period: [expect.stringContaining("expected")] } });
    }
  });

  test("are kept in the cache, for each scope apart", async () => {
    const cache = new Cache({ store: new MemoryCacheStore() });
    const { client, engine } = await serveTasks({ parts: { cache } });
    const tasks = async () => (await client.call(REFERENCE_ROUTES.getBottleneckAnalysis)).scope_summary.total_tasks;
    expect(await tasks()).toBe(3);
    await engine.submit({ name: "graph", namespace: "shop", context: { order: 4 } });
    expect(await tasks()).toBe(3);
    const { cache_info } = await client.call(REFERENCE_ROUTES.getPerformanceAnalytics);
    expect(cache_info).toMatchObject({ cached: true, ttl_base: expect.stringMatching(/^\d+ seconds$/) });
  });

  test("are closed unless they are opened, and tell of the namespaces that somebody may see", async () => {
    const { url, database } = await serveTasks({ auth: WITH_TOKENS });
    const [performance, bottlenecks] = [`${url}/analytics/performance`, `${url}/analytics/bottlenecks`];
    expect((await ask(performance)).status).toBe(401);
    const other = await makeToken(database, ["tasker.task:index"]);
    expect((await ask(bottlenecks, other)).status).toBe(403);
    const one = await makeToken(database, ["tasker.analytics:index"], ["billing"]);
    expect((await ask(performance, one)).body).toMatchObject({
      system_overview: { active_tasks: 1, total_namespaces: 1 },
      performance_trends: { last_hour: { task_throughput: 1 } },
    });
    expect((await ask(bottlenecks, one)).body).toMatchObject({ scope_summary: { total_tasks: 1 } });
    expect((await ask(`${bottlenecks}?namespace=shop`, one)).status).toBe(404);
    const two = await makeToken(database, ["tasker.analytics:index"], ["billing", "shop"]);
    expect((await ask(bottlenecks, two)).body).toMatchObject({
      error: { namespace: ["expected one of billing, shop"] },
    });
    expect((await ask(`${bottlenecks}?namespace=shop`, two)).body).toMatchObject({ scope_summary: { total_tasks: 2 } });
    const open = await serveTasks({ auth: WITH_TOKENS, parts: { areMetricsClosed: false } });
    expect((await ask(`${open.url}/analytics/performance`)).body).toMatchObject({
      system_overview: { active_tasks: 3 },
    });
  });
});
