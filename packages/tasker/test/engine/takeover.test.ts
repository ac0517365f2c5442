import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { StepInterruptedError } from "../../src/errors/index.ts";
import type { StepExecution } from "../../src/handlers/execution.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  type EngineUnderTest,
  firstHeartbeats,
  graphTemplate,
  makeEngine,
  makeGate,
  readHistory,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

/** What another process does first that has found this one dead: its tasks are still its own. */
const expire = (database: Database, processId: number) =>
  database.execute(`update tasker_processes set stopped_at = now() at time zone 'UTC'
    where process_id = ${processId}`);

/** All of that. */
const declareDead = (database: Database, processId: number) =>
  database.execute(`update tasker_processes set stopped_at = now() at time zone 'UTC',
    released_at = now() at time zone 'UTC' where process_id = ${processId}`);

const runRow = async (database: Database, taskId: number) =>
  (await database.query("select owner_id, epoch, wake_at from tasker_task_runs where task_id = $1", [taskId]))[0];

const end = async ({ clock, database }: EngineUnderTest, taskId: number) => {
  await until(async () => {
    clock.advance(500);
    return !["pending", "in_progress"].includes(String(await readState(database, taskId)));
  }, `the end of task ${taskId}`);
  return readState(database, taskId);
};

describeOnPostgres("the tasks of a process that died", () => {
  test("are taken over: the running step is interrupted and runs again, complete ones do not", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const late = makeGate<string>();
    const executions: StepExecution[] = [];
    const hanging = graphTemplate("a -> b, b -> c", {
      run: (_task, _sequence, step) => {
        if (step.name === "a") return "first a";
        executions.push(step);
        return late.promise;
      },
    });
    const dead = await startEngine(database, [hanging], { clock });
    const { taskId } = await dead.engine.submit(request);
    await until(() => executions.length === 1, "step b");
    const signal = executions[0]?.signal;
    await expire(database, 1);

    const heir = await startEngine(database, [graphTemplate("a -> b, b -> c", { run: () => "second" })], { clock });
    expect(await heir.engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    const history = await readHistory(database, taskId);
    expect(history).toEqual([
      "task pending > in_progress",
      "a pending > in_progress",
      "a in_progress > complete",
      "b pending > in_progress",
      "b in_progress > error",
      "b error > pending",
      "b pending > in_progress",
      "b in_progress > complete",
      "c pending > in_progress",
      "c in_progress > complete",
      "task in_progress > complete",
    ]);
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: "first a" });
    expect(await readStep(database, taskId, "b")).toMatchObject({ results: "second", attempts: 1 });
    const [, interruption] = await readTransitions(database, taskId, "b");
    expect(interruption).toMatchObject({
      metadata: { interrupted: true, interruptions: 1, execution_id: "1.2", attempt_number: 1, writer: 2 },
    });
    expect(heir.events.map(({ name }) => name)).not.toContain("step.failed");
    await expectCleanAuditTrail(database);

    // The first process comes back to life with an outcome.
    expect(signal?.aborted).toBe(false);
    late.open("too late");
    await until(() => signal?.aborted === true, "the signal of the handler");
    expect(dead.lines.map(({ message }) => message)).toContain("the task is not this process's any more");
    expect(await readHistory(database, taskId)).toEqual(history);
    expect(await readStep(database, taskId, "b")).toMatchObject({ results: "second" });
    expect(dead.events.map(({ name }) => name)).not.toContain("task.completed");
    // What it had done is kept beside the audit trail, where it changes nothing.
    const lateResults = () =>
      database.query(
        "select execution_id, attempt, state, results, reason, process_id::int from tasker_step_executions",
      );
    await until(async () => (await lateResults()).length > 0, "the late result to be kept");
    expect(await lateResults()).toEqual([
      {
        execution_id: "1.2",
        attempt: 1,
        state: "refused",
        results: "too late",
        reason: "its task went on in another process",
        process_id: 1,
      },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("are let go by that process at its next heartbeat; it starts over under a new id", async () => {
    const database = await useDatabase(openTestDatabase);
    const executions: StepExecution[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        executions.push(step);
        return executions.length === 1 ? new Promise(() => undefined) : "again";
      },
    });
    const under = await startEngine(database, [template], { leaseMs: 300 });
    const { taskId } = await under.engine.submit(request);
    await until(() => executions.length === 1, "the step");
    const signal = executions[0]?.signal;
    await declareDead(database, 1);
    await until(() => signal?.aborted === true, "the signal of the handler");
    const startsOver = "declared dead by another process: starting over";
    await until(() => under.lines.some(({ message }) => message === startsOver), startsOver);
    expect(await end(under, taskId)).toBe("complete");
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: "again", attempts: 1 });
    const second = await under.engine.submit(request);
    expect(await under.engine.settled(second.taskId)).toMatchObject({ state: "complete" });
    await under.engine.stop({ graceMs: 0 });
    const processes = await database.query("select process_id, stopped_at is null as alive from tasker_processes");
    expect(processes).toEqual([
      { process_id: 1, alive: false },
      { process_id: 2, alive: false },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("keep what a handler comes to that did not stop when its process was declared dead", async () => {
    const database = await useDatabase(openTestDatabase);
    const gates = [makeGate<string>(), makeGate<string>()];
    let calls = 0;
    const template = graphTemplate("a", { run: () => gates[calls++]?.promise });
    const under = await startEngine(database, [template], { leaseMs: 300 });
    const { taskId } = await under.engine.submit(request);
    await until(() => calls === 1, "the step");
    await declareDead(database, 1);
    await until(() => {
      under.clock.advance(500);
      return calls === 2;
    }, "the step once more");
    gates[0]?.open("first");
    gates[1]?.open("second");
    expect(await end(under, taskId)).toBe("complete");
    await under.engine.stop();
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: "second", attempts: 1 });
    expect(await database.query("select execution_id, state, results, reason from tasker_step_executions")).toEqual([
      { execution_id: "1.1", state: "refused", results: "first", reason: "its process was declared dead" },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("are taken over by an engine that was running already, with one of its heartbeats", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const hanging = graphTemplate("a", { run: () => new Promise(() => undefined) });
    const dead = await startEngine(database, [hanging], { clock });
    const heir = await startEngine(database, [graphTemplate("a")], { clock, leaseMs: 300 });
    const tasks = await dead.engine.submitMany([request, request]);
    await dead.seen(({ name }) => name === "step.execution_requested");
    await expire(database, 1);
    for (const { taskId } of tasks) expect(await end(heir, taskId)).toBe("complete");
    const told = heir.lines.filter(({ message }) => message === "gave back the tasks of processes that are gone");
    // Together or one after the other: a row that is locked at this moment is given back the next time.
    expect(told.reduce((sum, { facts }) => sum + Number(Reflect.get(facts, "tasks")), 0)).toBe(2);
    await expectCleanAuditTrail(database);
  });

  test("are found even if it took them after it had been declared dead", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const zombie = await startEngine(database, [graphTemplate("a", { run: () => new Promise(() => undefined) })], {
      clock,
    });
    await firstHeartbeats(database);
    await declareDead(database, 1);
    const { taskId } = await zombie.engine.submit(request);
    await zombie.seen(({ name }) => name === "step.execution_requested");
    expect(await runRow(database, taskId)).toMatchObject({ owner_id: 1 });
    const heir = await startEngine(database, [graphTemplate("a")], { clock });
    expect(await end(heir, taskId)).toBe("complete");
    await expectCleanAuditTrail(database);
  });

  test("fail for good where one step has taken five processes with it", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let runs = 0;
    const template = () =>
      graphTemplate("a, b", {
        run: (_task, _sequence, step) => {
          if (step.name === "b") return "fine";
          runs += 1;
          return new Promise(() => undefined);
        },
      });
    const first = await startEngine(database, [template()], { clock });
    const { taskId } = await first.engine.submit(request);
    for (let processId = 1; processId <= 5; processId++) {
      await until(() => runs === processId, `run ${processId}`);
      expect(await readStep(database, taskId, "a")).toMatchObject({ state: "in_progress", attempts: 1 });
      await expire(database, processId);
      await startEngine(database, [template()], { clock });
    }
    await until(async () => (await readState(database, taskId)) === "error", "the task's end");
    expect(runs).toBe(5);
    expect(await readStep(database, taskId, "a")).toMatchObject({
      state: "error",
      attempts: 1,
      retryable: false,
      results: { error_code: "TASKER_STEP_INTERRUPTED", error_class: "StepInterruptedError" },
    });
    const history = await readHistory(database, taskId);
    expect(history.filter((row) => row === "a in_progress > error")).toHaveLength(5);
    expect(history.filter((row) => row === "a pending > in_progress")).toHaveLength(5);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("an engine that stops", () => {
  test("waits for running handlers and starts nothing more", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate<string>();
    const order: string[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        order.push(step.name);
        return step.name === "a" ? gate.promise : "b";
      },
    });
    const { engine, seen, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await seen(({ name }) => name === "step.execution_requested");
    const stopped = engine.stop();
    gate.open("a");
    await stopped;
    expect(order).toEqual(["a"]);
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "complete", results: "a" });
    expect(await runRow(database, taskId)).toMatchObject({ owner_id: 0, wake_at: new Date(clock.now()) });
    await expectCleanAuditTrail(database);
    const next = await startEngine(database, [template]);
    expect(await next.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(order).toEqual(["a", "b"]);
    await expectCleanAuditTrail(database);
  });

  test("gives back the step of a handler that hangs, which is no failure; the next engine runs it again", async () => {
    const database = await useDatabase(openTestDatabase);
    const executions: StepExecution[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        executions.push(step);
        return executions.length === 1 ? new Promise(() => undefined) : "second";
      },
    });
    const { engine, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await until(() => executions.length === 1, "the step");
    const signal = executions[0]?.signal;
    await engine.stop({ graceMs: 0 });
    expect(signal?.reason).toBeInstanceOf(StepInterruptedError);
    expect(events.map(({ name }) => name)).toEqual([
      "task.initialize_requested",
      "task.start_requested",
      "step.execution_requested",
      "step.interrupted",
      "step.retry_requested",
    ]);
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "pending", attempts: 0, in_process: false });
    await expectCleanAuditTrail(database);
    const next = await startEngine(database, [template]);
    expect(await next.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 1, results: "second" });
    expect((await readTransitions(database, taskId, "a")).at(-1)).toMatchObject({ metadata: { interruptions: 1 } });
    await expectCleanAuditTrail(database);
  });

  test("leaves a retry that waits to whoever is there when it is due", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let runs = 0;
    const template = graphTemplate("a", {
      run: () => {
        runs += 1;
        if (runs === 1) throw new Error("once");
        return "twice";
      },
    });
    const first = await startEngine(database, [template], { clock });
    const { taskId } = await first.engine.submit(request);
    await first.seen(({ name }) => name === "step.failed");
    await first.engine.stop();
    expect(await runRow(database, taskId)).toMatchObject({ owner_id: 0, wake_at: new Date(clock.now() + 1_000) });
    await expectCleanAuditTrail(database);
    const next = await startEngine(database, [template], { clock });
    clock.advance(999);
    await until(() => clock.timers.length > 0, "the next look");
    expect(runs).toBe(1);
    expect(await end(next, taskId)).toBe("complete");
    expect(runs).toBe(2);
    await expectCleanAuditTrail(database);
  });

  test("lets a step that is ready go on at once, although another one waits for its retry", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const template = graphTemplate("a, b", {
      run: (_task, _sequence, step) => {
        if (step.name === "a") throw new Error("later");
        return new Promise(() => undefined);
      },
    });
    const { engine, seen, clock: own } = await startEngine(database, [template], { clock });
    const { taskId } = await engine.submit(request);
    await seen(({ name }) => name === "step.failed");
    await engine.stop({ graceMs: 0 });
    expect(await runRow(database, taskId)).toMatchObject({ owner_id: 0, wake_at: new Date(own.now()) });
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a task whose retry is far away", () => {
  test("is given back until then, and claimed again when it is due", async () => {
    const database = await useDatabase(openTestDatabase);
    let runs = 0;
    const template = graphTemplate("a", {
      steps: { a: { retryLimit: 20 } },
      run: (_task, _sequence, step) => {
        runs += 1;
        if (step.attempt <= 10) throw new Error("no");
        return step.attempt;
      },
    });
    const under = await startEngine(database, [template]);
    const { engine, clock, lines } = under;
    const { taskId } = await engine.submit(request);
    const owners: unknown[] = [];
    for (let failures = 1; failures <= 10; failures++) {
      await until(async () => {
        if (failures > 1) clock.advance(failures > 6 ? 5_000 : 500);
        return under.events.filter(({ name }) => name === "step.failed").length === failures;
      }, `failure ${failures}`);
      owners.push((await runRow(database, taskId))?.owner_id);
    }
    // 1, 2, 4, 8, 16, 32, 49, 64, 81, 100 seconds: more than 45 from the seventh on.
    expect(owners).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    await expectCleanAuditTrail(database);
    expect(await end(under, taskId)).toBe("complete");
    expect(runs).toBe(11);
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 11, results: 11 });
    expect(lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("submitting to an engine", () => {
  test("that holds as many tasks as it may leaves the others to whoever claims them", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const { engine, seen, clock } = await startEngine(database, [graphTemplate("a", { run: () => gate.promise })], {
      maxTasks: 2,
    });
    await until(() => clock.timers.length > 0, "the end of the first look");
    const tasks = await engine.submitMany([request, request, request]);
    await seen(({ name }) => name === "step.execution_requested");
    const owners = await database.query("select owner_id from tasker_task_runs order by task_id");
    expect(owners.map(({ owner_id }) => owner_id)).toEqual([1, 1, 0]);
    const other = makeEngine(database, [graphTemplate("a")]);
    await other.engine.start();
    expect(await other.engine.settled(tasks[2]?.taskId ?? 0)).toMatchObject({ state: "complete" });
    gate.open();
    for (const { taskId } of tasks.slice(0, 2))
      expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });
});
