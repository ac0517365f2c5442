import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import { Health } from "../../src/health/health.ts";
import { graphTemplate, makeEngine, until } from "../support/engine-harness.ts";
import { openNetwork } from "../support/network.ts";
import { createTestDatabase, describeEachDatabase, describeOnPostgres } from "../support/test-database.ts";

const DETAILS = { details: true } as const;

/** A database of its own, reached over a network that the test can disturb. */
async function makeSite() {
  const { url, drop } = await createTestDatabase();
  const network = await openNetwork(url);
  const database = await openPostgres(network.via(url), { connections: 2 });
  onTestFinished(() => database.close().then(drop));
  return { url, network, database };
}

describeEachDatabase("readiness", (open) => {
  test("is told with an entry for each check, and without details only as such", async () => {
    const database = await open();
    onTestFinished(() => database.close());
    const health = new Health({ database });
    expect(await health.ready(DETAILS)).toEqual({
      ready: true,
      message: "System is ready",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      check_duration: expect.any(Number),
      checks: {
        database: { status: "healthy", message: "Database connection active", response_time_ms: expect.any(Number) },
        migrations: expect.objectContaining({ status: "healthy", message: "Schema is up to date" }),
        pool: expect.objectContaining({ status: "healthy" }),
      },
    });
    expect(Object.keys(await health.ready({ details: false }))).toEqual([
      "ready",
      "message",
      "timestamp",
      "check_duration",
    ]);
    expect(health.live()).toEqual({ alive: true, timestamp: expect.any(String), service: "tasker" });
  });
});

describeOnPostgres("readiness", () => {
  test("ends where migrations are missing, or a newer release has been there", async () => {
    const { database } = await makeSite();
    await database.execute(
      "delete from tasker_migrations where number >= (select max(number) - 1 from tasker_migrations)",
    );
    expect(await new Health({ database }).ready(DETAILS)).toMatchObject({
      ready: false,
      failed_checks: ["migrations"],
      checks: {
        migrations: { message: "2 migrations are not applied", pending: [expect.any(String), expect.any(String)] },
      },
    });
    await database.execute("insert into tasker_migrations (number, name, checksum) values (9999, 'later', 'x')");
    const { checks } = await new Health({ database }).ready(DETAILS);
    expect(checks?.migrations?.error).toContain("it was migrated by a newer one");
  });

  test("ends on a database that takes no writes", async () => {
    const { url } = await makeSite();
    const readOnly = new URL(url);
    readOnly.searchParams.set("options", "-c default_transaction_read_only=on");
    const database = await openPostgres(readOnly.href);
    onTestFinished(() => database.close());
    expect(await new Health({ database }).ready(DETAILS)).toMatchObject({
      ready: false,
      failed_checks: ["database"],
      checks: { database: { message: "Database takes no writes: it is set to read only" } },
    });
  });

  test("ends in time where the database falls silent, asks it no more than once, and comes back", async () => {
    const { network, database } = await makeSite();
    const health = new Health({ database, config: { readiness_timeout_seconds: 1.5 }, deadlinesMs: { database: 300 } });
    await until(async () => (await health.ready(DETAILS)).ready, "the first answer");
    network.delayMs = 2_000;
    const sent = network.requests;
    const reports = await Promise.all(Array.from({ length: 20 }, () => health.ready(DETAILS)));
    for (const report of reports) {
      expect(report).toMatchObject({ ready: false, failed_checks: ["database"] });
      expect(report.checks?.database).toMatchObject({ error: "Timeout", response_time_ms: 300 });
    }
    expect((await health.ready(DETAILS)).ready).toBe(false);
    expect(network.requests - sent).toBe(1);
    network.delayMs = 0;
    await until(async () => (await health.ready(DETAILS)).ready, "the database to answer");
  });

  test("says that its time has run out, and what was checked by then", async () => {
    const { network, database } = await makeSite();
    network.delayMs = 250;
    const health = new Health({ database, config: { readiness_timeout_seconds: 0.1 } });
    expect(await health.ready(DETAILS)).toMatchObject({
      ready: false,
      message: "Readiness check timed out after 0.1 seconds",
      checks: { pool: { status: "healthy" }, database: { status: "unhealthy" } },
    });
    health.reconfigure({ readiness_timeout_seconds: 9 });
    expect((await health.ready(DETAILS)).ready).toBe(true);
  });

  test("ends where a database cannot be opened, without a word of its password", async () => {
    const { url } = await makeSite();
    const wrong = new URL(url);
    wrong.username = "nobody";
    wrong.password = "hunter2";
    wrong.pathname = "/not_there";
    const health = new Health({ database: () => openPostgres(wrong.href) });
    const report = await health.ready(DETAILS);
    expect(report).toMatchObject({ ready: false, failed_checks: ["database", "migrations", "pool"] });
    expect(JSON.stringify(report)).not.toContain("hunter2");
  });

  test("is that of the engine, too", async () => {
    const { database } = await makeSite();
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    const health = new Health({ database, engine });
    const message = async () => (await health.ready(DETAILS)).checks?.engine?.message;
    expect(await message()).toBe("Engine is new");
    await engine.start();
    expect(await message()).toBe("Engine is running");
    await engine.stop();
    expect(await message()).toBe("Engine is stopped");
  });
});
