import { afterAll, beforeAll, expect, test } from "vitest";
import { checkHistory } from "../../src/checker/check-history.ts";
import type { Database } from "../../src/database/database.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { graphTemplate, startEngine } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const STEPS = "tasker_workflow_step_transitions";

/** For each rule, what breaks it in a database that keeps all of them. */
const PLANTS: Readonly<Record<string, readonly string[]>> = {
  "legal transitions": [
    `update ${STEPS} set to_state = 'resolved_manually' where to_state = 'complete'`,
    "update tasker_task_transitions set to_state = 'complete' where to_state = 'cancelled'",
  ],
  "contiguous history": [
    `update ${STEPS} set from_state = null where sort_key = 20`,
    `update ${STEPS} set from_state = 'error' where sort_key = 20`,
    `update ${STEPS} set from_state = '' where sort_key = 10`,
  ],
  "current transition": [
    `update ${STEPS} set most_recent = false`,
    `update ${STEPS} set most_recent = false; update ${STEPS} set most_recent = true where sort_key = 10`,
  ],
  "sort keys": [
    `update ${STEPS} set sort_key = 21 where sort_key = 20`,
    `update ${STEPS} set metadata = metadata - 'writer', sort_key = -1 where sort_key = 10`,
  ],
  "transition metadata": [
    `update ${STEPS} set metadata = '[]' where sort_key = 10`,
    `update ${STEPS} set metadata = metadata || '{"writer": "me"}'`,
  ],
  "commit order": [
    `update ${STEPS} set metadata = metadata - 'seq' where sort_key = 20`,
    `update ${STEPS} set metadata = metadata || '{"seq": 1}' where sort_key = 20`,
    `update ${STEPS} set metadata = metadata || '{"seq": 1}' where sort_key = 10`,
  ],
  fencing: [
    // A zombie's write that landed: a later seq under an epoch from before.
    `update ${STEPS} set metadata = metadata || '{"epoch": 0}' where to_state = 'complete'`,
    `update ${STEPS} set metadata = metadata || '{"writer": 99}' where to_state = 'complete'`,
    "update tasker_task_runs set epoch = 0",
    `update ${STEPS} set metadata = metadata - 'epoch' where to_state = 'complete'`,
  ],
  "satisfied parents": [
    "update tasker_workflow_step_edges set from_step_id = to_step_id, to_step_id = from_step_id",
    `delete from ${STEPS} where to_state = 'complete'`,
  ],
  executions: [
    `update ${STEPS} set metadata = metadata || '{"execution_id": "x"}' where sort_key = 20`,
    `update ${STEPS} set metadata = metadata || '{"execution_id": "x"}'`,
  ],
  "attempt numbers": [
    `update ${STEPS} set metadata = metadata || '{"attempt_number": 2}' where to_state = 'in_progress'`,
    `update ${STEPS} set metadata = metadata - 'interrupted' where metadata ? 'interrupted'`,
  ],
  attempts: ["update tasker_workflow_steps set attempts = attempts + 1"],
  "step columns": [
    "update tasker_workflow_steps set in_process = true",
    "update tasker_workflow_steps set processed = not processed",
    "update tasker_workflow_steps set processed_at = null",
    "update tasker_workflow_steps set last_attempted_at = null",
  ],
  "retry columns": [
    "update tasker_workflow_steps set backoff_request_seconds = 1",
    `update ${STEPS} set metadata = metadata || '{"permanent": true}' where to_state = 'error' and most_recent`,
  ],
  "step results": ["update tasker_workflow_steps set results = '{}'"],
  "failed steps": [`update ${STEPS} set to_state = 'pending', metadata = metadata - 'action' where sort_key = 20`],
  "task columns": [
    "update tasker_tasks set complete = true",
    "update tasker_tasks set complete = false",
    "update tasker_tasks set updated_at = '2000-01-01'",
  ],
  "finished tasks": [
    `update ${STEPS} set to_state = 'in_progress' where to_state in ('complete', 'error')`,
    `update ${STEPS} set to_state = 'error' where to_state = 'cancelled'`,
    `delete from ${STEPS} where to_state = 'complete'`,
  ],
  "operator actions": [
    "delete from tasker_operator_actions",
    "update tasker_operator_actions set actor = 'somebody else'",
  ],
  orphans: [
    "update tasker_task_runs set wake_at = null",
    "update tasker_task_runs set owner_id = 1000 where wake_at is not null",
  ],
  "released tasks": ["update tasker_task_runs set wake_at = now()", "update tasker_task_runs set owner_id = 1"],
  permits: [
    `insert into tasker_permits (process_id, permit_no, limiter, task_id, workflow_step_id, granted_at)
     select 1000, 1, 'bank', task_id, workflow_step_id, now() from tasker_workflow_steps limit 1`,
  ],
  "shared steps": [
    `insert into tasker_ready_steps (workflow_step_id, task_id, task_namespace_id, named_task_id, owner_id, epoch, revision,
       execution_id, attempt, priority, run_at, offered_at)
     select w.workflow_step_id, w.task_id, 1, 1, 1, 1000, 0, 'x', 1, 0, now(), now() from tasker_workflow_steps w limit 1`,
    `insert into tasker_step_executions (execution_id, workflow_step_id, task_id, task_namespace_id, owner_id, epoch, attempt,
       process_id, state, started_at, heartbeat_at)
     select x.metadata ->> 'execution_id', w.workflow_step_id, w.task_id, 1, 1, 0, 1, 1, 'running', now(), now()
     from tasker_workflow_steps w join tasker_workflow_step_transitions x using (workflow_step_id)
     where x.to_state = 'complete'`,
  ],
  "unique edges": [
    `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
     select from_step_id, to_step_id, 'again', now(), now() from tasker_workflow_step_edges`,
    `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
     select min(workflow_step_id), max(workflow_step_id), 'across', now(), now() from tasker_workflow_steps`,
  ],
  "unique steps": [
    `insert into tasker_workflow_steps (task_id, named_step_id, attempts, results, created_at, updated_at)
     select task_id, named_step_id, 0, '{}', now(), now() from tasker_workflow_steps`,
  ],
  "cyclic edges": [
    `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
     select to_step_id, from_step_id, 'back', now(), now() from tasker_workflow_step_edges`,
    `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
     select to_step_id, to_step_id, 'self', now(), now() from tasker_workflow_step_edges`,
  ],
  "concurrency limits": [
    // The first of two that ran one after the other is said to have ended with the second.
    `update ${STEPS} x set metadata = x.metadata || jsonb_build_object('seq', 9000000000 + x.id)
     where x.to_state = 'complete'`,
    `update ${STEPS} set metadata = metadata || '{"concurrency_limits": [0]}' where metadata ? 'limiters'`,
  ],
};

