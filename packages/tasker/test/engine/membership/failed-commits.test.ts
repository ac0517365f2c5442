import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { DatabaseUnavailableError } from "../../../src/errors/index.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { graphTemplate, readState, readStep, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const request = { name: "graph", context: {} };

/** The same database, which a process cannot write to for as long as `isAway` says. */
function unwritable(database: Database, isAway: () => boolean): Database {
  return {
    ...database,
    run: (statement, parameters) =>
      isAway() && statement.name.startsWith("commit_")
        ? Promise.reject(new DatabaseUnavailableError("away"))
        : database.run(statement, parameters),
  };
}

describeOnPostgres("the tasks of a process that alone cannot commit", () => {
  test("go on elsewhere: trying again is no progress", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const lease = { clock, leaseMs: 1_500, stuckAfterMs: 500 };
    let isAway = false;
    const stuck = await startEngine(
      unwritable(database, () => isAway),
      [graphTemplate("a", { run: () => "of the stuck one" })],
      lease,
    );
    isAway = true;
    const { taskId } = await stuck.engine.submit(request);
    await startEngine(database, [graphTemplate("a", { run: () => "of the other one" })], lease);
    await until(async () => {
      clock.advance(50);
      return (await readState(database, taskId)) === "complete";
    }, "the task to go on elsewhere");
    expect(stuck.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("the engine has made no progress"),
    );
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: "of the other one" });
    isAway = false;
    let isStopped = false;
    void stuck.engine.stop({ graceMs: 0 }).then(() => {
      isStopped = true;
    });
    await until(() => {
      clock.advance(500);
      return isStopped;
    }, "the stuck process to stop");
    await expectCleanAuditTrail(database);
  });
});
