import { expect, test } from "vitest";
import { register } from "../../../src/engine/membership/process-registration.ts";
import { graphTemplate, makeEngine, useDatabase } from "../../support/engine-harness.ts";
import { describeEachDatabase } from "../../support/test-database.ts";

describeEachDatabase("the rows of processes", (open) => {
  test("go when the process has had nothing for a day, as soon as another one registers", async () => {
    const database = await useDatabase(open);
    for (let made = 0; made < 4; made++) await register(database, "1", 10_000);
    const end = (processId: number, hours: number) =>
      database.query(
        `update tasker_processes set stopped_at = clock_timestamp() at time zone 'UTC' - $2::int * interval '1 hour',
          released_at = clock_timestamp() at time zone 'UTC' - $2::int * interval '1 hour' where process_id = $1`,
        [processId, hours],
      );
    await end(1, 25);
    await end(2, 23);
    await end(3, 25);
    const { engine } = makeEngine(database, [graphTemplate("a")]);
    await engine.submit({ name: "graph", context: {} });
    await database.query(
      `insert into tasker_step_executions (execution_id, workflow_step_id, task_id, task_namespace_id, owner_id, epoch,
        attempt, process_id, state, started_at, heartbeat_at)
      select '3.1', workflow_step_id, task_id, 1, 1, 1, 1, 3, 'running', now(), now() from tasker_workflow_steps`,
    );
    expect(await register(database, "1", 10_000)).toBe(5);
    const rows = await database.query("select process_id::int as id from tasker_processes order by 1");
    expect(rows.map(({ id }) => id)).toEqual([2, 3, 4, 5]);
  });
});
