import { expect, test } from "vitest";
import { TaskActions } from "../../../src/actions/task-actions.ts";
import type { Database } from "../../../src/database/database.ts";
import { NotRunningError, PermanentError } from "../../../src/errors/index.ts";
import { bindTemplate } from "../../../src/handlers/bind-template.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { parseTemplate } from "../../../src/templates/parse-template.ts";
import { drain } from "../../../src/testing/run/drain.ts";
import { readTask } from "../../../src/testing/run/read-task.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  makeGate,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const parcel = defineTask<{ order: string; to: string }>({ name: "parcel", namespace: "shipping" })
  .step("pack", { process: (task) => ({ packed: task.context.order }) })
  .step("send", { dependsOn: ["pack"], process: (task) => ({ sent: `${task.context.order} to ${task.context.to}` }) })
  .build();

const order = defineTask<{ city: string }>({ name: "order" })
  .step("price", { process: () => ({ order: { id: "o-1" } }) })
  .task("ship", {
    dependsOn: ["price"],
    task: parcel,
    context: { order: { step: "price", path: "order.id" }, to: { path: "city" } },
  })
  .step("tell", {
    dependsOn: ["ship"],
    process: (_task, sequence) => {
      const { state, results } = sequence.resultsOf("ship");
      return { state, results };
    },
  })
  .build();

const request = { name: "order", context: { city: "Turin" } };

async function childrenOf(database: Database, taskId: number): Promise<number[]> {
  const rows = await database.query("select task_id from tasker_task_runs where parent_task_id = $1 order by task_id", [
    taskId,
  ]);
  return rows.map(({ task_id }) => Number(task_id));
}

