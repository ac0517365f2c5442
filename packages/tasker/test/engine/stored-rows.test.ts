import { expect, test } from "vitest";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import type { StepDefinition } from "../../src/templates/definition.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  readHistory,
  readState,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";

const START = Date.UTC(2026, 0, 1);
const at = (ms: number) => new Date(START + ms);

describeEachDatabase("the rows of a task", (open) => {
  /** Submits one task whose step `a` does what `outcomes` say, one attempt after the other. */
  const begin = async (outcomes: readonly (() => unknown)[], settings: Partial<StepDefinition> = {}) => {
    const database = await useDatabase(open);
    let calls = 0;
    const template = graphTemplate("", {
      steps: { a: settings },
      run: (_task, _sequence, step) => {
        calls += 1;
        under.clock.advance(250);
        return outcomes[step.attempt - 1]?.();
      },
    });
    const under = await startEngine(database, [template]);
    const { taskId } = await under.engine.submit({ name: "graph", context: { x: 1 } });
    return {
      ...under,
      taskId,
      calls: () => calls,
      step: () => readStep(database, taskId, "a"),
      failed: (times: number) =>
        until(() => under.events.filter(({ name }) => name === "step.failed").length === times, `failure ${times}`),
    };
  };
  const fail = (error: unknown) => () => {
    throw error;
  };

  test("after a success at the first attempt", async () => {
    const { engine, database, taskId, step } = await begin([() => ({ charged: true })]);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await step()).toMatchObject({
      state: "complete",
      attempts: 1,
      in_process: false,
      processed: true,
      processed_at: at(250),
      last_attempted_at: at(0),
      backoff_request_seconds: null,
      results: { charged: true },
      inputs: null,
      retryable: true,
      retry_limit: 3,
      skippable: false,
    });
    expect(await readTransitions(database, taskId, "a")).toMatchObject([
      {
        from_state: "pending",
        to_state: "in_progress",
        sort_key: 10,
        most_recent: false,
        created_at: at(0),
        metadata: { attempt_number: 1, execution_id: "1.1", writer: 1 },
      },
      {
        from_state: "in_progress",
        to_state: "complete",
        sort_key: 20,
        most_recent: true,
        created_at: at(250),
        metadata: { attempt_number: 1, execution_id: "1.1", execution_duration: 0.25 },
      },
    ]);
    const [task] = await database.query("select * from tasker_tasks");
    expect(task).toMatchObject({
      complete: true,
      context: { x: 1 },
      initiator: "unknown",
      tags: [],
      requested_at: at(0),
    });
    const rows = await database.query("select * from tasker_task_transitions order by sort_key");
    expect(rows).toMatchObject([
      {
        from_state: "pending",
        to_state: "in_progress",
        sort_key: 10,
        most_recent: false,
        metadata: { initialization_completed: true, step_dependencies_established: 1 },
      },
      {
        from_state: "in_progress",
        to_state: "complete",
        sort_key: 20,
        most_recent: true,
        metadata: { total_steps: 1 },
      },
    ]);
    await expectCleanAuditTrail(database);
  });

  test("after a failure, while the retry waits, and after the retry succeeded", async () => {
    const { engine, database, clock, taskId, step, failed, calls } = await begin([
      fail(new RetryableError("busy", { retryAfter: 2.5 })),
      () => "done",
    ]);
    await failed(1);
    expect(await step()).toMatchObject({
      state: "error",
      attempts: 1,
      in_process: false,
      processed: false,
      processed_at: null,
      last_attempted_at: at(0),
      backoff_request_seconds: 3,
      retryable: true,
      results: { error: "busy", error_class: "RetryableError", error_code: "TASKER_STEP_RETRYABLE" },
    });
    const [, error] = await readTransitions(database, taskId, "a");
    expect(error).toMatchObject({
      from_state: "in_progress",
      to_state: "error",
      created_at: at(250),
      metadata: {
        retry_available: true,
        backoff_seconds: 2.5,
        backoff_until: at(2_750).toISOString(),
        error_message: "busy",
      },
    });
    expect(await readState(database, taskId)).toBe("in_progress");
    await expectCleanAuditTrail(database);

    clock.advance(2_499);
    expect(calls()).toBe(1);
    clock.advance(1);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await step()).toMatchObject({
      state: "complete",
      attempts: 2,
      processed: true,
      last_attempted_at: at(2_750),
      processed_at: at(3_000),
      backoff_request_seconds: null,
      results: "done",
    });
    expect(await readHistory(database, taskId)).toEqual([
      "task pending > in_progress",
      "a pending > in_progress",
      "a in_progress > error",
      "a error > pending",
      "a pending > in_progress",
      "a in_progress > complete",
      "task in_progress > complete",
    ]);
    await expectCleanAuditTrail(database);
  });

  test("after a permanent failure", async () => {
    const { engine, database, taskId, step, calls } = await begin([
      fail(new PermanentError("card declined", { errorCode: "DECLINED" })),
    ]);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(calls()).toBe(1);
    expect(await step()).toMatchObject({
      state: "error",
      attempts: 1,
      retryable: false,
      processed: false,
      backoff_request_seconds: null,
      results: { error: "card declined", error_class: "PermanentError", error_code: "DECLINED" },
    });
    const [task] = await database.query("select to_state, metadata from tasker_task_transitions where most_recent");
    expect(task).toMatchObject({
      to_state: "error",
      metadata: {
        error_message: "steps_in_error_state",
        failed_steps: ["a"],
        failed_steps_count: 1,
        blocked_steps_count: 0,
        total_steps: 1,
      },
    });
    await expectCleanAuditTrail(database);
  });

  test("after the last of three attempts has failed, each after its backoff", async () => {
    const { engine, database, clock, taskId, step, failed, calls } = await begin(
      [1, 2, 3].map((attempt) => fail(new Error(`no ${attempt}`))),
    );
    await failed(1);
    clock.advance(1_000);
    await failed(2);
    clock.advance(1_999);
    expect(calls()).toBe(2);
    clock.advance(1);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(await step()).toMatchObject({
      state: "error",
      attempts: 3,
      retryable: true,
      backoff_request_seconds: null,
      results: { error: "no 3", error_class: "Error" },
    });
    await expectCleanAuditTrail(database);
  });

  test.each<[string, Partial<StepDefinition>]>([
    ["that is not retryable", { retryable: false }],
    ["whose retry limit is 1", { retryLimit: 1 }],
  ])("after the only attempt of a step %s", async (_what, settings) => {
    const { engine, database, taskId, step, calls } = await begin([fail(new Error("no"))], settings);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(calls()).toBe(1);
    expect(await step()).toMatchObject({ state: "error", attempts: 1, retryable: settings.retryable ?? true });
    await expectCleanAuditTrail(database);
  });

  test("while an attempt runs: it is counted when it starts", async () => {
    const { engine, database, taskId, step, seen, clock } = await begin([() => new Promise(() => undefined)]);
    await seen(({ name }) => name === "step.execution_requested");
    expect(await step()).toMatchObject({ state: "in_progress", attempts: 1, in_process: true, processed: false });
    await expectCleanAuditTrail(database);
    const stopped = engine.stop({ graceMs: 1_000 });
    await until(() => clock.timers.includes(clock.now() + 1_000), "the end of the grace time");
    clock.advance(1_000);
    await stopped;
    expect(await step()).toMatchObject({ state: "pending", attempts: 0, in_process: false, results: {} });
    expect(await readState(database, taskId)).toBe("in_progress");
    await expectCleanAuditTrail(database);
  });

  test("of a task with a failed branch, while another branch goes on: it is no failure yet", async () => {
    const database = await useDatabase(open);
    const template = graphTemplate("a, b -> c", {
      run: (_task, _sequence, step) => {
        if (step.name === "a") throw new PermanentError("no");
        if (step.name === "b" && step.attempt === 1) throw new RetryableError("later", { retryAfter: 30 });
        return step.name;
      },
    });
    const { engine, clock, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => events.filter(({ name }) => name === "step.failed").length === 2, "both failures");
    expect(await readState(database, taskId)).toBe("in_progress");
    clock.advance(30_000);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(await readStep(database, taskId, "c")).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("of a task whose step fails for good: what depends on it stays pending", async () => {
    const database = await useDatabase(open);
    const template = graphTemplate("a -> b, b -> c, a -> d", {
      run: (_task, _sequence, step) => {
        if (step.name === "b") throw new PermanentError("no");
        return null;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(await readStep(database, taskId, "c")).toMatchObject({ state: "pending", attempts: 0, results: {} });
    expect(await readStep(database, taskId, "d")).toMatchObject({ state: "complete", results: null });
    const [task] = await database.query("select metadata from tasker_task_transitions where most_recent");
    expect(task).toMatchObject({ metadata: { failed_steps: ["b"], blocked_steps_count: 1 } });
    await expectCleanAuditTrail(database);
  });
});
