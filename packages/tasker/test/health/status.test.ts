import { describe, expect, onTestFinished, test } from "vitest";
import { healthConfig } from "../../src/config/health-config.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import { PermanentError } from "../../src/errors/index.ts";
import { describeError } from "../../src/health/describe-error.ts";
import { Health } from "../../src/health/health.ts";
import { requiresAuthentication } from "../../src/health/health-access.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { graphTemplate, makeEngine, startEngine, useDatabase } from "../support/engine-harness.ts";
import {
  createTestDatabase,
  describeEachDatabase,
  describeOnPostgres,
  openTestDatabase,
} from "../support/test-database.ts";

const DETAILS = { details: true } as const;

describeEachDatabase("the status", (open) => {
  test("counts tasks, steps and retries, and gives rates of the last hour", async () => {
    const database = await useDatabase(open);
    const failing = graphTemplate("a -> b", {
      name: "failing",
      run: () => {
        throw new PermanentError("no");
      },
    });
    const { engine, clock } = await startEngine(database, [graphTemplate("a -> b"), failing]);
    const health = new Health({ database, clock });
    const submitted = [
      await engine.submit({ name: "graph", context: {} }),
      await engine.submit({ name: "graph", context: { second: true } }),
      await engine.submit({ name: "failing", context: {} }),
    ];
    await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
    expect(await health.status(DETAILS)).toMatchObject({
      healthy: true,
      status: "healthy",
      cached: false,
      metrics: {
        tasks: { total: 3, pending: 0, in_progress: 0, complete: 2, error: 1, cancelled: 0 },
        steps: { total: 6, pending: 1, in_progress: 0, complete: 4, error: 1 },
        retries: { retryable_errors: 0, exhausted_retries: 0, in_backoff: 0 },
        scope: { tasks: 3, steps: 6, complete: true },
      },
      performance_analytics: {
        trends: { task_creation_rate: 0.05, completion_rate: 0.033, error_rate: 0.3333, step_error_rate: 0.2 },
        analysis_seconds: 3600,
      },
      database: { connection_utilization: expect.any(Number) },
      checks: { orphans: { orphans: 0 }, workers: { alive: 1 }, event_log: { subscribers: 0 } },
      reasons: [],
    });
  });
});

describeOnPostgres("the status", () => {
  test("is made once for all who ask, and again when its time is over", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const health = new Health({ database, clock, config: { cache_duration_seconds: 20 } });
    const first = await Promise.all(Array.from({ length: 10 }, () => health.status(DETAILS)));
    expect(new Set(first.map(({ timestamp }) => timestamp)).size).toBe(1);
    clock.advance(19_999);
    expect(await health.status(DETAILS)).toMatchObject({ cached: true, timestamp: first[0]?.timestamp });
    expect(await health.status({ ...DETAILS, fresh: true })).toMatchObject({ cached: false });
    clock.advance(20_001);
    expect(await health.status({ details: false })).toEqual({
      healthy: true,
      status: "healthy",
      cached: false,
      timestamp: new Date(clock.now()).toISOString(),
      generation_duration: expect.any(Number),
    });
  });

  test("is unhealthy where most of what ended failed, where nobody works, and where a task is left alone", async () => {
    const database = await useDatabase(openTestDatabase);
    const failing = graphTemplate("a", {
      run: () => {
        throw new PermanentError("no");
      },
    });
    const { engine, clock } = await startEngine(database, [failing]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await engine.stop();
    const waiting = await makeEngine(database, [graphTemplate("a")], { clock }).engine.submit({
      name: "graph",
      context: { n: 1 },
    });
    clock.advance(60_000);
    // Nobody wakes it any more.
    const lost = await makeEngine(database, [graphTemplate("a")], { clock }).engine.submit({
      name: "graph",
      context: { n: 2 },
    });
    await database.query("update tasker_task_runs set wake_at = null where task_id = $1", [lost.taskId]);
    const health = new Health({ database, clock });
    const { reasons, checks, ...report } = await health.status(DETAILS);
    expect(report).toMatchObject({ healthy: false, status: "unhealthy" });
    expect(reasons).toEqual([
      "workers: Tasks wait and no process lives that could run them",
      "orphans: 1 live task will not go on",
      "100 % of the tasks that ended failed",
      "100 % of the attempts of steps failed",
    ]);
    expect(checks?.orphans).toMatchObject({ first: [{ task_id: lost.taskId, reason: "never_wakes" }] });
    expect(waiting.taskId).toBeLessThan(lost.taskId);

    // Others read what was counted for a minute.
    await database.query("update tasker_task_runs set wake_at = now() where task_id = $1", [lost.taskId]);
    const other = await new Health({ database, clock }).status(DETAILS);
    expect(other.checks?.orphans).toMatchObject({ orphans: 1, counted_seconds_ago: expect.any(Number) });
  });

  test("says so in time where a table is locked, and leaves no statement behind on the server", async () => {
    const { url, drop } = await createTestDatabase();
    const database = await openPostgres(url);
    onTestFinished(() => database.close().then(drop));
    const health = new Health({ database, config: { readiness_timeout_seconds: 0.3 } });
    await database.transaction(async (transaction) => {
      await transaction.execute("lock table tasker_tasks in access exclusive mode");
      const report = await health.status(DETAILS);
      expect(report).toMatchObject({
        healthy: false,
        status: "error",
        error: expect.stringMatching(/Timeout|timeout/),
      });
      expect(report.metrics).toBeUndefined();
      expect(report.checks?.database?.status).toBe("healthy");
      await expect
        .poll(() =>
          transaction.query(
            "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
          ),
        )
        .toEqual([]);
    });
    expect((await health.status({ ...DETAILS, fresh: true })).status).toBe("healthy");
  });
});

describe("what health tells to whom", () => {
  test("is an option, but for liveness", () => {
    const asked = (settings: Parameters<typeof healthConfig>[0]) =>
      (["live", "ready", "status"] as const).map((question) =>
        requiresAuthentication(question, healthConfig(settings)),
      );
    expect(asked({})).toEqual([false, false, true]);
    expect(asked({ ready_requires_authentication: true, status_requires_authentication: false })).toEqual([
      false,
      true,
      false,
    ]);
  });

  test("holds no passwords", () => {
    const error = new Error(
      "connect redis://u:p@ss@host:1/0 failed, password=hunter2, token: 'abc def', https://k@x.y/z",
    );
    expect(describeError(error)).toBe(
      "Error: connect redis://***@host:1/0 failed, password=***, token: ***, https://***@x.y/z",
    );
    expect(describeError("redis://u:p@h")).not.toContain("p@h");
    expect(describeError(new TypeError("x".repeat(1_000))).length).toBeLessThan(320);
  });
});
