import { describe, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { Engine } from "../../../src/engine/engine.ts";
import {
  InvalidRequestError,
  SignalRefusedError,
  TaskNotFoundError,
  ValueTooLargeError,
} from "../../../src/errors/index.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { HandlerRegistry } from "../../../src/handlers/registry.ts";
import { drain } from "../../../src/testing/run/drain.ts";
import { readTask } from "../../../src/testing/run/read-task.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const refund = defineTask<{ amount: number }>({ name: "refund" })
  .step("check", { process: (task) => ({ amount: task.context.amount }) })
  .waitForSignal("approval", { dependsOn: ["check"], timeoutSeconds: 86_400 })
  .step("pay", {
    dependsOn: ["approval"],
    process: (_task, sequence) => {
      const { payload, sender } = sequence.resultsOf("approval");
      return { payload, sender };
    },
  })
  .build();

const request = { name: "refund", context: { amount: 12_000 } };

const released = (database: Database, taskId: number) =>
  until(async () => {
    const [run] = await database.query("select owner_id from tasker_task_runs where task_id = $1", [taskId]);
    return run?.owner_id === 0;
  }, "the release of the task");

const waitsIn = (database: Database, taskId: number, step: string) =>
  until(async () => (await readStep(database, taskId, step)).state === "in_progress", `the wait of ${step}`);

describeEachDatabase("a signal", (open) => {
  test("ends the wait for it; its payload is what the step stores", async () => {
    const database = await useDatabase(open);
    const under = await startEngine(database, [refund]);
    const { engine, clock } = under;
    const { taskId } = await engine.submit(request);
    await waitsIn(database, taskId, "approval");
    await released(database, taskId);
    clock.advance(60_000);
    expect(await engine.signal(taskId, "approval", { approved: true }, { sender: "grace" })).toMatchObject({
      created: true,
    });
    await drain(under);
    const report = await readTask(database, taskId);
    expect(report.state).toBe("complete");
    expect(report.steps.approval).toMatchObject({
      state: "complete",
      attempts: 1,
      results: {
        signal: "approval",
        payload: { approved: true },
        sender: "grace",
        timed_out: false,
        received_at: new Date(clock.now()).toISOString(),
      },
    });
    expect(report.steps.pay?.results).toEqual({ payload: { approved: true }, sender: "grace" });
    await expectCleanAuditTrail(database);
  });

  test("that came before anybody waited for it is kept", async () => {
    const database = await useDatabase(open);
    const under = await startEngine(database, [refund]);
    const runAt = new Date(under.clock.now() + 30 * 86_400_000);
    const { taskId } = await under.engine.submit({ ...request, runAt });
    await under.engine.signal(taskId, "approval", "early");
    await drain(under);
    expect(under.clock.now()).toBeLessThan(runAt.getTime() + 1_000);
    const report = await readTask(database, taskId);
    expect(report.steps.pay?.results).toEqual({ payload: "early", sender: null });
    expect(report.history).toContain("approval pending > in_progress");
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a step that waits for a signal", () => {
  test("says so; a process that did not start anything can send it, also within a transaction", async () => {
    const database = await useDatabase(openTestDatabase);
    const under = await startEngine(database, [refund]);
    const { taskId } = await under.engine.submit(request);
    await waitsIn(database, taskId, "approval");
    await released(database, taskId);
    const [row] = await readTransitions(database, taskId, "approval");
    const since = under.clock.now();
    expect(row?.metadata).toMatchObject({
      waiting_for: {
        kind: "signal",
        name: "approval",
        since: new Date(since).toISOString(),
        until: new Date(since + 86_400_000).toISOString(),
        on_timeout: "fail",
      },
    });
    const outside = new Engine({ database, registry: new HandlerRegistry(), clock: under.clock });
    const failing = database.transaction(async (transaction) => {
      await outside.signal(taskId, "approval", "taken back", { transaction });
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    await database.transaction((transaction) => outside.signal(taskId, "approval", "kept", { transaction }));
    await drain(under);
    expect((await readTask(database, taskId)).steps.pay?.results).toMatchObject({ payload: "kept" });
    await expectCleanAuditTrail(database);
  });

  test("takes one that comes while another step keeps the task in memory", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const template = defineTask({ name: "busy" })
      .step("work", { process: () => gate.promise })
      .waitForSignal("go")
      .step("after", { dependsOn: ["go"], process: () => "went" })
      .build();
    const under = await startEngine(database, [template]);
    const { taskId } = await under.engine.submit({ name: "busy", context: {} });
    await waitsIn(database, taskId, "go");
    await under.engine.signal(taskId, "go");
    await under.seen(({ name, stepName }) => name === "step.completed" && stepName === "after");
    expect(await readStep(database, taskId, "work")).toMatchObject({ state: "in_progress", attempts: 1 });
    gate.open();
    await drain(under);
    expect(await readTask(database, taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("takes one from another process that comes while the task is in memory", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const template = defineTask({ name: "busy" })
      .step("work", { process: () => gate.promise })
      .waitForSignal("go")
      .build();
    const under = await startEngine(database, [template]);
    const { taskId } = await under.engine.submit({ name: "busy", context: {} });
    await waitsIn(database, taskId, "go");
    const outside = new Engine({ database, registry: new HandlerRegistry(), clock: under.clock });
    await outside.signal(taskId, "go", 7);
    await until(async () => {
      under.clock.advance(100);
      return (await readStep(database, taskId, "go")).state === "complete";
    }, "the notice of the signal");
    gate.open();
    await drain(under);
    await expectCleanAuditTrail(database);
  });

  test("takes the oldest of its name, and each is taken once", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "turns" })
      .waitForSignal("first", { signal: "turn" })
      .waitForSignal("other")
      .waitForSignal("second", { signal: "turn", dependsOn: ["first"] })
      .waitForSignal("third", { signal: "turn", dependsOn: ["second"] })
      .build();
    const under = await startEngine(database, [template]);
    const { taskId } = await under.engine.submit({ name: "turns", context: {} });
    for (const payload of [1, 2]) await under.engine.signal(taskId, "turn", payload);
    await under.engine.signal(taskId, "other", "o");
    await waitsIn(database, taskId, "third");
    await released(database, taskId);
    await under.engine.signal(taskId, "turn", 3);
    await under.engine.signal(taskId, "turn", "nobody's");
    await drain(under);
    const { steps } = await readTask(database, taskId);
    const payloads = Object.entries(steps).map(([name, { results }]) => [
      name,
      Reflect.get(Object(results), "payload"),
    ]);
    expect(Object.fromEntries(payloads)).toEqual({ first: 1, other: "o", second: 2, third: 3 });
    const taken = await database.query(`
      select g.payload, n.name from tasker_signals g
      left join tasker_workflow_steps w on w.workflow_step_id = g.consumed_by_step_id
      left join tasker_named_steps n using (named_step_id) order by g.signal_id`);
    expect(taken.map(({ payload, name }) => [payload, name])).toEqual([
      [1, "first"],
      [2, "second"],
      ["o", "other"],
      [3, "third"],
      ["nobody's", null],
    ]);
    await expectCleanAuditTrail(database);
  });

  test("fails for good when none comes in time, or goes on if it is told to", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "impatient" })
      .waitForSignal("needed", { timeoutSeconds: 3_600 })
      .waitForSignal("wanted", { timeoutSeconds: 7_200, onTimeout: "continue" })
      .step("after", { dependsOn: ["wanted"], process: (_task, sequence) => sequence.resultsOf("wanted").timed_out })
      .build();
    const under = await startEngine(database, [template]);
    const { taskId } = await under.engine.submit({ name: "impatient", context: {} });
    await drain(under);
    const report = await readTask(database, taskId);
    expect(report).toMatchObject({
      state: "error",
      steps: {
        needed: { state: "error", retryable: false, attempts: 1, error: { code: "SIGNAL_TIMEOUT" } },
        wanted: { results: { signal: "wanted", payload: null, timed_out: true } },
        after: { results: true },
      },
    });
    await expectCleanAuditTrail(database);
  });

  test("goes on waiting in the next process; one that comes while there is none is kept", async () => {
    const database = await useDatabase(openTestDatabase);
    const first = await startEngine(database, [refund]);
    const { taskId } = await first.engine.submit(request);
    await waitsIn(database, taskId, "approval");
    await first.engine.stop();
    await first.engine.signal(taskId, "approval", "meanwhile");
    const second = await startEngine(database, [refund], { clock: first.clock });
    await drain(second);
    const report = await readTask(database, taskId);
    expect(report.steps).toMatchObject({ approval: { attempts: 1 }, pay: { results: { payload: "meanwhile" } } });
    await expectCleanAuditTrail(database);
  });

  test("takes its signal in the commit that completes it: a refused commit leaves it for the next", async () => {
    const database = await useDatabase(openTestDatabase);
    const under = await startEngine(database, [refund]);
    const { taskId } = await under.engine.submit(request);
    await waitsIn(database, taskId, "approval");
    await released(database, taskId);
    await under.engine.signal(taskId, "approval", 1);
    // Somebody else changes the task while it is claimed, read and written.
    for (let turn = 0; turn < 5; turn++) {
      await database.query("update tasker_task_runs set revision = revision + 1, dirty = owner_id <> 0");
    }
    await drain(under);
    expect((await readTask(database, taskId)).steps.pay?.results).toMatchObject({ payload: 1 });
    expect(await database.query("select signal_id from tasker_signals where consumed_at is not null")).toHaveLength(1);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("sending a signal", () => {
  test("twice with one key sends it once, also after the task has ended", async () => {
    const database = await useDatabase(openTestDatabase);
    const under = await startEngine(database, [refund]);
    const { taskId } = await under.engine.submit(request);
    const send = () => under.engine.signal(taskId, "approval", 1, { idempotencyKey: "k" });
    const sent = await send();
    expect(await send()).toEqual({ ...sent, created: false });
    await drain(under);
    expect(await send()).toEqual({ ...sent, created: false });
    expect(await database.query("select 1 from tasker_signals")).toHaveLength(1);
  });

  test("to a task that is over, that is full or that does not exist is refused", async () => {
    const database = await useDatabase(openTestDatabase);
    const under = await startEngine(database, [graphTemplate("a"), refund]);
    const { taskId } = await under.engine.submit({ name: "graph", context: {} });
    await drain(under);
    const refused = await under.engine.signal(taskId, "late").catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SignalRefusedError);
    expect(refused).toMatchObject({ context: { taskId, state: "complete" } });
    await expect(under.engine.signal(4711, "nobody")).rejects.toThrow(TaskNotFoundError);
    const waiting = await under.engine.submit(request);
    await database.query(
      `insert into tasker_signals (task_namespace_id, task_id, name, payload, received_at)
       select 1, $1, 'flood', 'null', now() at time zone 'UTC' from generate_series(1, 1000)`,
      [waiting.taskId],
    );
    await expect(under.engine.signal(waiting.taskId, "approval")).rejects.toMatchObject({
      code: "TASKER_SIGNAL_REFUSED",
      context: { waiting: 1_000 },
    });
  });

  describe("with odd arguments is refused", () => {
    test.each<readonly [string, Parameters<Engine["signal"]>, unknown]>([
      ["no id", [Number.NaN, "n"], InvalidRequestError],
      ["no name", [1, ""], InvalidRequestError],
      ["a long name", [1, "x".repeat(129)], InvalidRequestError],
      ["a name that cannot be stored", [1, "\u0000"], InvalidRequestError],
      ["a long key", [1, "n", 1, { idempotencyKey: "x".repeat(256) }], InvalidRequestError],
      ["a large payload", [1, "n", "x".repeat(1_000_001)], ValueTooLargeError],
    ])("%s", async (_what, args, expected) => {
      const database = await useDatabase(openTestDatabase);
      const engine = new Engine({ database, registry: new HandlerRegistry() });
      await expect(engine.signal(...args)).rejects.toThrow(expected as typeof Error);
    });
  });
});
