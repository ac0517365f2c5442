import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { callAnalytics, callSlowSteps, callSlowTasks, callSystemHealth } from "./call-function.ts";
import { HOUR_US } from "./content.ts";
import { analyticsOf } from "./oracle/analytics.ts";
import { slowStepsOf, slowTasksOf, type TimedRow } from "./oracle/slowest.ts";
import { systemHealthOf } from "./oracle/system-health.ts";
import { randomContent, randomSince, randomSlowestArguments } from "./random-content.ts";
import { withContent } from "./store-content.ts";

const DATABASES = 150;

/**
 * Compares rows that are ordered by duration: rows of one duration may stand in any order, and where the limit cuts
 * between them, any of them may be the ones that are left out.
 */
function expectSlowest(
  found: readonly Readonly<Record<string, unknown>>[],
  all: readonly TimedRow[],
  limit: number | null,
  key: "task_id" | "workflow_step_id",
): void {
  const slowestFirst = [...all].sort((a, b) => b.durationUs - a.durationUs).slice(0, limit ?? all.length);
  const matches = found.map((row) => all.find((one) => one.row[key] === row[key]));
  expect(found).toEqual(matches.map((match) => match?.row));
  expect(matches.map((match) => match?.durationUs)).toEqual(slowestFirst.map(({ durationUs }) => durationUs));
  expect(new Set(found.map((row) => row[key])).size).toBe(found.length);
}

describeOnPostgres("on random databases, as the rules say, answers", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  describe.each([
    { timeZone: "UTC", zoneUs: 0, databases: DATABASES },
    { timeZone: "Asia/Kolkata", zoneUs: 5.5 * HOUR_US, databases: DATABASES / 3 },
  ])("in a session in $timeZone", ({ timeZone, zoneUs, databases }) => {
    const options = { numRuns: databases };

    test("get_system_health_counts_v01", async () => {
      await fc.assert(
        fc.asyncProperty(randomContent(zoneUs), async (content) => {
          await withContent(
            database,
            content,
            async (connection) => {
              const [{ active_connections, max_connections, ...counts } = {}] = await callSystemHealth(connection);
              expect(counts).toEqual(systemHealthOf(content));
              expect(active_connections).toBeGreaterThanOrEqual(1);
              expect(max_connections).toBeGreaterThanOrEqual(Number(active_connections));
            },
            timeZone,
          );
        }),
        options,
      );
    });

    test("get_analytics_metrics_v01", async () => {
      await fc.assert(
        fc.asyncProperty(randomContent(zoneUs), randomSince, async (content, sinceUs) => {
          await withContent(
            database,
            content,
            async (connection) => {
              expect(await callAnalytics(connection, sinceUs)).toEqual([analyticsOf(content, sinceUs, zoneUs)]);
              expect(await callAnalytics(connection)).toEqual([analyticsOf(content, null, zoneUs)]);
            },
            timeZone,
          );
        }),
        options,
      );
    });

    test("get_slowest_tasks_v01", async () => {
      await fc.assert(
        fc.asyncProperty(randomContent(zoneUs), randomSlowestArguments, async (content, given) => {
          await withContent(
            database,
            content,
            async (connection) => {
              const found = await callSlowTasks(connection, given);
              expectSlowest(found, slowTasksOf(content, given, zoneUs), given.limit, "task_id");
            },
            timeZone,
          );
        }),
        options,
      );
    });

    test("get_slowest_steps_v01", async () => {
      await fc.assert(
        fc.asyncProperty(randomContent(zoneUs), randomSlowestArguments, async (content, given) => {
          await withContent(
            database,
            content,
            async (connection) => {
              const found = await callSlowSteps(connection, given);
              expectSlowest(found, slowStepsOf(content, given, zoneUs), given.limit, "workflow_step_id");
            },
            timeZone,
          );
        }),
        options,
      );
    });
  });
});
