import { expect, test } from "vitest";
import { backoffConfig } from "../../../src/config/backoff-config.ts";
import type { StepDeadlines } from "../../../src/config/execution-config.ts";
import { FutureStateAnalyzer } from "../../../src/engine/execution-state.ts";
import { BackoffCalculator, type RetryableFailure } from "../../../src/engine/strategies/backoff-calculator.ts";
import { StepExecutor } from "../../../src/engine/strategies/step-executor.ts";
import { type BlockedTask, TaskFinalizer } from "../../../src/engine/strategies/task-finalizer.ts";
import { type ReenqueuedTask, TaskReenqueuer } from "../../../src/engine/strategies/task-reenqueuer.ts";
import { PermanentError, RetryableError, StepTimeoutError } from "../../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { createRailsTask } from "../../support/rails-rows.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const failsOnce = (error: unknown) => (_task: unknown, _sequence: unknown, step: { readonly attempt: number }) => {
  if (step.attempt === 1) throw error;
  return step.attempt;
};
const request = { name: "graph", context: {} };

describeOnPostgres("a step executor", () => {
  test("runs around every attempt, with the task, its steps, the step and its handler", async () => {
    const database = await useDatabase(openTestDatabase);
    const seen: string[] = [];
    class Tracing extends StepExecutor {
      override async executeSingleStep(...call: Parameters<StepExecutor["executeSingleStep"]>) {
        const [task, sequence, step] = call;
        seen.push(`begin ${task.name} ${step.name} ${step.attempt} of ${sequence.steps.length}`);
        await super.executeSingleStep(...call);
        seen.push(`end ${step.name} ${JSON.stringify(step.results)}`);
      }
    }
    const template = graphTemplate("a -> b", { run: (_task, _sequence, step) => ({ from: step.name }) });
    const { engine } = await startEngine(database, [template], { stepExecutor: new Tracing() });
    const { taskId } = await engine.submit(request);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(seen).toEqual(["begin graph a 1 of 2", 'end a {"from":"a"}', "begin graph b 1 of 2", 'end b {"from":"b"}']);
    expect(engine.statistics().strategies).toMatchObject({ step_executor: "Tracing", task_finalizer: "TaskFinalizer" });
  });

  test("that throws fails the attempt, as if the handler had thrown", async () => {
    const database = await useDatabase(openTestDatabase);
    class Broken extends StepExecutor {
      override executeSingleStep(): unknown {
        throw new PermanentError("no sandbox", { errorCode: "SANDBOX" });
      }
    }
    const { engine } = await startEngine(database, [graphTemplate("a")], { stepExecutor: new Broken() });
    const { taskId } = await engine.submit(request);
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect((await readStep(database, taskId, "a")).results).toMatchObject({
      error: "no sandbox",
      error_code: "SANDBOX",
    });
    await expectCleanAuditTrail(database);
  });

  test("that never ends is ended by the deadline, which batch time-outs can give to steps that have none", async () => {
    const database = await useDatabase(openTestDatabase);
    class Stuck extends StepExecutor {
      override executeSingleStep(): unknown {
        return new Promise(() => {});
      }
    }
    const { engine, clock } = await startEngine(database, [graphTemplate("a", { steps: { a: { retryLimit: 1 } } })], {
      stepExecutor: new Stuck(),
      execution: {
        batch_timeout_base_seconds: 20,
        batch_timeout_per_step_seconds: 4,
        max_batch_timeout_seconds: 60,
        batch_timeout_as_step_deadline: true,
      },
    });
    const { taskId } = await engine.submit(request);
    await until(() => engine.executions().some(({ state }) => state === "executing"), "the step runs");
    clock.advance(23_999);
    expect(engine.executions()).toHaveLength(1);
    clock.advance(1);
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect((await readStep(database, taskId, "a")).results).toMatchObject({
      error: "step a did not finish within 24 s",
      error_class: StepTimeoutError.name,
    });
  });
});

