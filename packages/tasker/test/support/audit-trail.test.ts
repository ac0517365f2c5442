import { expect, test } from "vitest";
import { findAuditViolations } from "./audit-trail.ts";
import { graphTemplate, startEngine, useDatabase } from "./engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "./test-database.ts";

describeOnPostgres("the check of the audit trail", () => {
  test("finds nothing wrong with what an engine wrote, and each single thing that is falsified afterwards", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b", {
      steps: { b: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        if (step.name === "b") throw new Error("no");
        return "a";
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    expect(await findAuditViolations(database)).toEqual([]);

    const steps = "tasker_workflow_step_transitions";
    // Histories whose falsification needs a state that this task does not have.
    const others = [
      `update ${steps} set to_state = 'pending' where sort_key = 20 and to_state = 'error'`,
      "update tasker_tasks set updated_at = '2000-01-01', complete = true",
    ];
    const falsifications = [
      ...others,
      `update ${steps} set to_state = 'resolved_manually' where to_state = 'complete'`,
      `update ${steps} set from_state = null where sort_key = 20`,
      `update ${steps} set most_recent = false`,
      `update ${steps} set sort_key = 21 where sort_key = 20`,
      `update ${steps} set metadata = metadata - 'writer', sort_key = -1 where sort_key = 10`,
      `update ${steps} set metadata = '[]' where sort_key = 10`,
      `update ${steps} set metadata = metadata - 'seq' where sort_key = 20`,
      `update ${steps} set metadata = metadata || '{"seq": 1}' where sort_key = 20`,
      "update tasker_workflow_step_edges set from_step_id = to_step_id, to_step_id = from_step_id",
      `update ${steps} set metadata = metadata || '{"execution_id": "x"}' where sort_key = 20`,
      "update tasker_workflow_steps set attempts = attempts + 1",
      "update tasker_workflow_steps set in_process = true",
      "update tasker_workflow_steps set processed = not processed",
      "update tasker_workflow_steps set processed_at = null",
      "update tasker_workflow_steps set last_attempted_at = null",
      "update tasker_workflow_steps set backoff_request_seconds = 1",
      "update tasker_workflow_steps set results = '{}'",
      "update tasker_tasks set complete = true",
      "update tasker_task_runs set wake_at = now()",
      "update tasker_task_runs set owner_id = 1",
      "update tasker_task_transitions set to_state = 'complete' where to_state = 'error'",
      "delete from tasker_task_transitions where to_state = 'error'",
    ];
    for (const falsification of falsifications) {
      const found = database.transaction(async (transaction) => {
        await transaction.execute("set transaction isolation level repeatable read");
        await transaction.execute(falsification);
        const violations = await findAuditViolations({ ...database, transaction: (work) => work(transaction) });
        throw new Error(`${violations.length} found`);
      });
      await expect(found, falsification).rejects.toThrow(/^[1-9]\d* found/);
    }
  });
});
