import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readHistory,
  readStep,
  readTransitions,
  startEngine,
  until,
} from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };
const note = { actor: "ada", reason: "the gateway is back" };
const written = { writer: 0, actor: "ada", reason: "the gateway is back" };

describeEachDatabase("an operator's action on a step", (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database.close());

  /** A task `a -> b` of which `a` fails until `mends` is called. */
  async function failing(error: () => Error, steps: NonNullable<Parameters<typeof graphTemplate>[1]>["steps"] = {}) {
    let broken = true;
    const template = graphTemplate("a -> b", {
      steps,
      run: (_task, sequence, step) => {
        if (step.name === "b") return { saw: sequence.resultsOf("a") };
        if (broken) throw error();
        return "fine";
      },
    });
    const made = await startEngine(database, [template]);
    const { taskId } = await made.engine.submit(request);
    return {
      ...made,
      taskId,
      a: { taskId, step: "a" },
      mend: () => {
        broken = false;
      },
      end: () => made.engine.stop(),
    };
  }

  test("retries a step that had failed for good: one more attempt, at once, and the task goes on", async () => {
    const { engine, taskId, a, mend, end } = await failing(() => new PermanentError("no"));
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    mend();
    expect(await engine.actions.retryStep(a, note)).toMatchObject({
      outcome: "done",
      action: "retry_step",
      step: { name: "a" },
      movedSteps: 1,
      message: `step a of task ${taskId} is tried again`,
    });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await readHistory(database, taskId)).toEqual([
      "task pending > in_progress",
      "a pending > in_progress",
      "a in_progress > error",
      "task in_progress > error",
      "a error > pending",
      "task error > pending",
      "task pending > in_progress",
      "a pending > in_progress",
      "a in_progress > complete",
      "b pending > in_progress",
      "b in_progress > complete",
      "task in_progress > complete",
    ]);
    const rows = await readTransitions(database, taskId, "a");
    expect(rows[2]).toMatchObject({ to_state: "pending", metadata: { ...written, action: "retry_step" } });
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 2, retry_limit: 2 });
    expect(await engine.actions.history(taskId)).toMatchObject([
      { stepName: "a", action: "retry_step", ...note, details: { retry_limit: 3, retryable: false } },
    ]);
    expect(await engine.actions.retryStep(a, note)).toMatchObject({ outcome: "refused", reason: "task_complete" });
    await end();
    await expectCleanAuditTrail(database);
  });

  test("retries a step whose attempts are used up, once more and no more than that", async () => {
    const { engine, taskId, a, end } = await failing(() => new RetryableError("later"), { a: { retryLimit: 1 } });
    await engine.settled(taskId);
    expect(await engine.actions.retryStep(a, note)).toMatchObject({ outcome: "done" });
    await until(async () => (await readStep(database, taskId, "a")).attempts === 2, "the attempt");
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "error", attempts: 2, retry_limit: 2 });
    await end();
    await expectCleanAuditTrail(database);
  });

  test("retries a step that waits for its backoff without waiting on", async () => {
    const { engine, seen, taskId, a, mend, end } = await failing(
      () => new RetryableError("later", { retryAfter: 200 }),
    );
    await seen(({ name }) => name === "step.failed");
    mend();
    expect(await engine.actions.retryStep(a, note)).toMatchObject({ outcome: "done" });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 2, retry_limit: 3 });
    await end();
    await expectCleanAuditTrail(database);
  });

  test("forgets the attempts of a step: all that its template allows are to come", async () => {
    const { engine, clock, taskId, a, end } = await failing(() => new RetryableError("later"), {
      a: { retryLimit: 2 },
    });
    await until(async () => {
      clock.advance(1_000);
      return (await readStep(database, taskId, "a")).attempts === 2;
    }, "both attempts");
    await engine.settled(taskId);
    expect(await engine.actions.resetAttempts(a, note)).toMatchObject({ outcome: "done", movedSteps: 1 });
    await until(async () => {
      clock.advance(1_000);
      return (await readTransitions(database, taskId, "a")).filter((row) => row.to_state === "error").length === 4;
    }, "both attempts again");
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 2, retry_limit: 2 });
    await end();
    await expectCleanAuditTrail(database);
  });

  test("resolves a failed step: its task goes on as if it had been done", async () => {
    const { engine, taskId, a, end } = await failing(() => new PermanentError("no"));
    await engine.settled(taskId);
    expect(await engine.actions.resolveStep(a, note)).toMatchObject({ outcome: "done" });
    expect(await engine.actions.resolveStep(a, note)).toMatchObject({
      outcome: "already",
      reason: "step_resolved_manually",
    });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    const rows = await readTransitions(database, taskId, "a");
    expect(rows.at(-1)).toMatchObject({
      from_state: "error",
      to_state: "resolved_manually",
      metadata: { ...written, action: "resolve_step", resolution: "resolved" },
    });
    await end();
    await expectCleanAuditTrail(database);
  });

  test("completes a failed step with a result, which the next step reads", async () => {
    const { engine, taskId, a, end } = await failing(() => new PermanentError("no"));
    await engine.settled(taskId);
    const result = { payment: "by hand", lines: [1, 2.5] };
    expect(await engine.actions.completeStep(a, result, note)).toMatchObject({ outcome: "done" });
    expect(await engine.actions.completeStep(a, result, note)).toMatchObject({ outcome: "already" });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await engine.actions.completeStep(a, "another", note)).toMatchObject({
      outcome: "refused",
      reason: "task_complete",
    });
    expect(await readStep(database, taskId, "a")).toMatchObject({
      state: "resolved_manually",
      results: result,
      processed: true,
    });
    expect(await readStep(database, taskId, "b")).toMatchObject({ results: { saw: result } });
    await end();
    await expectCleanAuditTrail(database);
  });

  test("skips a step only if its template lets it be left out", async () => {
    const { engine, taskId, a, end } = await failing(() => new PermanentError("no"), { b: { skippable: true } });
    await engine.settled(taskId);
    expect(await engine.actions.skipStep(a, note)).toMatchObject({ outcome: "refused", reason: "not_skippable" });
    expect(await engine.actions.skipStep({ taskId, step: "b" }, note)).toMatchObject({ outcome: "done" });
    expect(await engine.actions.skipStep({ taskId, step: "b" }, note)).toMatchObject({ outcome: "already" });
    const [row] = await readTransitions(database, taskId, "b");
    expect(row).toMatchObject({ from_state: "pending", sort_key: 10, metadata: { resolution: "skipped", ...written } });
    await end();
    await expectCleanAuditTrail(database);
  });

  test("cancels a running step: its handler gets the signal, what it returns is dropped", async () => {
    const gate = makeGate<string>();
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        signals.push(step.signal);
        return gate.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await until(() => signals.length === 1, "the handler");
    expect(await engine.actions.resolveStep({ taskId, step: "a" }, note)).toMatchObject({
      outcome: "refused",
      reason: "step_in_progress",
    });
    expect(await engine.actions.cancelStep({ taskId, step: "a" }, note)).toMatchObject({ outcome: "done" });
    await until(() => signals[0]?.aborted === true, "the signal");
    gate.open("too late");
    await engine.settled(taskId);
    expect(await engine.actions.cancelStep({ taskId, step: "a" }, note)).toMatchObject({ outcome: "already" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "cancelled", results: {} });
    const rows = await readTransitions(database, taskId, "a");
    const start = rows[0]?.metadata;
    expect(rows.at(-1)?.metadata).toMatchObject({
      ...written,
      action: "cancel_step",
      execution_id: (start as { execution_id: string }).execution_id,
      attempt_number: 1,
    });
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("cancels a failed step by way of pending, which is legal", async () => {
    const { engine, taskId, a, end } = await failing(() => new PermanentError("no"));
    await engine.settled(taskId);
    expect(await engine.actions.cancelStep(a, note)).toMatchObject({ outcome: "done", movedSteps: 1 });
    const rows = await readTransitions(database, taskId, "a");
    expect(rows.map(({ to_state, most_recent }) => [to_state, most_recent])).toEqual([
      ["in_progress", false],
      ["error", false],
      ["pending", false],
      ["cancelled", true],
    ]);
    await engine.settled(taskId);
    await end();
    await expectCleanAuditTrail(database);
  });

  test("edits inputs and retry limit; a step that had no attempt left goes on with the new ones", async () => {
    const inputs: unknown[] = [];
    const template = graphTemplate("a", {
      steps: { a: { retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        inputs.push(step.inputs);
        throw new Error("fails");
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await engine.settled(taskId);
    const a = { taskId, step: "a" };
    expect(await engine.actions.editStep(a, { retryLimit: 1 }, note)).toMatchObject({
      outcome: "already",
      reason: "same_values",
    });
    expect(await engine.actions.editStep(a, { inputs: { amount: 3 } }, note)).toMatchObject({
      outcome: "done",
      movedSteps: 0,
    });
    expect(await engine.actions.editStep(a, { inputs: { amount: 3 } }, note)).toMatchObject({ outcome: "already" });
    expect(inputs).toHaveLength(1);
    expect(await engine.actions.editStep(a, { retryLimit: 2 }, note)).toMatchObject({ outcome: "done", movedSteps: 1 });
    await until(() => inputs.length === 2, "the attempt");
    expect(inputs).toEqual([null, { amount: 3 }]);
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("has a typed error for what does not exist and what cannot be", async () => {
    const { engine, taskId, end } = await failing(() => new PermanentError("no"));
    const { actions } = engine;
    await engine.settled(taskId);
    await expect(actions.retryStep({ taskId: 999_999, step: "a" }, note)).rejects.toMatchObject({
      code: "TASKER_TASK_NOT_FOUND",
      context: { taskId: 999_999 },
    });
    await expect(actions.retryStep({ taskId, step: "c" }, note)).rejects.toMatchObject({
      code: "TASKER_STEP_NOT_FOUND",
      context: { taskId, value: "c" },
    });
    await expect(actions.retryStep({ taskId, step: 0 }, note)).rejects.toMatchObject({
      code: "TASKER_INVALID_REQUEST",
      context: { field: "step", value: 0, expected: "a whole number of 1 or more" },
    });
    await expect(actions.retryStep({ taskId, step: "a" }, { actor: " ", reason: "x" })).rejects.toMatchObject({
      code: "TASKER_INVALID_REQUEST",
      context: { field: "actor" },
    });
    await expect(actions.editStep({ taskId, step: "a" }, { retryLimit: 0 }, note)).rejects.toMatchObject({
      context: { field: "retryLimit", value: 0 },
    });
    await expect(actions.editStep({ taskId, step: "a" }, {}, note)).rejects.toMatchObject({
      context: { field: "edit" },
    });
    await expect(actions.completeStep({ taskId, step: "a" }, () => 1, note)).rejects.toMatchObject({
      code: "TASKER_UNENCODABLE_VALUE",
    });
    const { workflow_step_id: id } = await readStep(database, taskId, "a");
    expect(await actions.retryStep({ taskId, step: Number(id) }, note)).toMatchObject({ outcome: "done" });
    await end();
  });
});
