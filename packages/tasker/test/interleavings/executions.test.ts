import { expect, test } from "vitest";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeGate, readStep, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

/** What another process writes that takes a running step over, and starts it again under the same number. */
const RESTART = `
  with lost as (
    update tasker_workflow_step_transitions set most_recent = false where to_state = 'in_progress' and most_recent
    returning workflow_step_id, sort_key, metadata, created_at
  ), seq as (select nextval('tasker_commit_seq') * 65536 as first)
  insert into tasker_workflow_step_transitions
    (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
  select l.workflow_step_id, m.from_state, m.to_state,
    l.metadata || m.metadata::jsonb || jsonb_build_object('seq', s.first + m.place), l.sort_key + 10 * m.place, false, l.created_at, l.created_at
  from lost l, seq s, (values
    (1, 'in_progress', 'error', '{"interrupted": true, "interruptions": 1}'),
    (2, 'error', 'pending', '{"interruptions": 1}'),
    (3, 'pending', 'in_progress', '{"interruptions": 1, "execution_id": "9.9"}')
  ) as m(place, from_state, to_state, metadata)`;

describeOnPostgres("the outcome of an attempt", () => {
  test("is that of its execution, not of its number: one that was started again meanwhile does not get it", async () => {
    const database = await useDatabase(openTestDatabase);
    const first = makeGate<string>();
    let runs = 0;
    const template = graphTemplate("a", {
      run: () => {
        runs += 1;
        return runs === 1 ? first.promise : "second";
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => runs === 1, "the first run");
    await database.transaction(async (other) => {
      await other.execute("update tasker_task_runs set revision = revision + 1, dirty = true");
      await other.execute(RESTART);
      await other.execute(`update tasker_workflow_step_transitions set most_recent = true
        where sort_key = (select max(sort_key) from tasker_workflow_step_transitions)`);
    });
    first.open("first");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: "second", attempts: 1 });
    await expectCleanAuditTrail(database);
  });
});