describeOnPostgres("the check of the audit trail", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const brokenRules = async (connection: Database) => {
    const { rules } = await checkHistory(connection, { takeoverMs: 0 });
    return rules.filter(({ violations }) => violations > 0).map(({ rule }) => rule);
  };

  test("finds nothing wrong with what an engine wrote, and each single thing that is falsified afterwards", async () => {
    const clock = new ManualClock();
    const limited = graphTemplate("a -> b", {
      name: "limited",
      systemLimits: [{ name: "bank", key: null, concurrency: 1, rate: null }],
      steps: { a: { dependentSystem: "bank" }, b: { dependentSystem: "bank" } },
    });
    const failing = graphTemplate("a -> b", {
      name: "failing",
      steps: { b: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        if (step.name === "b") throw new Error("no");
        return "a";
      },
    });
    const idle = graphTemplate("a -> b", { name: "idle" });
    const never = new Promise<never>(() => undefined);
    const stopped = graphTemplate("a", { name: "stopped", run: () => never });
    const { engine, seen } = await startEngine(database, [limited, failing, idle, stopped], { clock });
    const runAt = new Date(clock.now() + 3_600_000);
    const [complete, other, failed, cancelled, interrupted] = await engine.submitMany([
      { name: "limited", context: {} },
      { name: "limited", context: {}, idempotencyKey: "other" },
      { name: "failing", context: {} },
      { name: "idle", context: {}, runAt },
      { name: "stopped", context: {} },
      { name: "idle", context: {}, runAt, idempotencyKey: "waits" },
    ]);
    await engine.actions.cancelTask(cancelled?.taskId ?? 0, { actor: "ada", reason: "asked for" });
    await seen(({ name, taskId }) => name === "step.execution_requested" && taskId === interrupted?.taskId);
    for (const task of [complete, other, failed, cancelled]) await engine.settled(task?.taskId ?? 0);
    await engine.stop({ graceMs: 0 });
    // Goes on elsewhere, so that an attempt has been given back.
    const again = await startEngine(database, [graphTemplate("a", { name: "stopped" })], { clock });
    await again.engine.settled(interrupted?.taskId ?? 0);
    await again.engine.stop();

    const report = await checkHistory(database, { takeoverMs: 0 });
    expect(report).toMatchObject({ tasks: 6, steps: 11, violations: 0, unclear: 0, unchecked: [] });
    expect(Object.keys(PLANTS).toSorted()).toEqual(report.rules.map(({ rule }) => rule).toSorted());
    for (const [rule, plants] of Object.entries(PLANTS)) {
      for (const plant of plants) {
        const found = database.transaction(async (transaction) => {
          await transaction.execute("set transaction isolation level repeatable read");
          await transaction.execute(plant);
          const broken = await brokenRules({ ...database, transaction: (work) => work(transaction) });
          throw new Error(`broken: ${broken.join(", ")}`);
        });
        await expect(found, `${rule}: ${plant}`).rejects.toThrow(new RegExp(`(: |, )${rule}(,|$)`));
      }
    }
  });
});
