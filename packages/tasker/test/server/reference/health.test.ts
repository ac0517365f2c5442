import { expect, onTestFinished, test } from "vitest";
import { REFERENCE_ROUTES } from "../../../src/api/reference/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { type ServeOptions, serve } from "../support/serve.ts";
import { ask, expectNotKept, makeToken, WITH_TOKENS } from "../support/tokens.ts";

async function serveHealth(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return serve(database, options);
}

describeOnPostgres("health at the reference's paths", () => {
  test("is told in the reference's words, and not kept by anybody on the way", async () => {
    const { client, url } = await serveHealth();
    expect(await client.call(REFERENCE_ROUTES.checkLiveness)).toMatchObject({ alive: true, service: "tasker" });
    expect(await client.call(REFERENCE_ROUTES.checkReadiness)).toMatchObject({
      ready: true,
      checks: { database: { status: "healthy" } },
    });
    expect(await client.call(REFERENCE_ROUTES.getHealthStatus)).toMatchObject({
      healthy: true,
      metrics: { tasks: { total: 0 }, steps: { total: 0 } },
    });
    for (const path of ["/health/live", "/health/ready"]) await expectNotKept(`${url}${path}`);
  });

  test("is 503 while the database is away, and liveness is not", async () => {
    const { url, database } = await serveHealth();
    await database.close();
    expect((await ask(`${url}/health/live`)).status).toBe(200);
    expect(await ask(`${url}/health/ready`)).toMatchObject({
      status: 503,
      body: { ready: false, checks: { database: { status: "unhealthy" } }, failed_checks: expect.any(Array) },
    });
    expect(await ask(`${url}/health/status`)).toMatchObject({
      status: 503,
      body: { healthy: false, status: "error", error: expect.any(String), timestamp: expect.any(String) },
    });
  });

  test("is open as far as anybody may know it; the status and all details are for those who may see them", async () => {
    const { url, database } = await serveHealth({ auth: WITH_TOKENS });
    expect((await ask(`${url}/health/live`)).status).toBe(200);
    const { status, body } = await ask(`${url}/health/ready`);
    expect([status, Object(body).checks]).toEqual([200, undefined]);
    expect((await ask(`${url}/health/status`)).status).toBe(401);
    const other = await makeToken(database, ["tasker.task:index"]);
    expect((await ask(`${url}/health/status`, other)).status).toBe(403);
    const reader = await makeToken(database, ["tasker.health_status:index"], ["default"]);
    const limited = await ask(`${url}/health/status`, reader);
    expect([limited.status, Object(limited.body).metrics]).toEqual([200, undefined]);
    const all = await makeToken(database, ["tasker.health_status:index"]);
    expect(await ask(`${url}/health/status`, all)).toMatchObject({ status: 200, body: { metrics: { tasks: {} } } });
  });
});
