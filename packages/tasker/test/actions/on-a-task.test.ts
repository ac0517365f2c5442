import { afterAll, beforeAll, expect, test } from "vitest";
import { TaskActions } from "../../src/actions/task-actions.ts";
import type { Database } from "../../src/database/database.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
} from "../support/engine-harness.ts";
import { createRailsTask } from "../support/rails-rows.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };
const note = { actor: "ada", reason: "asked for" };

describeOnPostgres("an operator's action on a task", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const runRow = async (taskId: number) =>
    (await database.query("select owner_id, wake_at, paused from tasker_task_runs where task_id = $1", [taskId]))[0];

  const states = async (taskId: number, ...steps: string[]) => {
    const found: unknown[] = [];
    for (const step of steps) found.push((await readStep(database, taskId, step)).state);
    return found;
  };

  test("cancels it with all its steps that have not ended; handlers get the signal, what they return is dropped", async () => {
    const gate = makeGate<string>();
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a -> b, c, d", {
      run: (_task, _sequence, step) => {
        if (step.name === "c") return "done";
        if (step.name === "d") throw new Error("later");
        signals.push(step.signal);
        return gate.promise;
      },
    });
    const { engine, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await seen(({ name, stepName }) => name === "step.completed" && stepName === "c");
    await seen(({ name, stepName }) => name === "step.failed" && stepName === "d");
    expect(await engine.actions.cancelTask(taskId, note)).toMatchObject({ outcome: "done", movedSteps: 3 });
    await until(() => signals[0]?.aborted === true, "the signal");
    gate.open("too late");
    expect(await engine.settled(taskId)).toMatchObject({ state: "cancelled" });
    expect(await states(taskId, "a", "b", "c", "d")).toEqual(["cancelled", "cancelled", "complete", "cancelled"]);
    expect((await readTransitions(database, taskId, "d")).map((row) => row.to_state)).toEqual([
      "in_progress",
      "error",
      "pending",
      "cancelled",
    ]);
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: {} });
    expect(await engine.actions.cancelTask(taskId, note)).toMatchObject({
      outcome: "already",
      reason: "task_cancelled",
    });
    for (const refused of [
      await engine.actions.retryTask(taskId, note),
      await engine.actions.pauseTask(taskId, note),
      await engine.actions.resolveTask(taskId, note),
      await engine.actions.retryStep({ taskId, step: "d" }, note),
    ]) {
      expect(refused).toMatchObject({ outcome: "refused", reason: "task_cancelled" });
    }
    await engine.stop();
    expect(await runRow(taskId)).toMatchObject({ owner_id: 0, wake_at: null });
    await expectCleanAuditTrail(database);
  });

  test("cancels one that has failed, that is complete, that nobody has begun", async () => {
    const template = graphTemplate("a", {
      run: (task) => {
        if ((task.context as { fails: boolean }).fails) throw new Error("fails");
      },
      steps: { a: { retryLimit: 1 } },
    });
    const { engine, clock } = await startEngine(database, [template]);
    const later = new Date(clock.now() + 3_600_000);
    const [failed, complete, waiting] = await engine.submitMany([
      { name: "graph", context: { fails: true } },
      { name: "graph", context: { fails: false } },
      { name: "graph", context: { fails: false }, runAt: later },
    ]);
    await engine.settled(failed?.taskId ?? 0);
    await engine.settled(complete?.taskId ?? 0);
    for (const task of [failed, complete, waiting]) {
      expect(await engine.actions.cancelTask(task?.taskId ?? 0, note)).toMatchObject({ outcome: "done" });
      expect(await engine.settled(task?.taskId ?? 0)).toMatchObject({ state: "cancelled" });
      expect(await runRow(task?.taskId ?? 0)).toMatchObject({ owner_id: 0, wake_at: null });
    }
    expect(await states(complete?.taskId ?? 0, "a")).toEqual(["complete"]);
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("pauses it: nothing starts, what runs ends and is kept; resumed, it goes on", async () => {
    const gate = makeGate<string>();
    const ran: string[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        ran.push(step.name);
        return gate.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await until(() => ran.length === 1, "the handler");
    expect(await engine.actions.pauseTask(taskId, note)).toMatchObject({ outcome: "done" });
    expect(await engine.actions.pauseTask(taskId, note)).toMatchObject({ outcome: "already", reason: "paused" });
    gate.open("kept");
    await until(async () => (await runRow(taskId))?.owner_id === 0, "the release");
    expect(await runRow(taskId)).toMatchObject({ wake_at: null, paused: true });
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "complete", results: "kept" });
    expect(ran).toEqual(["a"]);
    await expectCleanAuditTrail(database);
    expect(await engine.actions.resumeTask(taskId, note)).toMatchObject({ outcome: "done" });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await engine.actions.resumeTask(taskId, note)).toMatchObject({ outcome: "already", reason: "not_paused" });
    expect(await engine.actions.pauseTask(taskId, note)).toMatchObject({ outcome: "refused", reason: "task_complete" });
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("leaves a paused task its time: resumed, it does not begin before", async () => {
    const ran: number[] = [];
    const { engine, clock } = await startEngine(database, [
      graphTemplate("a", { run: (task) => void ran.push(task.taskId) }),
    ]);
    const runAt = new Date(clock.now() + 60_000);
    const { taskId } = await engine.submit({ ...request, runAt });
    await engine.actions.pauseTask(taskId, note);
    expect(await runRow(taskId)).toMatchObject({ wake_at: null });
    // What else is done to it meanwhile does not wake it.
    await engine.actions.editStep({ taskId, step: "a" }, { retryLimit: 9 }, note);
    expect(await runRow(taskId)).toMatchObject({ wake_at: null });
    await engine.actions.resumeTask(taskId, note);
    expect(await runRow(taskId)).toMatchObject({ wake_at: runAt, paused: false });
    expect(ran).toEqual([]);
    await until(async () => {
      clock.advance(20_000);
      return (await readState(database, taskId)) === "complete";
    }, "the end");
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("retries all its failed steps, closes it, or answers that nothing has failed", async () => {
    let broken = true;
    const template = graphTemplate("a, b, c", {
      steps: { a: { retryLimit: 1 }, b: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        if (broken && step.name !== "c") throw new Error("fails");
      },
    });
    const { engine } = await startEngine(database, [template]);
    const [first, second] = await engine.submitMany([request, request]);
    const taskId = first?.taskId ?? 0;
    const closed = second?.taskId ?? 0;
    await engine.settled(taskId);
    await engine.settled(closed);
    expect(await engine.actions.resolveTask(closed, note)).toMatchObject({ outcome: "done" });
    expect(await engine.actions.resolveTask(closed, note)).toMatchObject({ outcome: "already" });
    expect(await readState(database, closed)).toBe("resolved_manually");
    expect(await engine.actions.retryTask(closed, note)).toMatchObject({
      outcome: "refused",
      reason: "task_resolved_manually",
    });
    broken = false;
    expect(await engine.actions.retryTask(taskId, note)).toMatchObject({ outcome: "done", movedSteps: 2 });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("reaches an owner in another process within a poll interval", async () => {
    const gate = makeGate();
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        signals.push(step.signal);
        return gate.promise;
      },
    });
    const owner = await startEngine(database, [template]);
    const { taskId } = await owner.engine.submit(request);
    await until(() => signals.length === 1, "the handler");
    const elsewhere = makeEngine(database, [], { clock: owner.clock });
    expect(await elsewhere.engine.actions.cancelTask(taskId, note)).toMatchObject({ outcome: "done" });
    expect(signals[0]?.aborted).toBe(false);
    await until(() => {
      owner.clock.advance(100);
      return signals[0]?.aborted === true;
    }, "the signal");
    gate.open();
    await owner.engine.stop();
    expect(await runRow(taskId)).toMatchObject({ owner_id: 0, wake_at: null });
    await expectCleanAuditTrail(database);
  });

  test("stands or falls with the caller's transaction", async () => {
    const { engine, clock } = await startEngine(database, [graphTemplate("a")]);
    const { taskId } = await engine.submit({ ...request, runAt: new Date(clock.now() + 60_000) });
    const cancelled = database.transaction(async (transaction) => {
      const actions = new TaskActions({ database: transaction, clock });
      expect(await actions.cancelTask(taskId, note)).toMatchObject({ outcome: "done" });
      throw new Error("changed my mind");
    });
    await expect(cancelled).rejects.toThrow("changed my mind");
    expect(await readState(database, taskId)).toBe("pending");
    await engine.actions.cancelTask(taskId, note);
    await engine.stop();
  });

  test("moves a task that no engine knows, too; only a pause has nowhere to be marked", async () => {
    const actions = new TaskActions({ database, clock: new ManualClock() });
    const steps = [
      { name: "a", rows: [{ to: "error", sortKey: 10 }] },
      { name: "b", dependsOn: ["a"] },
    ];
    const taskId = await createRailsTask(database, { steps, rows: [{ to: "error", sortKey: 10 }] });
    expect(await actions.pauseTask(taskId, note)).toMatchObject({ outcome: "refused", reason: "no_run" });
    expect(await actions.rerunTask({ taskId, step: "a" }, note)).toMatchObject({
      outcome: "refused",
      reason: "no_run",
    });
    expect(await actions.retryTask(taskId, note)).toMatchObject({ outcome: "done", movedSteps: 1 });
    expect(await readState(database, taskId)).toBe("pending");
    expect(await states(taskId, "a", "b")).toEqual(["pending", "pending"]);
    expect(await actions.cancelTask(taskId, note)).toMatchObject({ outcome: "done", movedSteps: 2 });
    expect(await readState(database, taskId)).toBe("cancelled");
  });

  test("tells of a process that takes no lock and is faster again and again", async () => {
    const taskId = await createRailsTask(database, { steps: [{ name: "a" }] });
    const rival: Database = {
      ...database,
      run: async (statement, parameters) => {
        const rows = await database.run(statement, parameters);
        return statement.name === "act_on_task" ? rows.map((row) => ({ ...row, outcome: "conflict" })) : rows;
      },
    };
    await expect(new TaskActions({ database: rival }).cancelTask(taskId, note)).rejects.toMatchObject({
      code: "TASKER_RECORD_CONFLICT",
    });
  });
});
