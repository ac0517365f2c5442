import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";
import { runCaptured } from "../support/captured-io.ts";

describeOnPostgres("tasker health", () => {
  test("exits with 0 or 1, for people and as JSON", async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const tasker = (...argv: string[]) =>
      runCaptured(["health", ...argv], {
        cwd: process.cwd(),
        env: { DATABASE_URL: url, TASKER_HEALTH__READINESS_TIMEOUT_SECONDS: "4" },
      });
    const ready = await tasker();
    expect(ready).toMatchObject({ code: 0, err: "" });
    expect(ready.out).toMatch(/^System is ready\n.*\ndatabase +healthy +Database connection active\n/);
    expect(JSON.parse((await tasker("--status", "--json")).out)).toMatchObject({ healthy: true, metrics: {} });
    expect((await tasker("--status")).out).toContain("\ntasks: total 0, pending 0,");
    expect(await tasker("--live")).toMatchObject({ code: 0, out: "alive\n" });

    const database = await openPostgres(url);
    await database.execute("delete from tasker_migrations where number = 1");
    await database.close();
    expect(await tasker()).toMatchObject({ code: 1, out: expect.stringContaining("1 migration is not applied") });
    expect(await tasker("--status", "--json")).toMatchObject({ code: 1 });
    expect((await tasker("--live", "--status")).code).toBe(2);
    const away = await tasker("--json", "--database-url", "postgres://u:hunter2@127.0.0.1:1/none");
    expect(away.code).toBe(1);
    expect(JSON.parse(away.out)).toMatchObject({ ready: false, failed_checks: ["database", "migrations", "pool"] });
    expect(away.out).not.toContain("hunter2");
  });
});
