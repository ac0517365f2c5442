import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import { Metrics } from "../../../src/telemetry/metrics/metrics.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type ServeOptions, serve } from "../support/serve.ts";
import { ask, expectNotKept, makeToken, WITH_TOKENS } from "../support/tokens.ts";

async function serveMetrics(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const metrics = new Metrics();
  metrics.counter({ name: "things_total", help: "Things" }).increment();
  const parts = { metrics, ...options.parts };
  return { ...(await serve(database, { ...options, parts })) };
}

describeOnPostgres("metrics at the reference's path", () => {
  test("are text, and JSON for those who accept nothing else", async () => {
    const { client, url } = await serveMetrics();
    expect(await client.call(REFERENCE_ROUTES.exportMetrics)).toContain("# TYPE tasker_things_total counter");
    const text = await ask(`${url}/metrics`);
    expect(text.status).toBe(200);
    expect(text.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    await expectNotKept(`${url}/metrics`);
    expect(text.body).toContain("tasker_things_total 1");
    const json = await ask(`${url}/metrics`, null, { headers: { accept: "application/json" } });
    expect(json.body).toMatchObject({ metrics: { tasker_things_total: { value: 1, type: "counter" } } });
  });

  test("that are not collected are 503, in the reference's words", async () => {
    const { url } = await serveMetrics({ parts: { metrics: null } });
    expect(await ask(`${url}/metrics`)).toMatchObject({
      status: 503,
      body: {
        error: "Metrics export failed",
        message: "Metrics collection is disabled",
        timestamp: expect.any(String),
      },
    });
  });

  test("are closed to all but those who may see those of all namespaces, unless they are open", async () => {
    const { url, database } = await serveMetrics({ auth: WITH_TOKENS });
    expect((await ask(`${url}/metrics`)).status).toBe(401);
    const status = async (...token: [string[], string[]?]) =>
      (await ask(`${url}/metrics`, await makeToken(database, ...token))).status;
    expect(await status(["tasker.task:index"])).toBe(403);
    expect(await status(["tasker.metrics:index"], ["default"])).toBe(403);
    expect(await status(["tasker.metrics:index"])).toBe(200);
    const open = await serveMetrics({ auth: WITH_TOKENS, parts: { areMetricsClosed: false } });
    expect((await ask(`${open.url}/metrics`)).status).toBe(200);
  });
});
