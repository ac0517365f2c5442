import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { callContext, callContexts, callLevels, callReadiness, callReadinessBatch } from "./call-function.ts";
import { HOUR_US } from "./content.ts";
import { levelsOf } from "./oracle/dependency-levels.ts";
import { contextOf } from "./oracle/execution-context.ts";
import { readinessOf } from "./oracle/readiness.ts";
import { mergeContents, randomContent, randomIds } from "./random-content.ts";
import { withContent } from "./store-content.ts";

/** How many contents share a database, and how many databases there are for each function. */
const CONTENTS = 10;
const DATABASES = 30;

const taskIds = fc.array(fc.constantFrom(1, 2, 3, 101, 102, 103, 201, 301, 401, 501, 601, 701, 801, 901, 99, null));

describeOnPostgres("on random tasks, as the rules say, answers", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  describe.each([
    { timeZone: "UTC", zoneUs: 0, databases: DATABASES },
    // without summer time, so that all columns are read with the same distance
    { timeZone: "Asia/Kolkata", zoneUs: 5.5 * HOUR_US, databases: DATABASES / 3 },
  ])("in a session in $timeZone", ({ timeZone, zoneUs, databases }) => {
    const contents = fc.array(randomContent(zoneUs), { minLength: CONTENTS, maxLength: CONTENTS }).map(mergeContents);
    const options = { numRuns: databases };

    test("get_step_readiness_status", async () => {
      await fc.assert(
        fc.asyncProperty(contents, randomIds(300), async (content, stepIds) => {
          await withContent(
            database,
            content,
            async (connection) => {
              for (const { task_id } of content.tasks) {
                expect(await callReadiness(connection, task_id)).toEqual(readinessOf(content, [task_id], null, zoneUs));
                expect(await callReadiness(connection, task_id, stepIds)).toEqual(
                  readinessOf(content, [task_id], stepIds, zoneUs),
                );
              }
            },
            timeZone,
          );
        }),
        options,
      );
    });

    test("get_step_readiness_status_batch", async () => {
      await fc.assert(
        fc.asyncProperty(contents, fc.option(taskIds, { freq: 9 }), async (content, asked) => {
          await withContent(
            database,
            content,
            async (connection) => {
              expect(await callReadinessBatch(connection, asked)).toEqual(
                readinessOf(content, asked ?? [], null, zoneUs),
              );
            },
            timeZone,
          );
        }),
        options,
      );
    });

    test("get_task_execution_context", async () => {
      await fc.assert(
        fc.asyncProperty(contents, async (content) => {
          await withContent(
            database,
            content,
            async (connection) => {
              for (const { task_id } of content.tasks) {
                expect(await callContext(connection, task_id)).toEqual(contextOf(content, task_id, zoneUs));
              }
            },
            timeZone,
          );
        }),
        options,
      );
    });

    test("get_task_execution_contexts_batch, one row for each time a task is named", async () => {
      await fc.assert(
        fc.asyncProperty(contents, fc.option(taskIds, { freq: 9 }), async (content, asked) => {
          const ascending = (asked ?? []).filter((id) => id !== null).sort((a, b) => a - b);
          await withContent(
            database,
            content,
            async (connection) => {
              expect(await callContexts(connection, asked)).toEqual(
                ascending.flatMap((id) => contextOf(content, id, zoneUs)),
              );
            },
            timeZone,
          );
        }),
        options,
      );
    });

    test("calculate_dependency_levels", async () => {
      await fc.assert(
        fc.asyncProperty(contents, async (content) => {
          await withContent(
            database,
            content,
            async (connection) => {
              for (const { task_id } of content.tasks) {
                expect(await callLevels(connection, task_id)).toEqual(levelsOf(content, task_id));
              }
            },
            timeZone,
          );
        }),
        options,
      );
    });
  });
});