describeEachDatabase("a step that submits a task", (open) => {
  test("waits for its end, and stores what its last steps stored", async () => {
    const database = await useDatabase(open);
    const under = await startEngine(database, [order, parcel]);
    const { taskId } = await under.engine.submit({ ...request, correlationId: "c-1" });
    await drain(under);
    const report = await readTask(database, taskId);
    const [child = 0] = await childrenOf(database, taskId);
    expect(report.state).toBe("complete");
    expect(report.steps.ship).toMatchObject({
      state: "complete",
      attempts: 1,
      results: { task_id: child, state: "complete", results: { send: { sent: "o-1 to Turin" } } },
    });
    expect(report.steps.tell?.results).toEqual({ state: "complete", results: { send: { sent: "o-1 to Turin" } } });
    const [run] = await database.query("select * from tasker_task_runs where task_id = $1", [child]);
    expect(run).toMatchObject({ parent_step_id: report.steps.ship?.stepId, correlation_id: "c-1" });
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a step that submits a task", () => {
  test("says in YAML what it submits, and waits as long as it takes", async () => {
    const database = await useDatabase(openTestDatabase);
    const definition = parseTemplate(`
      name: yaml_order
      step_templates:
        - { name: price, handler_class: Price }
        - name: ship
          type: task
          depends_on_step: price
          task:
            name: slow
            context:
              all: { step: price }
              fixed: { value: [1, null] }`);
    const slow = defineTask({ name: "slow" })
      .sleep("days", { seconds: 10 * 86_400 })
      .step("echo", { dependsOn: ["days"], process: (task) => task.context })
      .build();
    const under = await startEngine(database, [bindTemplate(definition, { Price: () => ({ cents: 5 }) }), slow]);
    const { taskId } = await under.engine.submit({ name: "yaml_order", context: {} });
    await drain(under);
    expect((await readTask(database, taskId)).steps.ship?.results).toMatchObject({
      results: { echo: { all: { cents: 5 }, fixed: [1, null] } },
    });
    await expectCleanAuditTrail(database);
  });

  test("fails with its task, and its next attempt submits another one", async () => {
    const database = await useDatabase(openTestDatabase);
    let runs = 0;
    const child = defineTask({ name: "child" })
      .step("work", {
        process: () => {
          runs += 1;
          if (runs < 3) throw new PermanentError("no");
          return runs;
        },
      })
      .build();
    const parent = defineTask({ name: "parent" }).task("run", { task: child, retryLimit: 3 }).build();
    const under = await startEngine(database, [parent, child]);
    const { taskId } = await under.engine.submit({ name: "parent", context: {} });
    await drain(under, [taskId]);
    expect(await readTask(database, taskId)).toMatchObject({
      state: "complete",
      steps: { run: { attempts: 3, results: { results: { work: 3 } } } },
    });
    const children = await childrenOf(database, taskId);
    expect(await Promise.all(children.map((id) => readState(database, id)))).toEqual(["error", "error", "complete"]);
    const failures = (await readTransitions(database, taskId, "run")).filter(({ to_state }) => to_state === "error");
    expect(failures[0]?.metadata).toMatchObject({
      error_code: "CHILD_TASK_FAILED",
      error_message: `task ${children[0]} is error`,
    });
    await expectCleanAuditTrail(database);
  });

  test("fails for what cannot be submitted", async () => {
    const database = await useDatabase(openTestDatabase);
    const parent = defineTask({ name: "parent" })
      .task("unknown", { task: "nowhere", retryLimit: 1 })
      .task("no_value", { task: "parent", context: { a: { path: "b" } } })
      .build();
    const under = await startEngine(database, [parent]);
    const { taskId } = await under.engine.submit({ name: "parent", context: {} });
    await drain(under);
    expect(await readTask(database, taskId)).toMatchObject({
      state: "error",
      steps: {
        unknown: { error: { code: "TASKER_HANDLER_NOT_FOUND" } },
        no_value: { attempts: 1, error: { code: "VALUE_NOT_FOUND" } },
      },
    });
    expect(await childrenOf(database, taskId)).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("leaves its task to a process that has the template, and hears of its end there", async () => {
    const database = await useDatabase(openTestDatabase);
    const elsewhere = await startEngine(database, [parcel]);
    await elsewhere.engine.submit({ name: "parcel", namespace: "shipping", context: { order: "x", to: "y" } });
    await drain(elsewhere);
    const here = await startEngine(database, [order], { clock: elsewhere.clock });
    const { taskId } = await here.engine.submit(request);
    await drain(here);
    expect((await readTask(database, taskId)).steps.tell?.results).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("submits it once, although its process dies before or after that", async () => {
    for (const dies of ["before", "after"] as const) {
      const database = await useDatabase(openTestDatabase);
      let calls = 0;
      const gone = makeGate();
      const over = makeGate();
      const dying: Database = {
        ...database,
        run: async (statement, parameters) => {
          if (statement.name !== "submit_child") return database.run(statement, parameters);
          calls += 1;
          if (dies === "after") await database.run(statement, parameters);
          gone.open();
          await over.promise;
          throw new NotRunningError("the process is gone");
        },
      };
      const first = await startEngine(dying, [order, parcel]);
      const { taskId } = await first.engine.submit(request);
      await gone.promise;
      await database.query(
        "update tasker_processes set stopped_at = now() at time zone 'UTC', released_at = now() at time zone 'UTC'",
      );
      await database.query("update tasker_task_runs set owner_id = 0 where task_id = $1", [taskId]);
      const second = await startEngine(database, [order, parcel], { clock: first.clock });
      await drain(second);
      expect(calls).toBe(1);
      expect(await readTask(database, taskId)).toMatchObject({ state: "complete", steps: { ship: { attempts: 1 } } });
      expect(await childrenOf(database, taskId)).toHaveLength(1);
      over.open();
      await expectCleanAuditTrail(database);
    }
  });

  test("has its task cancelled when it is cancelled itself", async () => {
    const database = await useDatabase(openTestDatabase);
    const child = defineTask({ name: "child" }).waitForSignal("never").build();
    const parent = defineTask({ name: "parent" }).task("run", { task: child }).task("stay", { task: child }).build();
    const under = await startEngine(database, [parent, child]);
    // After a look at which the database knew neither of them: the clock stands still from here on.
    await until(() => under.clock.timers.length > 0, "the first look");
    const { taskId } = await under.engine.submit({ name: "parent", context: {} });
    await until(async () => {
      const begun = await database.query("select 1 from tasker_task_transitions where to_state = 'in_progress'");
      return begun.length === 3;
    }, "both children");
    await under.engine.actions.cancelStep({ taskId, step: "run" }, { actor: "grace", reason: "not needed" });
    const rows = await database.query(`
      select n.name, c.to_state from tasker_task_runs r join tasker_task_transitions c on c.task_id = r.task_id and c.most_recent
      join tasker_workflow_steps w on w.workflow_step_id = r.parent_step_id join tasker_named_steps n using (named_step_id)
      order by 1`);
    expect(rows).toEqual([
      { name: "run", to_state: "cancelled" },
      { name: "stay", to_state: "in_progress" },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("has its task cancelled with its own", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const child = defineTask({ name: "child" })
      .step("work", { process: () => gate.promise })
      .build();
    const parent = defineTask({ name: "parent" }).task("run", { task: child }).build();
    const under = await startEngine(database, [parent, child]);
    const { taskId } = await under.engine.submit({ name: "parent", context: {} });
    await under.seen(({ stepName, name }) => stepName === "work" && name === "step.execution_requested");
    await under.engine.actions.cancelTask(taskId, { actor: "grace", reason: "not needed" });
    const [childId = 0] = await childrenOf(database, taskId);
    expect(await readState(database, taskId)).toBe("cancelled");
    expect(await readState(database, childId)).toBe("cancelled");
    expect(await readStep(database, taskId, "run")).toMatchObject({ state: "cancelled" });
    gate.open();
    await until(async () => {
      under.clock.advance(100);
      const live = await database.query("select 1 from tasker_task_runs where wake_at is not null or owner_id <> 0");
      return live.length === 0;
    }, "the end of both");
    await expectCleanAuditTrail(database);
  });

  test("has its task cancelled with its own, also if that or one between is paused", async () => {
    const database = await useDatabase(openTestDatabase);
    const leaf = defineTask({ name: "leaf" }).waitForSignal("never").build();
    const middle = defineTask({ name: "middle" }).task("run", { task: leaf }).build();
    const top = defineTask({ name: "top" }).task("run", { task: middle }).build();
    const under = await startEngine(database, [top, middle, leaf]);
    const note = { actor: "grace", reason: "not needed" };
    for (const paused of ["middle", "leaf"]) {
      const { taskId } = await under.engine.submit({ name: "top", context: { paused } });
      await until(async () => {
        under.clock.advance(100);
        const [middleId = 0] = await childrenOf(database, taskId);
        const [leafId = 0] = await childrenOf(database, middleId);
        return leafId !== 0 && (await readState(database, leafId)) === "in_progress";
      }, "the wait of the last one");
      const [middleId = 0] = await childrenOf(database, taskId);
      const [leafId = 0] = await childrenOf(database, middleId);
      const pausedId = paused === "middle" ? middleId : leafId;
      await under.engine.actions.pauseTask(pausedId, note);
      await until(async () => {
        under.clock.advance(100);
        const released = await database.query(
          "select 1 from tasker_task_runs where task_id = $1 and owner_id = 0 and wake_at is null",
          [pausedId],
        );
        return released.length === 1;
      }, "the release of the paused one");
      expect(await under.engine.actions.cancelTask(taskId, note)).toMatchObject({ outcome: "done" });
      for (const id of [taskId, middleId, leafId]) expect(await readState(database, id)).toBe("cancelled");
    }
    await expectCleanAuditTrail(database);
  });

  test("is cancelled beside a commit that locks tasks below it in the order of their ids", async () => {
    const database = await useDatabase(openTestDatabase);
    const leaf = defineTask({ name: "leaf" }).waitForSignal("never").build();
    const middle = defineTask({ name: "middle" })
      .waitForSignal("go")
      .task("run", { task: leaf, dependsOn: ["go"] })
      .build();
    const parent = defineTask({ name: "parent" }).task("a", { task: middle }).task("b", { task: leaf }).build();
    const under = await startEngine(database, [parent, middle, leaf]);
    const { taskId } = await under.engine.submit({ name: "parent", context: {} });
    await until(async () => (await childrenOf(database, taskId)).length === 2, "both children");
    const rows = await database.query(
      "select r.task_id, n.name from tasker_task_runs r join tasker_named_tasks n using (named_task_id) where parent_task_id = $1",
      [taskId],
    );
    const idOf = (name: string) => Number(rows.find((row) => row.name === name)?.task_id);
    const [a, b] = [idOf("middle"), idOf("leaf")];
    await under.engine.signal(a, "go");
    await until(async () => {
      under.clock.advance(100);
      const [leafId = 0] = await childrenOf(database, a);
      return leafId !== 0 && (await readState(database, leafId)) === "in_progress";
    }, "the task of the one between");
    const [g = 0] = await childrenOf(database, a);
    await under.engine.stop();
    expect(g).toBeGreaterThan(b);
    const actions = new TaskActions({ database });
    const lock = "select 1 from tasker_task_runs where task_id = $1 for no key update";
    let cancelling: Promise<unknown> = Promise.resolve();
    await database.transaction(async (commit) => {
      await commit.query(lock, [b]);
      cancelling = actions.cancelTask(taskId, { actor: "grace", reason: "not needed" });
      await until(async () => {
        const waiting = await database.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        return waiting.length > 0;
      }, "the cancellation at the lock");
      // Refused at once if the cancellation holds it, where a commit would wait for ever.
      await commit.query(`${lock} nowait`, [g]);
    });
    expect(await cancelling).toMatchObject({ outcome: "done" });
    for (const id of [taskId, a, b, g]) expect(await readState(database, id)).toBe("cancelled");
    await expectCleanAuditTrail(database);
  });

  test("fails when somebody cancels its task", async () => {
    const database = await useDatabase(openTestDatabase);
    const child = defineTask({ name: "child" }).waitForSignal("never").build();
    const parent = defineTask({ name: "parent" }).task("run", { task: child, retryLimit: 1 }).build();
    const under = await startEngine(database, [parent, child]);
    const { taskId } = await under.engine.submit({ name: "parent", context: {} });
    await under.seen(({ stepName, name }) => stepName === "never" && name === "step.execution_requested");
    const [childId = 0] = await childrenOf(database, taskId);
    await under.engine.actions.cancelTask(childId, { actor: "grace", reason: "not needed" });
    await drain(under);
    expect(await readTask(database, taskId)).toMatchObject({
      state: "error",
      steps: { run: { error: { code: "CHILD_TASK_FAILED" } } },
    });
    await expectCleanAuditTrail(database);
  });

  test("many at a time, in tasks of both lanes, end without a deadlock", async () => {
    const database = await useDatabase(openTestDatabase);
    const child = defineTask({ name: "child" })
      .step("work", { process: (task) => task.taskId })
      .build();
    let builder = defineTask({ name: "parent" }).task("run_0", { task: child });
    for (let place = 1; place < 6; place++) builder = builder.task(`run_${place}` as "run_0" & never, { task: child });
    const under = await startEngine(database, [builder.build(), child]);
    const submitted = await under.engine.submitMany(
      Array.from({ length: 20 }, () => ({ name: "parent", context: {} })),
    );
    await drain(under);
    for (const { taskId } of submitted) expect(await readState(database, taskId)).toBe("complete");
    expect(under.lines.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    await expectCleanAuditTrail(database);
  });
});
