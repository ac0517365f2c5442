import { expect, test } from "vitest";
import { StepTimeoutError } from "../../src/errors/index.ts";
import type { StepExecution } from "../../src/handlers/execution.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readHistory,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

class HostileError extends Error {
  override get message(): string {
    throw new Error("no message for you");
  }
  override get stack(): string {
    throw new Error("no stack for you");
  }
}

describeOnPostgres("a handler", () => {
  test("that throws anything at all fails its step with what can be stored of it", async () => {
    const database = await useDatabase(openTestDatabase);
    const lean = new Error("lean");
    delete lean.stack;
    const thrown = new Map<string, unknown>([
      ["text", "just a text"],
      ["nothing", undefined],
      ["bare", Object.create(null)],
      ["hostile", new HostileError()],
      ["lean", lean],
      ["huge", new Error("x".repeat(1_000_000))],
      ["binary", new Error("a\u0000\ud800b")],
    ]);
    const template = graphTemplate([...thrown.keys()].join(", "), {
      steps: Object.fromEntries([...thrown.keys()].map((name) => [name, { retryLimit: 1 }])),
      run: {
        handle: (_task, _sequence, step) => {
          // Half of them while they are called, half of them later.
          if (step.stepId % 2 === 0) throw thrown.get(step.name);
          return Promise.reject(thrown.get(step.name));
        },
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    const resultsOf = async (name: string) => (await readStep(database, taskId, name)).results;
    expect(await resultsOf("text")).toEqual({ error: "just a text", error_class: "string", backtrace: "" });
    expect(await resultsOf("nothing")).toMatchObject({ error: "undefined", error_class: "undefined" });
    expect(await resultsOf("bare")).toMatchObject({ error: "a value that has no text", error_class: "object" });
    expect(await resultsOf("hostile")).toMatchObject({ error_class: "HostileError", backtrace: "" });
    expect(await resultsOf("lean")).toMatchObject({ error: "lean", backtrace: "" });
    expect(await resultsOf("huge")).toMatchObject({ error: "x".repeat(4_096) });
    expect(await resultsOf("binary")).toMatchObject({ error: "a\ufffd\ufffdb" });
    await expectCleanAuditTrail(database);
  });

  test("that cannot be made fails its step, and only that", async () => {
    const database = await useDatabase(openTestDatabase);
    const whole = graphTemplate("a, b", { steps: { a: { retryLimit: 1 } } });
    const template: TaskTemplate = {
      ...whole,
      createStepHandler: (name) => {
        if (name === "a") throw new TypeError("no handler today");
        return whole.createStepHandler(name);
      },
    };
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(await readStep(database, taskId, "a")).toMatchObject({
      state: "error",
      results: { error: "no handler today" },
    });
    expect(await readStep(database, taskId, "b")).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(database);
  });

  test("that is late fails at its deadline; its signal aborts and what it returns later is ignored", async () => {
    const database = await useDatabase(openTestDatabase);
    const late = makeGate<string>();
    const executions: StepExecution[] = [];
    const template = graphTemplate("", {
      steps: { a: { timeoutSeconds: 1.5 } },
      run: (_task, _sequence, step) => {
        executions.push(step);
        return step.attempt === 1 ? late.promise : "in time";
      },
    });
    const { engine, clock, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => executions.length === 1, "the first attempt");
    const signal = executions[0]?.signal;
    clock.advance(1_499);
    expect(signal?.aborted).toBe(false);
    clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBeInstanceOf(StepTimeoutError);
    await seen(({ name }) => name === "step.failed");
    expect(await readStep(database, taskId, "a")).toMatchObject({
      state: "error",
      results: { error: "step a did not finish within 1.5 s", error_code: "TASKER_STEP_TIMEOUT" },
    });
    late.open("too late");
    clock.advance(1_000);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(database, taskId, "a")).toMatchObject({ attempts: 2, results: "in time" });
    await expectCleanAuditTrail(database);
  });

  test("that is late and throws then is ignored as well, and a signal asked for later has aborted", async () => {
    const database = await useDatabase(openTestDatabase);
    const late = makeGate<string>();
    const executions: StepExecution[] = [];
    const template = graphTemplate("", {
      steps: { a: { timeoutSeconds: 1, retryLimit: 1 } },
      run: (_task, _sequence, step) => {
        executions.push(step);
        return late.promise;
      },
    });
    const { engine, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => executions.length === 1, "the attempt");
    clock.advance(1_000);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(executions[0]?.signal.aborted).toBe(true);
    late.fail(new Error("too late"));
    expect(await readHistory(database, taskId)).toHaveLength(4);
    await expectCleanAuditTrail(database);
  });

  test("that is in time has no deadline left behind", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("", { steps: { a: { timeoutSeconds: 3_600 } } });
    const { engine, clock } = await startEngine(database, [template], { pollIntervalMs: 7 });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    expect(clock.timers.filter((time) => time > clock.now() + 1_000)).toEqual([]);
  });

  test("sees its task, the steps before it, its attempt and its own inputs", async () => {
    const database = await useDatabase(openTestDatabase);
    const seen: unknown[] = [];
    const template = graphTemplate("a -> b, c", {
      steps: { c: { skippable: true } },
      run: (task, sequence, step) => {
        if (step.name === "a") return { price: 5 };
        const { taskId, requestedAt, correlationId, ...rest } = task;
        seen.push(
          task.context,
          sequence.resultsOf("a"),
          sequence.findStepByName("a")?.state,
          sequence.findStepByName("nobody"),
          sequence.steps.map(({ name, state, attempts, results }) => [name, state, attempts, results]),
          { ...rest, correlationId, requestedAt },
          {
            attempt: step.attempt,
            retryLimit: step.retryLimit,
            retryable: step.retryable,
            inputs: step.inputs,
            results: step.results,
          },
        );
        expect(() => sequence.resultsOf("b")).toThrow("Step b has no results: it is in_progress");
        expect(() => sequence.resultsOf("nobody")).toThrow("Step nobody does not exist");
        return null;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const requestedAt = new Date("2025-05-05T05:05:05.123Z");
    const { taskId } = await engine.submit({
      name: "graph",
      context: { n: 1 },
      tags: ["t"],
      bypassSteps: ["c"],
      initiator: "me",
      reason: "why",
      sourceSystem: "test",
      correlationId: "c-1",
      requestedAt,
    });
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(seen).toEqual([
      { n: 1 },
      { price: 5 },
      "complete",
      null,
      [
        ["a", "complete", 1, { price: 5 }],
        ["b", "in_progress", 1, null],
        ["c", "resolved_manually", 0, null],
      ],
      {
        namespace: "default",
        name: "graph",
        version: "1.0.0",
        tags: ["t"],
        bypassSteps: ["c"],
        initiator: "me",
        reason: "why",
        sourceSystem: "test",
        correlationId: "c-1",
        requestedAt,
      },
      { attempt: 1, retryLimit: 3, retryable: true, inputs: null, results: {} },
    ]);
  });

  test("never runs more often at a time than there are slots", async () => {
    const database = await useDatabase(openTestDatabase);
    let running = 0;
    let most = 0;
    const template = graphTemplate(Array.from({ length: 30 }, (_, place) => `s${place}`).join(", "), {
      run: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      },
    });
    const { engine } = await startEngine(database, [template], { concurrency: 3 });
    const tasks = await engine.submitMany(Array.from({ length: 4 }, () => ({ name: "graph", context: {} })));
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(most).toBe(3);
    await expectCleanAuditTrail(database);
  });
});
