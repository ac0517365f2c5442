import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  firstHeartbeats,
  graphTemplate,
  makeEngine,
  makeGate,
  readState,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };
const owner = async (database: Database) =>
  (await database.query("select owner_id from tasker_task_runs order by task_id"))[0]?.owner_id;

describeOnPostgres("a task that is claimed", () => {
  test("is not a process's that was declared dead and does not know it yet", async () => {
    const database = await useDatabase(openTestDatabase);
    const zombie = await startEngine(database, [graphTemplate("a")]);
    await firstHeartbeats(database);
    await database.execute("update tasker_processes set stopped_at = now() at time zone 'UTC'");
    const outside = makeEngine(database, [graphTemplate("a")]);
    const { taskId } = await outside.engine.submit(request);
    for (let looks = 0; looks < 15; looks++) {
      zombie.clock.advance(500);
      await database.query("select pg_sleep(0.02)");
    }
    expect([await readState(database, taskId), await owner(database)]).toEqual(["pending", 0]);
  });

  test("while it is being loaded again, after it was not found, is run", async () => {
    const real = await useDatabase(openTestDatabase);
    const answer = makeGate();
    let loads = 0;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        const rows = await real.run(statement, parameters);
        if (statement.name === "load_tasks" && ++loads === 1) await answer.promise;
        return rows;
      },
    };
    const gate = makeGate();
    const { engine, clock, events } = await startEngine(database, [
      graphTemplate("a -> b", { run: () => gate.promise }),
    ]);
    const { taskId } = await engine.submit(request);
    await until(() => events.some(({ name }) => name === "step.execution_requested"), "the start");
    // Somebody takes it away: the outcome is refused, and the task is not found when it is read again.
    await real.execute("update tasker_task_runs set owner_id = 0, wake_at = '2030-01-01'");
    gate.open();
    await until(() => loads === 1, "the load");
    await real.execute("update tasker_task_runs set wake_at = '2020-01-01'");
    await until(async () => {
      clock.advance(500);
      return (await owner(real)) !== 0;
    }, "the claim");
    await real.query("select pg_sleep(0.05)");
    answer.open();
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    await engine.stop();
    await expectCleanAuditTrail(real);
  });

  test("and cannot be loaded is given back, and those claimed with it run", async () => {
    const database = await useDatabase(openTestDatabase);
    const templates = () => [graphTemplate("a -> b"), graphTemplate("a", { name: "other" })];
    const outside = makeEngine(database, templates());
    const { taskId: circular } = await outside.engine.submit(request);
    const { taskId: fine } = await outside.engine.submit({ ...request, name: "other" });
    await database.execute(`
      insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
      select to_step_id, from_step_id, 'provides', now(), now() from tasker_workflow_step_edges`);
    const { engine, lines } = await startEngine(database, templates());
    expect(await engine.settled(fine)).toMatchObject({ state: "complete" });
    expect(await readState(database, circular)).toBe("pending");
    await until(async () => (await owner(database)) === 0, "the task to be given back");
    expect(lines).toMatchObject([{ level: "error", facts: { taskId: circular } }]);
    await engine.stop();
  });
});