describeOnPostgres("a deadline", () => {
  test("of a template goes by what is said for it, which may change while the engine runs", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", { run: () => new Promise(() => {}), steps: { a: { retryLimit: 1 } } });
    const { namespace, name } = template.definition;
    const saying = (execution: StepDeadlines) => ({ templates: { [`${namespace}/${name}`]: { execution } } });
    const execution = {
      batch_timeout_base_seconds: 2,
      batch_timeout_per_step_seconds: 1,
      max_batch_timeout_seconds: 60,
      batch_timeout_as_step_deadline: true,
    };
    const { engine, clock } = await startEngine(database, [template], { overrides: saying(execution) });
    const failsAfter = async (seconds: number) => {
      const { taskId } = await engine.submit(request);
      await until(() => engine.executions().some(({ state }) => state === "executing"), "the step runs");
      clock.advance(seconds * 1_000);
      await engine.settled(taskId);
      return (await readStep(database, taskId, "a")).results;
    };
    expect(await failsAfter(3)).toMatchObject({ error: "step a did not finish within 3 s" });
    engine.reconfigure({ overrides: saying({ ...execution, batch_timeout_base_seconds: 6 }) });
    expect(await failsAfter(7)).toMatchObject({ error: "step a did not finish within 7 s" });
  });
});

