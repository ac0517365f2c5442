import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import * as AnalyticsMetrics from "../../src/models/analytics-metrics/analytics-metrics.ts";
import { metricsOf } from "../../src/models/analytics-metrics/metrics-row.ts";
import * as SlowestSteps from "../../src/models/slowest-steps/slowest-steps.ts";
import * as SlowestTasks from "../../src/models/slowest-tasks/slowest-tasks.ts";
import { countsOf } from "../../src/models/system-health-counts/counts-row.ts";
import * as SystemHealthCounts from "../../src/models/system-health-counts/system-health-counts.ts";
import { HOUR_US, MINUTE_US } from "../sql-functions/content.ts";
import { exampleContent } from "../sql-functions/example-content.ts";
import { withContent } from "../sql-functions/store-content.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** Two tasks, of 30 and 90 minutes ago, each with a step that took a minute. */
const CONTENT = exampleContent(
  [0.5, 1.5].map((hours, index) => ({
    task_id: index + 1,
    attempts: null,
    states: ["complete"],
    created_us: -hours * HOUR_US,
    stateUs: MINUTE_US - hours * HOUR_US,
  })),
  [],
  [{ created_us: -0.5 * HOUR_US }, { created_us: -1.5 * HOUR_US }],
);

describe("without a row", () => {
  test("all counts are 0", () => {
    expect(new Set(Object.values(countsOf([])))).toEqual(new Set([0]));
  });

  test("all metrics are 0, but the score is that of a healthy system", () => {
    expect(metricsOf([])).toMatchObject({
      system_health_score: 1,
      task_throughput: 0,
      avg_step_duration: 0,
      calculated_at: null,
    });
  });
});

describeOnPostgres("from the database", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  test("system health is one object of numbers", async () => {
    await withContent(database, CONTENT, async (connection) => {
      const counts = await SystemHealthCounts.call(connection);
      expect(counts).toMatchObject({ total_tasks: 2, total_steps: 2, complete_steps: 2 });
      expect(counts.max_connections).toBeGreaterThanOrEqual(counts.active_connections);
      expect(Object.values(counts).every(Number.isInteger)).toBe(true);
    });
  });

  test("analytics are numbers and times, of the last hour or since an instant", async () => {
    await withContent(database, CONTENT, async (connection) => {
      const lastHour = await AnalyticsMetrics.call(connection);
      expect(lastHour).toMatchObject({
        task_throughput: 1,
        completion_rate: 100,
        error_rate: 0,
        system_health_score: 1,
        avg_task_duration: 60,
        avg_step_duration: 60,
      });
      const calculatedAt = lastHour.calculated_at?.getTime() ?? 0;
      expect(calculatedAt - (lastHour.analysis_period_start?.getTime() ?? 0)).toBe(3_600_000);
      const since = new Date(calculatedAt - 2 * 3_600_000);
      expect(await AnalyticsMetrics.call(connection, since)).toMatchObject({
        task_throughput: 2,
        analysis_period_start: since,
      });
    });
  });

  test("the slowest tasks and steps have durations in seconds and times", async () => {
    await withContent(database, CONTENT, async (connection) => {
      const [task] = await SlowestTasks.call(connection, { namespace: "default", limit: 1 });
      expect(task).toMatchObject({ duration_seconds: 60, step_count: 1, task_name: "order" });
      expect(Number(task?.completed_at) - Number(task?.created_at)).toBe(60_000);
      const [step] = await SlowestSteps.call(connection, { taskName: "order", version: "1.0.0", limit: null });
      expect(step).toMatchObject({ duration_seconds: 60, attempts: 0, step_name: "charge", step_status: "complete" });
      expect(Number(step?.completed_at) - Number(step?.created_at)).toBe(60_000);
    });
  });

  test.each([
    ["tasks", SlowestTasks.call],
    ["steps", SlowestSteps.call],
  ])("the slowest %s are limited by time, number and kind", async (_what, call) => {
    await withContent(database, CONTENT, async (connection) => {
      const [row] = await connection.query("select now() - interval '1 hour' as ago");
      const since = row?.ago instanceof Date ? row.ago : null;
      expect(await call(connection)).toHaveLength(2);
      expect(await call(connection, { since })).toHaveLength(1);
      expect(await call(connection, { limit: 0 })).toHaveLength(0);
      expect(await call(connection, { namespace: "other" })).toHaveLength(0);
      expect(await call(connection, { taskName: "other" })).toHaveLength(0);
      expect(await call(connection, { version: "other" })).toHaveLength(0);
    });
  });
});
