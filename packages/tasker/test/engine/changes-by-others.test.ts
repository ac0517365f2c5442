import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  type EngineUnderTest,
  graphTemplate,
  makeGate,
  readHistory,
  readState,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { createRailsTask, type RailsTask, transitionLikeRails } from "../support/rails-rows.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

const looking = ({ clock }: EngineUnderTest, holds: () => boolean | Promise<boolean>, what: string) =>
  until(async () => {
    if (await holds()) return true;
    clock.advance(500);
    return false;
  }, what);

const isIn = (database: Database, taskId: number, state: string) => async () =>
  (await readState(database, taskId)) === state;

const stepId = async (database: Database, taskId: number, name: string) =>
  Number((await readStep(database, taskId, name)).workflow_step_id);

const runRow = async (database: Database, taskId: number) =>
  (await database.query("select owner_id, wake_at, revision from tasker_task_runs where task_id = $1", [taskId]))[0];

const chain = (steps: RailsTask["steps"]): RailsTask => ({ steps });

describeOnPostgres("what others change is noticed at the next look", () => {
  test("a cancelled task: handlers get their signal, what they come to is kept, nothing more starts", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate<string>();
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a -> b, c -> d, e", {
      run: (_task, _sequence, step) => {
        if (step.name === "e") throw new Error("later");
        signals.push(step.signal);
        return gate.promise;
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    await until(() => signals.length === 2, "both steps");
    await engine.seen(({ name }) => name === "step.failed");
    const state = engine.engine.settled(taskId);
    await transitionLikeRails(database, { task: taskId }, "cancelled");
    await looking(engine, () => signals.every(({ aborted }) => aborted), "the signals");
    gate.open("done all the same");
    expect(await state).toEqual({ taskId, state: "cancelled" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "complete", results: "done all the same" });
    expect(await readStep(database, taskId, "e")).toMatchObject({ state: "error" });
    expect(await runRow(database, taskId)).toMatchObject({ owner_id: 0, wake_at: null });
    expect(signals).toHaveLength(2);
    expect(engine.lines.filter(({ level }) => level !== "info")).toEqual([]);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("a cancelled step: its handler gets the signal, its outcome is dropped", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        signals.push(step.signal);
        return gate.promise;
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    await until(() => signals.length === 1, "the step");
    await transitionLikeRails(database, { step: await stepId(database, taskId, "a") }, "cancelled");
    await looking(engine, () => signals[0]?.aborted === true, "the signal");
    gate.open();
    expect(await engine.engine.settled(taskId)).toMatchObject({ state: "cancelled" });
    expect(await readHistory(database, taskId)).toContain("a null > cancelled");
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("before the first look of all has been answered", async () => {
    const real = await useDatabase(openTestDatabase);
    const cancelled = makeGate();
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        if (statement.name === "read_positions") await cancelled.promise;
        return real.run(statement, parameters);
      },
    };
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        signals.push(step.signal);
        return new Promise(() => undefined);
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    await until(() => signals.length === 1, "the step");
    await transitionLikeRails(real, { task: taskId }, "cancelled");
    cancelled.open();
    await looking(engine, () => signals[0]?.aborted === true, "the signal");
    await engine.engine.stop({ graceMs: 0 });
  });

  test("a step that was resolved before the first look has been answered, of a task that had failed", async () => {
    const real = await useDatabase(openTestDatabase);
    const resolved = makeGate();
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        if (statement.name === "read_positions") await resolved.promise;
        return real.run(statement, parameters);
      },
    };
    const template = graphTemplate("a -> b", {
      steps: { a: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        if (step.name === "a") throw new Error("no");
        return "b";
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    expect(await engine.engine.settled(taskId)).toMatchObject({ state: "error" });
    await transitionLikeRails(real, { step: await stepId(real, taskId, "a") }, "resolved_manually");
    resolved.open();
    await looking(engine, isIn(real, taskId, "complete"), "the task's end");
    await engine.engine.stop();
    await expectCleanAuditTrail(real);
  });

  test("a resolved step of a task that had failed: its children run, the task completes", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b", {
      steps: { a: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        if (step.name === "a") throw new Error("no");
        return "b";
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    expect(await engine.engine.settled(taskId)).toMatchObject({ state: "error" });
    await transitionLikeRails(database, { step: await stepId(database, taskId, "a") }, "resolved_manually");
    await looking(engine, isIn(database, taskId, "complete"), "the task's end");
    expect((await readHistory(database, taskId)).filter((row) => row.startsWith("task"))).toEqual([
      "task pending > in_progress",
      "task in_progress > error",
      "task error > pending",
      "task pending > in_progress",
      "task in_progress > complete",
    ]);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("a step resolved while others of its task run: its children start at once", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const ran: string[] = [];
    const template = graphTemplate("a -> b, slow", {
      steps: { a: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        ran.push(step.name);
        if (step.name === "a") throw new Error("no");
        return step.name === "slow" ? gate.promise : step.name;
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    await engine.seen(({ name }) => name === "step.failed");
    await transitionLikeRails(database, { step: await stepId(database, taskId, "a") }, "resolved_manually");
    await looking(engine, () => ran.includes("b"), "the child");
    gate.open();
    expect(await engine.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(ran.sort()).toEqual(["a", "b", "slow"]);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("a step that failed for good and is moved back to pending gets another attempt", async () => {
    const database = await useDatabase(openTestDatabase);
    let runs = 0;
    const template = graphTemplate("a", {
      run: () => {
        runs += 1;
        if (runs === 1) throw Object.assign(new Error("no"), { permanent: true });
        return "second";
      },
      steps: { a: { retryable: false } },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    expect(await engine.engine.settled(taskId)).toMatchObject({ state: "error" });
    await transitionLikeRails(database, { step: await stepId(database, taskId, "a") }, "pending");
    await looking(engine, isIn(database, taskId, "complete"), "the task's end");
    expect(runs).toBe(2);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("a waiting retry that is moved back to pending runs now", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let runs = 0;
    const template = graphTemplate("a", {
      run: () => {
        runs += 1;
        if (runs === 1) throw Object.assign(new Error("busy"), { retryAfter: 250 });
        return "second";
      },
    });
    const engine = await startEngine(database, [template], { adopt: true, clock });
    const { taskId } = await engine.engine.submit(request);
    await engine.seen(({ name }) => name === "step.failed");
    await transitionLikeRails(database, { step: await stepId(database, taskId, "a") }, "pending");
    await looking(engine, isIn(database, taskId, "complete"), "the task's end");
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("a task that somebody else puts in error starts nothing until somebody moves it to pending", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const ran: string[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        ran.push(step.name);
        return step.name === "a" ? gate.promise : "b";
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const { taskId } = await engine.engine.submit(request);
    await until(() => ran.length === 1, "the first step");
    await transitionLikeRails(database, { task: taskId }, "error");
    for (let looks = 0; looks < 3; looks++) {
      await until(() => engine.clock.timers.length > 0, "the next look");
      engine.clock.advance(500);
    }
    await until(() => engine.clock.timers.length > 0, "the end of the last look");
    gate.open();
    expect(await engine.engine.settled(taskId)).toMatchObject({ state: "error" });
    await until(async () => (await readStep(database, taskId, "a")).state === "complete", "the outcome");
    expect(ran).toEqual(["a"]);
    await transitionLikeRails(database, { task: taskId }, "pending");
    await looking(engine, isIn(database, taskId, "complete"), "the task's end");
    expect(ran).toEqual(["a", "b"]);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("while no engine was there: a failed task that was moved to pending is found at the start", async () => {
    const database = await useDatabase(openTestDatabase);
    let runs = 0;
    const template = graphTemplate("a", {
      steps: { a: { retryLimit: 1 } },
      run: () => {
        runs += 1;
        if (runs === 1) throw new Error("no");
      },
    });
    const first = await startEngine(database, [template]);
    const { taskId } = await first.engine.submit(request);
    expect(await first.engine.settled(taskId)).toMatchObject({ state: "error" });
    await first.engine.stop();
    const a = await stepId(database, taskId, "a");
    await transitionLikeRails(database, { step: a }, "pending");
    await database.query("update tasker_workflow_steps set retry_limit = 2 where workflow_step_id = $1", [a]);
    await transitionLikeRails(database, { task: taskId }, "pending");
    const next = await startEngine(database, [template], { adopt: true });
    await looking(next, isIn(database, taskId, "complete"), "the task's end");
    await next.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("while no engine was there: a step was resolved of a failed task, which goes on as far as it can", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b, c", {
      steps: { a: { retryLimit: 1 }, c: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        if (step.name !== "b") throw new Error("no");
      },
    });
    const first = await startEngine(database, [template]);
    const { taskId } = await first.engine.submit(request);
    expect(await first.engine.settled(taskId)).toMatchObject({ state: "error" });
    await first.engine.stop();
    await transitionLikeRails(database, { step: await stepId(database, taskId, "a") }, "resolved_manually");
    const next = await startEngine(database, [template], { adopt: true });
    await looking(next, isIn(database, taskId, "error"), "the task's end");
    await until(async () => (await readStep(database, taskId, "b")).state === "complete", "the child");
    await next.engine.stop();
    const before = await readHistory(database, taskId);
    expect(before.filter((row) => row.startsWith("task")).slice(2)).toEqual([
      "task error > pending",
      "task pending > in_progress",
      "task in_progress > error",
    ]);
    // Nothing is left that could go on: looked at once more, it stays as it is.
    const last = await startEngine(database, [template], { adopt: true });
    await until(() => last.lines.some(({ message }) => message.startsWith("took over tasks")), "the look");
    await until(async () => (await runRow(database, taskId))?.wake_at === null, "the release");
    await last.engine.stop();
    expect(await readHistory(database, taskId)).toEqual(before);
    await expectCleanAuditTrail(database);
  });

  test("in a transaction that was open at the time, and behind one that stays open", async () => {
    const database = await useDatabase(() => openTestDatabase({ connections: 8 }));
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        signals.push(step.signal);
        return new Promise(() => undefined);
      },
    });
    const engine = await startEngine(database, [template], { adopt: true });
    const tasks = await engine.engine.submitMany([request, request, request]);
    const [early = 0, late = 0, behind = 0] = tasks.map(({ taskId }) => taskId);
    await until(() => signals.length === 3, "the steps");
    const cancelInOpen = async (taskId: number) => {
      const began = makeGate();
      const end = makeGate();
      const done = database.transaction(async (transaction) => {
        // A Rails process sets no limit to it.
        await transaction.execute("set local idle_in_transaction_session_timeout = 0");
        await transaction.query(
          "update tasker_task_transitions set most_recent = false where task_id = $1 and most_recent",
          [taskId],
        );
        await transaction.query(
          `insert into tasker_task_transitions (task_id, to_state, sort_key, created_at, updated_at)
           values ($1, 'cancelled', 20, now(), now())`,
          [taskId],
        );
        began.open();
        await end.promise;
      });
      await began.promise;
      return {
        commit: async () => {
          end.open();
          await done;
        },
      };
    };
    const first = await cancelInOpen(early);
    const second = await cancelInOpen(late);
    await transitionLikeRails(database, { task: behind }, "cancelled");
    const aborted = () => signals.filter(({ aborted }) => aborted).length;
    await looking(engine, () => aborted() === 1, "the one that is committed");
    await first.commit();
    await looking(engine, () => aborted() === 2, "the first of the open ones");
    await second.commit();
    await looking(engine, () => aborted() === 3, "the last one");
    await engine.engine.stop({ graceMs: 0 });
  });
});

describeOnPostgres("a step that somebody else runs", () => {
  const running = { name: "a", rows: [{ to: "in_progress", sortKey: 10 }] };
  const task: RailsTask = {
    rows: [{ to: "in_progress", sortKey: 10 }],
    steps: [running, { name: "b", dependsOn: ["a"] }],
  };

  test("is left to them, however long it takes; its children start when they complete it", async () => {
    const database = await useDatabase(openTestDatabase);
    const ran: string[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        ran.push(step.name);
      },
    });
    const taskId = await createRailsTask(database, task);
    const engine = await startEngine(database, [template], { adopt: { inProgress: true } });
    await looking(engine, async () => (await runRow(database, taskId))?.owner_id === 0, "the task to be given back");
    const wakeAt = (await runRow(database, taskId))?.wake_at;
    for (let looks = 0; looks < 300; looks++) {
      await until(() => engine.clock.timers.length > 0, "the next look");
      engine.clock.advance(500);
    }
    await looking(
      engine,
      async () => Number((await runRow(database, taskId))?.wake_at) > Number(wakeAt),
      "another look",
    );
    expect(ran).toEqual([]);
    await transitionLikeRails(database, { step: await stepId(database, taskId, "a") }, "complete");
    await looking(engine, isIn(database, taskId, "complete"), "the task's end");
    expect(ran).toEqual(["b"]);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("counts as left behind after the time that is configured, and runs again without losing an attempt", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const attempts: number[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        if (step.name === "a") attempts.push(step.attempt);
      },
    });
    const at = `'${new Date(clock.now() - 1_000).toISOString()}'`;
    const taskId = await createRailsTask(database, { ...task, at });
    const engine = await startEngine(database, [template], {
      clock,
      adopt: { inProgress: true, abandonedStepMs: 20_000 },
    });
    const begun = clock.now();
    await looking(engine, isIn(database, taskId, "complete"), "the task's end");
    expect(clock.now() - begun).toBeGreaterThanOrEqual(19_000);
    expect(attempts).toEqual([1]);
    expect(await readHistory(database, taskId)).toContain("a in_progress > error");
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("and fails waits for its backoff by the reference's rule; one marked as processed never starts", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const at = `'${new Date(clock.now()).toISOString()}'`;
    const failed = { name: "a", rows: [{ to: "error", sortKey: 10 }] };
    const byFailure = await createRailsTask(database, { ...chain([{ ...failed, columns: { attempts: 2 } }]), at });
    const explicit = await createRailsTask(database, {
      ...chain([
        { ...failed, columns: { attempts: 1, backoff_request_seconds: 40, last_attempted_at: new Date(clock.now()) } },
      ]),
      at,
    });
    const processed = await createRailsTask(database, { ...chain([{ name: "a", columns: { processed: true } }]), at });
    const started = new Map<number, number>();
    const begun = clock.now();
    const template = graphTemplate("a", {
      run: (view) => {
        started.set(view.taskId, clock.now() - begun);
      },
    });
    const engine = await startEngine(database, [template], { clock, adopt: true });
    await looking(engine, () => started.size === 2, "both retries");
    expect(started.get(byFailure)).toBeGreaterThanOrEqual(4_000);
    expect(started.get(byFailure)).toBeLessThan(10_000);
    expect(started.get(explicit)).toBeGreaterThanOrEqual(40_000);
    expect(await readState(database, processed)).toBe("error");
    await engine.engine.stop();
  });
});
