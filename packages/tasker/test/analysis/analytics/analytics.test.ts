import { expect, onTestFinished, test } from "vitest";
import { findBottlenecks } from "../../../src/analysis/analytics/find-bottlenecks.ts";
import { measurePerformance } from "../../../src/analysis/analytics/performance.ts";
import { openPostgres } from "../../../src/database/postgres.ts";
import { InvalidRequestError, PermanentError } from "../../../src/errors/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { runCaptured } from "../../cli/support/captured-io.ts";
import { graphTemplate, readState, startEngine, until } from "../../support/engine-harness.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";

/** Three tasks that completed after 5, 20 and 90 seconds, one that failed, one that waits for a retry, one that was cancelled. */
async function makeSite() {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url);
  onTestFinished(() => database.close().then(drop));
  const clock = new ManualClock();
  const template = graphTemplate("a -> b", {
    run: (task, _sequence, step) => {
      const context = task.context;
      if (typeof context !== "object" || context === null) return;
      if (step.name === "b") clock.advance(Number(Reflect.get(context, "seconds")) * 1_000);
      if (Reflect.get(context, "fails") === "for good") throw new PermanentError("no card", { errorCode: "NO_CARD" });
      if (Reflect.get(context, "fails") === "once") throw new Error("busy");
    },
  });
  const { engine } = await startEngine(database, [template], { clock });
  const submit = async (context: Record<string, unknown>, state: string) => {
    const { taskId } = await engine.submit({ name: "graph", context });
    await until(async () => (await readState(database, taskId)) === state, `task ${taskId} to be ${state}`);
    return taskId;
  };
  for (const seconds of [5, 20, 90]) await submit({ seconds }, "complete");
  await submit({ fails: "for good" }, "error");
  const waiting = await submit({ fails: "once" }, "in_progress");
  await engine.actions.cancelTask(await submit({ fails: "once" }, "in_progress"), { actor: "ada", reason: "twice" });
  const tasker = (...argv: string[]) => runCaptured(argv, { cwd: process.cwd(), env: { DATABASE_URL: url }, clock });
  await until(
    async () =>
      (await database.query("select from tasker_workflow_step_transitions where most_recent and to_state = 'error'"))
        .length === 2,
    "the failures",
  );
  return { database, tasker, waiting, now: new Date(clock.now() + 1_000) };
}

describeOnPostgres("analytics", () => {
  test("count a task once, by its own state, and take its time from its own end", async () => {
    const { database, tasker, now } = await makeSite();
    const report = await measurePerformance(database, now);
    expect(report.system_overview).toMatchObject({ active_tasks: 1, total_namespaces: 1, unique_task_types: 1 });
    const trend = report.performance_trends.last_24_hours;
    expect(trend).toMatchObject({
      task_throughput: 6,
      completion_rate: 50,
      error_rate: 16.67,
      avg_task_duration: 38.333,
      step_throughput: 6,
    });
    expect(report.system_overview.system_health_score).toBe(0.75);

    const found = await findBottlenecks(database, { now, namespace: "default" });
    expect(found.scope_summary).toEqual({ total_tasks: 6, unique_task_types: 1, time_span_hours: 24 });
    expect(found.performance_distribution).toEqual({
      percentiles: { p50: 20, p95: 90, p99: 90 },
      distribution_buckets: [
        { range: "0-10s", count: 1, percentage: 33.3 },
        { range: "10-30s", count: 1, percentage: 33.3 },
        { range: "30s+", count: 1, percentage: 33.3 },
      ],
    });
    expect(found.bottleneck_analysis).toMatchObject({
      error_patterns: {
        total_errors: 1,
        recent_error_rate: 16.7,
        common_error_types: expect.arrayContaining([{ type: "NO_CARD", count: 1 }]),
        retry_success_rate: null,
      },
      dependency_bottlenecks: { blocking_dependencies: 2, most_blocked_steps: [{ step_name: "b", count: 2 }] },
    });
    expect(found.recommendations).toContain("Step b waits for others most often (2).");
    expect(await findBottlenecks(database, { now, namespace: "elsewhere" })).toMatchObject({
      scope_summary: { total_tasks: 0 },
      performance_distribution: { percentiles: { p50: null, p95: null, p99: null } },
      recommendations: [],
    });

    const shown = await tasker("analytics", "performance");
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out).toContain("active tasks: 1, templates: 1 in 1 namespaces");
    const bottlenecks = await tasker("analytics", "bottlenecks", "--period", "2", "--name", "graph");
    expect(bottlenecks.out).toContain("in error: 1 (16.7 %)");
    expect(JSON.parse((await tasker("analytics", "bottlenecks", "--json")).out)).toMatchObject({
      analysis_period_hours: 24,
    });
  });

  test.each([0, -1, 8_785, Number.NaN])("refuse a period of %s hours", async (periodHours) => {
    const { url, drop } = await createTestDatabase();
    const database = await openPostgres(url);
    onTestFinished(() => database.close().then(drop));
    await expect(findBottlenecks(database, { periodHours })).rejects.toThrow(InvalidRequestError);
  });

  test("refuse a period that is no number on the command line", async () => {
    const { code, err } = await runCaptured(["analytics", "bottlenecks", "--period", "soon"], { cwd: process.cwd() });
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("--period is 'soon'") });
  });
});
