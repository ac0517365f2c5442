import { expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { PermanentError } from "../../../src/errors/index.ts";
import type { StepExecution } from "../../../src/handlers/execution.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { customEvent } from "../../support/custom-event.ts";
import { makeGate, readState, readStep, readTransitions, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { expire, startOwnerAndTaker } from "./owner-and-taker.ts";

const executionStates = "select state, reason, process_id::int from tasker_step_executions order by execution_id";

describeOnPostgres("a step that another process runs", () => {
  test("is written, and told, by the owner of its task: start, failure, retry, end, and what its handler publishes", async () => {
    const database = await useDatabase(openTestDatabase);
    const attempts: number[] = [];
    const { owner, taker, taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b -> c",
      steps: { b: { customEvents: [customEvent("shop.sold")] } },
      taker: (step) => {
        if (step.name !== "b") return step.name;
        attempts.push(step.attempt);
        step.publishEvent("shop.sold", { attempt: step.attempt });
        if (step.attempt === 1) throw new Error("not yet");
        return { sold: 2 };
      },
    });
    const told: unknown[] = [];
    owner.engine.on("shop.*", ({ name, payload }) => told.push([name, payload]));
    taker.engine.on("shop.*", ({ name }) => told.push(`the taker's ${name}`));
    await wait(() => owner.events.some(({ name }) => name === "step.failed"), "the failure");
    held.open("done");
    expect(await end()).toBe("complete");
    expect(attempts[0]).toBe(1);
    expect(told[0]).toEqual(["shop.sold", { attempt: 1 }]);
    expect(taker.events).toEqual([]);
    const rows = await readTransitions(database, taskId, "b");
    const { processId } = taker.engine.statistics();
    expect(rows[0]).toMatchObject({
      to_state: "in_progress",
      metadata: { worker: processId, writer: 1, attempt_number: 1 },
    });
    expect(rows[1]).toMatchObject({ to_state: "error", metadata: { error_message: "not yet", retry_available: true } });
    const [event] = await database.query("select name, payload, workflow_step_id from tasker_events order by id");
    expect(event).toEqual({ name: "shop.sold", payload: { attempt: 1 }, workflow_step_id: rows[0]?.workflow_step_id });
    expect(await database.query("select from tasker_step_executions")).toEqual([]);
    expect(await database.query("select from tasker_ready_steps")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("is not taken while a listener of the taker that may miss nothing has no room, and is afterwards", async () => {
    const real = await useDatabase(openTestDatabase);
    const asked = { offers: 0, steps: 0 };
    const database: Database = {
      ...real,
      run: (statement, parameters) => {
        if (statement.name === "find_offers") asked.offers += 1;
        if (statement.name === "take_steps") asked.steps += 1;
        return real.run(statement, parameters);
      },
    };
    const { owner, taker, held, wait } = await startOwnerAndTaker(database, { edges: "a" });
    const room = makeGate();
    taker.engine.on("test.event", () => room.promise, { queue: { max: 1, overflow: "block" } });
    // One is with the listener, the other one waits for it.
    for (let count = 0; count < 2; count += 1) {
      taker.engine.events.tell("test.event", null, () => ({}));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taker.engine.events.isFull).toBe(true);
    const before = asked.steps;
    const { taskId } = await owner.engine.submit({ name: "graph", context: {} });
    await wait(() => owner.engine.statistics().sharing.offered === 1, "the offer");
    const looks = asked.offers;
    await wait(() => asked.offers >= looks + 3, "further looks for offers");
    expect(asked.steps).toBe(before);

    room.open();
    await wait(async () => (await readState(real, taskId)) === "complete", "the end of the task");
    const { processId } = taker.engine.statistics();
    expect((await readTransitions(real, taskId, "a"))[0]?.metadata).toMatchObject({ worker: processId });
    held.open("done");
  });

  test("shows in the figures of both processes", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const { owner, taker, taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: () => gate.promise,
    });
    const figures = () => [owner, taker].map(({ engine }) => engine.statistics().sharing);
    await wait(() => figures()[0]?.outside === 1 && figures()[1]?.taken === 1, "the step at the taker");
    const { processId } = taker.engine.statistics();
    expect(figures()).toEqual([
      { offered: 0, outside: 1, taken: 0 },
      { offered: 0, outside: 0, taken: 1 },
    ]);
    await wait(() => owner.engine.executions().every(({ state }) => state === "executing"), "both steps");
    expect(owner.engine.executions()).toMatchObject([
      { stepName: "a", processId: 1 },
      { stepName: "b", processId },
    ]);
    expect(taker.engine.executions()).toMatchObject([{ taskId, stepName: "b", state: "executing", processId }]);
    gate.open();
    held.open("done");
    expect(await end()).toBe("complete");
    expect(owner.engine.statistics().sharing).toEqual({ offered: 0, outside: 0, taken: 0 });
    await expectCleanAuditTrail(database);
  });

  test("sees at its second attempt what the first one has stored", async () => {
    const database = await useDatabase(openTestDatabase);
    const seen: unknown[] = [];
    const { held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: (step) => {
        seen.push([step.attempt, step.results]);
        if (step.attempt === 1) throw new Error("not yet");
        return "b";
      },
    });
    await wait(() => seen.length === 2, "the second attempt");
    held.open("done");
    expect(await end()).toBe("complete");
    expect(seen).toMatchObject([
      [1, {}],
      [2, { error: "not yet" }],
    ]);
    await expectCleanAuditTrail(database);
  });

  test("is given back at once by a process that cannot read its definition: that is no attempt and no interruption", async () => {
    const database = await useDatabase(openTestDatabase);
    const { owner, taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      // Written by a later release, for all that the taker knows.
      beforeTaker: () => database.execute(`update tasker_definitions set definition = '{"name": 1}'`),
    });
    await wait(async () => (await readTransitions(database, taskId, "b")).length === 3, "the step to be given back");
    held.open("done");
    expect(await end()).toBe("complete");
    const rows = await readTransitions(database, taskId, "b");
    expect(rows.slice(0, 3)).toMatchObject([
      { to_state: "in_progress", metadata: { attempt_number: 1 } },
      { to_state: "error", metadata: { interrupted: true, interruptions: 0 } },
      { to_state: "pending", metadata: { interruptions: 0 } },
    ]);
    expect(await readStep(database, taskId, "b")).toMatchObject({ attempts: 1, results: "b" });
    expect(owner.events.filter(({ name }) => name === "step.failed")).toEqual([]);
    expect(await database.query("select from tasker_step_executions")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("is interrupted when it was revoked and nobody got the answer", async () => {
    const database = await useDatabase(openTestDatabase);
    const executions: StepExecution[] = [];
    const { taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: (step) => {
        executions.push(step);
        return executions.length === 1 ? new Promise(() => undefined) : "again";
      },
    });
    await wait(async () => (await readTransitions(database, taskId, "b")).length === 1, "the start");
    await database.execute("update tasker_step_executions set state = 'revoked', reason = 'for a test'");
    await wait(async () => (await readTransitions(database, taskId, "b")).length >= 3, "the interruption");
    held.open("done");
    expect(await end()).toBe("complete");
    await expectCleanAuditTrail(database);
  });

  test("that nobody waits for is revoked", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate<string>();
    const { taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: () => gate.promise,
    });
    await wait(async () => (await readTransitions(database, taskId, "b")).length === 1, "the start");
    await database.execute(`insert into tasker_step_executions (execution_id, workflow_step_id, task_id, task_namespace_id,
      owner_id, epoch, attempt, process_id, state, started_at, heartbeat_at)
      select 'late', workflow_step_id, task_id, task_namespace_id, owner_id, epoch, attempt, process_id, state, started_at,
        heartbeat_at + interval '1 day' from tasker_step_executions`);
    const stateOf = async (id: string) =>
      (await database.query(`select state from tasker_step_executions where execution_id = '${id}'`))[0]?.state;
    await wait(async () => (await stateOf("late")) === "revoked", "the revoke");
    gate.open("b");
    held.open("done");
    expect(await end()).toBe("complete");
    await expectCleanAuditTrail(database);
  });

  test("comes before those of lower priority, of whichever task of its owner", async () => {
    const database = await useDatabase(openTestDatabase);
    const begun: number[] = [];
    const priorities = [-1, 3, 0, 2, 1];
    const { owner, held, wait } = await startOwnerAndTaker(database, {
      edges: "a",
      takerSlots: 1,
      taker: (_step, { taskId }) => begun.push(taskId),
      // All are ready before any is offered.
      beforeTaker: async ({ engine }) => {
        await engine.submitMany(priorities.map((priority) => ({ name: "graph", context: {}, priority })));
        await until(() => engine.statistics().ready.steps >= priorities.length, "the ready steps");
      },
    });
    await wait(() => begun.length === priorities.length, "all offered steps");
    const rows = await database.query(
      "select task_id::int from tasker_task_runs where task_id = any($1) order by priority desc",
      [begun],
    );
    expect(begun).toEqual(rows.map((row) => row.task_id));
    held.open("done");
    await wait(() => owner.engine.statistics().tasks === 0, "the end of all tasks");
    await expectCleanAuditTrail(database);
  });

  test("has its deadline in the process that runs it: its handler is told, and the owner writes the failure", async () => {
    const database = await useDatabase(openTestDatabase);
    const reasons: unknown[] = [];
    const { owner, taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      steps: { b: { timeoutSeconds: 2, retryLimit: 1 } },
      taker: (step) => new Promise(() => step.signal.addEventListener("abort", () => reasons.push(step.signal.reason))),
    });
    await wait(() => owner.events.some(({ name }) => name === "step.failed"), "the deadline");
    expect(reasons).toEqual([expect.objectContaining({ name: "StepTimeoutError" })]);
    held.open("done");
    expect(await end()).toBe("error");
    const rows = await readTransitions(database, taskId, "b");
    expect(rows.map(({ to_state: state }) => state)).toEqual(["in_progress", "error"]);
    expect(rows[1]).toMatchObject({ metadata: { error_class: "StepTimeoutError", attempt_number: 1 } });
    await expectCleanAuditTrail(database);
  });

  test("that fails for good fails its task", async () => {
    const database = await useDatabase(openTestDatabase);
    const { taskId, owner, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: () => {
        throw new PermanentError("never", { context: { card: "declined" } });
      },
    });
    await wait(() => owner.events.some(({ name }) => name === "step.failed"), "the failure");
    held.open("done");
    expect(await end()).toBe("error");
    expect(await readStep(database, taskId, "b")).toMatchObject({
      results: { error: "never" },
      retryable: false,
      attempts: 1,
    });
    await expectCleanAuditTrail(database);
  });

  test("is interrupted when its process is gone, which costs no attempt; what that process still says is refused and kept", async () => {
    const database = await useDatabase(openTestDatabase);
    const late = makeGate<string>();
    const executions: StepExecution[] = [];
    const { owner, taker, taskId, held, start, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: (step) => {
        executions.push(step);
        return executions.length === 1 ? late.promise : "again";
      },
    });
    await wait(() => executions.length === 1, "the step at the taker");
    const processId = taker.engine.statistics().processId;
    // It goes on living, but it is declared dead.
    await database.execute(
      `update tasker_processes set stopped_at = now() at time zone 'UTC' where process_id = ${processId}`,
    );
    await wait(async () => (await readTransitions(database, taskId, "b")).length >= 3, "the interruption");
    late.open("too late");
    held.open("done");
    await start(() => "again");
    expect(await end()).toBe("complete");
    expect(await readStep(database, taskId, "b")).toMatchObject({
      attempts: 1,
      results: expect.stringMatching(/again|b/),
    });
    const rows = await readTransitions(database, taskId, "b");
    expect(rows[1]).toMatchObject({
      to_state: "error",
      metadata: { interrupted: true, interruptions: 1, attempt_number: 1 },
    });
    await wait(
      async () => (await database.query(executionStates)).some(({ state }) => state === "refused"),
      "the late result",
    );
    expect(await database.query(executionStates)).toEqual([
      { state: "refused", reason: "the process that ran the step is gone", process_id: processId },
    ]);
    expect(owner.events.filter(({ name }) => name === "step.failed")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("goes on when the owner of its task is gone: whoever takes the task over waits for it", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate<string>();
    const executions: StepExecution[] = [];
    const { owner, taker, taskId, start, wait, end, held } = await startOwnerAndTaker(database, {
      edges: "a, b, c, a -> d, b -> d, c -> d",
      taker: (step) => {
        executions.push(step);
        return step.name === "b" ? gate.promise : `${step.name} at the taker`;
      },
    });
    await wait(async () => (await readTransitions(database, taskId, "c")).length === 2, "the end of step c");
    await expire(database, owner);
    const heir = await start((step) => `${step.name} at the heir`);
    // The taker may be the one that takes it over.
    const heirs = [heir, taker];
    await wait(() => heirs.some(({ engine }) => engine.statistics().sharing.outside === 1), "the takeover");
    expect((await readTransitions(database, taskId, "b")).map((row) => row.to_state)).toEqual(["in_progress"]);
    gate.open("b at the taker");
    expect(await end()).toBe("complete");
    expect(executions.filter(({ name }) => name === "b")).toHaveLength(1);
    expect(await readStep(database, taskId, "b")).toMatchObject({ attempts: 1, results: "b at the taker" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 1 });
    held.open("too late");
    await expectCleanAuditTrail(database);
  });

  test("is told to stop when its task is cancelled, and its result is refused", async () => {
    const database = await useDatabase(openTestDatabase);
    const executions: StepExecution[] = [];
    const { owner, taskId, held, wait } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: (step) => {
        executions.push(step);
        return new Promise((resolve) => step.signal.addEventListener("abort", () => resolve("after all")));
      },
    });
    await wait(async () => (await readTransitions(database, taskId, "b")).length === 1, "the start");
    const cancelled = await owner.engine.actions.cancelTask(taskId, { actor: "ada", reason: "for a test" });
    expect(cancelled.outcome).toBe("done");
    await wait(() => executions[0]?.signal.aborted === true, "the signal");
    held.open("done");
    await wait(
      async () => (await database.query(executionStates)).some(({ state }) => state === "refused"),
      "the late result",
    );
    expect(await readStep(database, taskId, "b")).toMatchObject({ state: "cancelled" });
    await expectCleanAuditTrail(database);
  });

  test("is waited for by a taker that stops, and given back when the time of the handlers is over", async () => {
    const database = await useDatabase(openTestDatabase);
    const executions: StepExecution[] = [];
    const { taker, taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b",
      taker: (step) => {
        executions.push(step);
        return new Promise(() => undefined);
      },
    });
    await wait(() => executions.length === 1, "the step at the taker");
    // The owner has a slot for the step when it hears of the interruption.
    held.open("done");
    await wait(async () => (await readTransitions(database, taskId, "a")).length === 2, "the end of step a");
    await taker.engine.stop({ graceMs: 0 });
    expect(executions[0]?.signal.aborted).toBe(true);
    expect(await end()).toBe("complete");
    expect(await readStep(database, taskId, "b")).toMatchObject({ attempts: 1, results: "b" });
    expect(await database.query("select from tasker_step_executions")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("goes on when its owner stops, which takes back what it has offered", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate<string>();
    const executions: StepExecution[] = [];
    const names = Array.from({ length: 25 }, (_, place) => `s${place}`);
    const { owner, held, wait, end } = await startOwnerAndTaker(database, {
      edges: names.join(","),
      taker: (step) => {
        executions.push(step);
        return gate.promise;
      },
    });
    await wait(() => executions.length === 10, "ten steps at the taker");
    held.open("done");
    await owner.engine.stop();
    expect(await database.query("select from tasker_ready_steps")).toEqual([]);
    gate.open("at the taker");
    expect(await end()).toBe("complete");
    const runs = new Set(executions.map(({ name }) => name));
    expect(runs.size).toBe(executions.length);
    await expectCleanAuditTrail(database);
  });
});