describeOnPostgres("a backoff calculator", () => {
  const attemptsOf = async (options: object) => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", { run: failsOnce(new RetryableError("busy", { retryAfter: 3 })) });
    const made = await startEngine(database, [template], options);
    const { taskId } = await made.engine.submit(request);
    await made.seen(({ name }) => name === "step.failed");
    const [, failed] = await readTransitions(database, taskId, "a");
    return { ...made, database, taskId, metadata: failed?.metadata };
  };

  test("decides how long a failed step waits, from the failure", async () => {
    const seen: [RetryableFailure, number][] = [];
    class Slow extends BackoffCalculator {
      override secondsBeforeRetry(failure: RetryableFailure, random: number): number {
        seen.push([failure, random]);
        return super.secondsBeforeRetry(failure, random) + 10.5;
      }
    }
    const { metadata, clock, engine, taskId } = await attemptsOf({ backoffCalculator: new Slow() });
    expect(metadata).toMatchObject({ backoff_seconds: 13.5 });
    expect(seen).toMatchObject([
      [{ stepName: "a", attempt: 1, message: "busy", errorClass: "RetryableError", retryAfterSeconds: 3 }, 0.5],
    ]);
    clock.advance(13_500);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test.each([
    ["throws", () => JSON.parse("{")],
    ["answers what is no number", () => Number.NaN],
    ["answers a negative wait", () => -1],
    ["answers a promise", () => Promise.resolve(5) as unknown],
    ["answers an endless wait", () => Number.POSITIVE_INFINITY],
  ])("that %s is reported, and the configured backoff decides", async (_what, answer) => {
    class Broken extends BackoffCalculator {
      override secondsBeforeRetry(): number {
        return answer() as number;
      }
    }
    const { metadata, lines } = await attemptsOf({ backoffCalculator: new Broken() });
    expect(metadata).toMatchObject({ backoff_seconds: 3 });
    expect(lines).toMatchObject([{ level: "error", facts: { strategy: "backoffCalculator" } }]);
  });

  test("takes its figures from the section backoff", async () => {
    const { metadata } = await attemptsOf({ backoff: { max_backoff_seconds: 2 } });
    expect(metadata).toMatchObject({ backoff_seconds: 2 });
    const backoff = { default_backoff_seconds: [40], jitter_max_percentage: 0.5 };
    expect(new BackoffCalculator().calculateBackoffSeconds(3, 0.5)).toBe(4);
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", { run: failsOnce(new Error("no")) });
    const { engine, seen } = await startEngine(database, [template], { backoff, random: () => 0.75 });
    const { taskId } = await engine.submit(request);
    await seen(({ name }) => name === "step.failed");
    const [, failed] = await readTransitions(database, taskId, "a");
    expect(failed?.metadata).toMatchObject({ backoff_seconds: 50 });
  });
});

describeOnPostgres("a task re-enqueuer", () => {
  /** Runs a task whose step asks for a wait, and gives when the task wants to be claimed again, in seconds from now. */
  const givenBackAfter = async (retryAfter: number, options: object) => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", { run: failsOnce(new RetryableError("busy", { retryAfter })) });
    const made = await startEngine(database, [template], options);
    const { taskId } = await made.engine.submit(request);
    const ask = async () => {
      const [row] = await database.query(
        "select owner_id, extract(epoch from wake_at)::float8 * 1000 as wake from tasker_task_runs where task_id = $1",
        [taskId],
      );
      return row;
    };
    await until(async () => (await ask())?.owner_id === 0, "the task is given back");
    return { ...made, database, taskId, seconds: (Number((await ask())?.wake) - made.clock.now()) / 1_000 };
  };

  test("of the engine wakes a task at its earliest retry, and buffer_seconds after it", async () => {
    expect((await givenBackAfter(120, {})).seconds).toBe(120);
    const { seconds, clock, engine, taskId } = await givenBackAfter(120, { backoff: { buffer_seconds: 5 } });
    expect(seconds).toBe(125);
    clock.advance(125_500);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test("keeps a task in memory whose retry is nearer than reenqueue_delays.waiting_for_dependencies", async () => {
    const backoff = { reenqueue_delays: { waiting_for_dependencies: 10 } };
    expect((await givenBackAfter(11, { backoff })).seconds).toBe(11);
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", { run: failsOnce(new RetryableError("busy", { retryAfter: 10 })) });
    const { engine, seen, clock } = await startEngine(database, [template], { backoff });
    const { taskId } = await engine.submit(request);
    await seen(({ name }) => name === "step.failed");
    expect(engine.statistics().tasks).toBe(1);
    clock.advance(10_000);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test("wakes a task at the earliest of several retries, not at the latest", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a, b", {
      run: (_task, _sequence, step) => {
        if (step.attempt > 1) return null;
        throw new RetryableError("busy", { retryAfter: step.name === "a" ? 180 : 60 });
      },
    });
    const { engine, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await until(() => engine.statistics().tasks === 0, "the task is given back");
    const [row] = await database.query("select wake_at from tasker_task_runs where task_id = $1", [taskId]);
    expect(row?.wake_at).toEqual(new Date(clock.now() + 60_000));
  });

  test("looks again after reenqueue_delays.processing at a task whose steps somebody else runs", async () => {
    const database = await useDatabase(openTestDatabase);
    const rows = [{ to: "in_progress", sortKey: 10 }] as const;
    const taskId = await createRailsTask(database, { rows, steps: [{ name: "a", rows }] });
    const { clock } = await startEngine(database, [graphTemplate("a")], {
      adopt: { inProgress: true },
      backoff: { reenqueue_delays: { processing: 20 } },
    });
    const ask = async () =>
      (await database.query("select owner_id, epoch, wake_at from tasker_task_runs where task_id = $1", [taskId]))[0];
    await until(async () => {
      clock.advance(500);
      const row = await ask();
      // Its run row is there, and due, before it is claimed.
      return row?.owner_id === 0 && Number(row.epoch) > 0;
    }, "the task is given back");
    const afterMs = Number((await ask())?.wake_at) - clock.now();
    // The clock went on while the test was looking.
    expect(afterMs).toBeGreaterThan(10_000);
    expect(afterMs).toBeLessThanOrEqual(20_000);
  });

  test("has a delay for each status in which a task is given back", () => {
    const own = new TaskReenqueuer(backoffConfig({ buffer_seconds: 2, default_reenqueue_delay: 31 }));
    const seconds = (status: ReenqueuedTask["status"], nextDueAt: number | null = null) =>
      own.lookAgainAt({ taskId: 1, namespace: "n", name: "t", version: "1.0.0", status, now: 0, nextDueAt }) / 1_000;
    expect(seconds("has_ready_steps")).toBe(0);
    expect(seconds("processing")).toBe(10);
    expect(seconds("waiting_for_dependencies")).toBe(45);
    expect(seconds("waiting_for_dependencies", 120_000)).toBe(122);
    expect(seconds("context_unavailable")).toBe(31);
  });

  test("of the user decides instead, and is told the task and its earliest retry", async () => {
    const asked: ReenqueuedTask[] = [];
    class Hourly extends TaskReenqueuer {
      override lookAgainAt(task: ReenqueuedTask): number {
        asked.push(task);
        return task.now + 3_600_000;
      }
    }
    const { seconds, taskId, clock } = await givenBackAfter(120, { taskReenqueuer: new Hourly() });
    expect(seconds).toBe(3_600);
    expect(asked).toEqual([
      {
        taskId,
        namespace: "default",
        name: "graph",
        version: "1.0.0",
        status: "waiting_for_dependencies",
        now: clock.now(),
        nextDueAt: clock.now() + 120_000,
      },
    ]);
  });

  test.each([
    ["throws", () => JSON.parse("{")],
    ["answers no moment", () => Number.NaN],
    ["answers a moment that cannot be stored", () => 1e18],
  ])("that %s is reported, and the task wakes as usual", async (_what, answer) => {
    class Broken extends TaskReenqueuer {
      override lookAgainAt(): number {
        return answer();
      }
    }
    const { seconds, lines } = await givenBackAfter(120, { taskReenqueuer: new Broken() });
    expect(seconds).toBe(120);
    expect(lines).toMatchObject([{ level: "error", facts: { strategy: "taskReenqueuer" } }]);
  });

  test("gives back ready steps of an engine that stops after reenqueue_delays.has_ready_steps", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const { engine, clock } = makeEngine(database, [graphTemplate("a", { run: () => gate.promise })], {
      backoff: { reenqueue_delays: { has_ready_steps: 7 } },
    });
    await engine.start();
    const { taskId } = await engine.submit(request);
    await until(() => engine.executions().some(({ state }) => state === "executing"), "the step runs");
    await engine.stop({ graceMs: 0 });
    const [row] = await database.query("select wake_at from tasker_task_runs where task_id = $1", [taskId]);
    expect(row?.wake_at).toEqual(new Date(clock.now() + 7_000));
    gate.open();
  });

  test("gives back a task that cannot be loaded for default_reenqueue_delay", async () => {
    const database = await useDatabase(openTestDatabase);
    const outside = makeEngine(database, [graphTemplate("a")]);
    const { taskId } = await outside.engine.submit(request);
    await database.execute("delete from tasker_definitions");
    const { clock } = await startEngine(database, [graphTemplate("a")], {
      backoff: { default_reenqueue_delay: 90 },
    });
    const later = new Date(clock.now() + 90_000);
    const count = "select from tasker_task_runs where task_id = $1 and wake_at = $2";
    await until(async () => (await database.query(count, [taskId, later])).length === 1, "the task is given back");
  });
});

describeOnPostgres("a task finalizer", () => {
  const blocked = async (finalizer: TaskFinalizer) => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> c, b", {
      run: (_task, _sequence, step) => {
        if (step.name === "a") throw new PermanentError("never");
        return null;
      },
    });
    const made = await startEngine(database, [template], { taskFinalizer: finalizer });
    const { taskId } = await made.engine.submit(request);
    return { ...made, database, taskId };
  };

  test("may let a task wait that cannot go on, is asked again then, and told how the task stands", async () => {
    const asked: BlockedTask[] = [];
    class Patient extends TaskFinalizer {
      override whenBlocked(task: BlockedTask) {
        asked.push(task);
        return asked.length === 1
          ? ({ action: "wait", until: task.now + 3_600_000 } as const)
          : super.whenBlocked(task);
      }
    }
    const { engine, clock, database, taskId } = await blocked(new Patient());
    await until(() => asked.length === 1 && engine.statistics().tasks === 0, "the task is given back");
    expect(await readState(database, taskId)).toBe("in_progress");
    expect(asked).toMatchObject([
      {
        taskId,
        name: "graph",
        totalSteps: 3,
        completedSteps: 1,
        failedSteps: [{ name: "a", attempts: 1, retryLimit: 3, retryable: false }],
      },
    ]);
    clock.advance(3_600_000);
    await until(async () => {
      // A look passes over rows that are locked just then; the next one finds them.
      clock.advance(500);
      return (await readState(database, taskId)) === "error";
    }, "the end of the task");
    expect(asked).toHaveLength(2);
    await expectCleanAuditTrail(database);
  });

  test.each([
    ["throws", () => JSON.parse("{")],
    ["answers nothing", () => undefined],
    ["lets the task wait until a moment that is past", () => ({ action: "wait", until: 5 })],
    ["knows another end", () => ({ action: "complete" })],
  ])("that %s is reported, and the task fails", async (_what, answer) => {
    class Broken extends TaskFinalizer {
      override whenBlocked() {
        return answer();
      }
    }
    const { engine, lines, taskId } = await blocked(new Broken());
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(lines).toMatchObject([{ level: "error", facts: { strategy: "taskFinalizer" } }]);
  });
});

describeEachDatabase("executions of an engine", (open) => {
  test("are shown while they run, with what they are doing", async () => {
    const database = await useDatabase(open);
    const gate = makeGate();
    const { engine, clock } = await startEngine(database, [graphTemplate("a, b", { run: () => gate.promise })], {
      concurrency: 1,
    });
    const { taskId } = await engine.submit(request);
    await until(() => engine.executions().some(({ state }) => state === "executing"), "a step runs");
    const found = engine.executions();
    expect(found).toMatchObject([
      { taskId, stepName: "a", state: "executing", attempt: 1, startedAt: clock.now() },
      { taskId, stepName: "b", state: "unscheduled", executionId: null, attempt: 1, startedAt: null },
    ]);
    expect(found.map((one) => new FutureStateAnalyzer(one).canIgnore)).toEqual([false, true]);
    gate.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(engine.executions()).toEqual([]);
  });
});
