import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { ViableStepDiscovery } from "../../src/engine/coordination/viable-step-discovery.ts";
import { PermanentError } from "../../src/errors/index.ts";
import * as TaskExecutionContext from "../../src/models/task-execution-context/task-execution-context.ts";
import { runTask } from "../../src/testing/run/run-task.ts";
import {
  diamondWorkflow,
  linearWorkflow,
  mixedWorkflow,
  parallelMergeWorkflow,
  treeWorkflow,
} from "../../src/testing/shapes/reference-shapes.ts";
import { bindShape } from "../../src/testing/shapes/shape.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeGate, readState, readStep, startEngine, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

describeOnPostgres("a workflow", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(async () => {
    await expectCleanAuditTrail(database);
    await database.close();
  });

  test.each([
    ["linear", linearWorkflow()],
    ["diamond", diamondWorkflow()],
    ["parallel merge", parallelMergeWorkflow()],
    ["tree", treeWorkflow()],
    ["mixed", mixedWorkflow()],
  ])("of the shape %s completes in the order of its dependencies, whatever fails on the way", async (_name, shape) => {
    const { template } = bindShape(shape);
    const report = await runTask(template, shape.context, { database });
    expect(report.state).toBe("complete");
    for (const { name, dependsOn } of shape.definition.steps) {
      const begin = report.history.indexOf(`${name} pending > in_progress`);
      expect(begin).toBeGreaterThan(-1);
      for (const parent of dependsOn) {
        const end = report.history.indexOf(`${parent} in_progress > complete`);
        expect(end).toBeGreaterThan(-1);
        expect(end).toBeLessThan(begin);
      }
    }
    const rows = await database.query(
      "select processed, in_process, attempts, retry_limit, processed_at from tasker_workflow_steps where task_id = $1",
      [report.taskId],
    );
    expect(rows).toHaveLength(shape.definition.steps.length);
    for (const row of rows) {
      expect(row).toMatchObject({ processed: true, in_process: false, processed_at: expect.any(Date) });
      expect(Number(row.attempts)).toBeGreaterThan(0);
      expect(Number(row.attempts)).toBeLessThanOrEqual(Number(row.retry_limit));
    }
  });

  test("finds only roots viable at first, then the steps below what is done, and nothing at the end", async () => {
    const discovery = new ViableStepDiscovery();
    const gates = new Map(["a", "b", "c", "d"].map((name) => [name, makeGate()]));
    const template = graphTemplate("a -> c, b -> c, c -> d", { run: (_t, _s, step) => gates.get(step.name)?.promise });
    const { engine } = await startEngine(database, [template], { concurrency: 1 });
    const { taskId } = await engine.submit(request);
    const viable = async () => (await discovery.findViableSteps(database, taskId)).map(({ name }) => name);
    const running = (name: string) =>
      until(
        () => engine.executions().some((one) => one.stepName === name && one.state === "executing"),
        `${name} runs`,
      );
    await running("a");
    // One that runs is not viable; one that is ready and waits for its turn is.
    expect(await viable()).toEqual(["b"]);
    gates.get("a")?.open();
    await running("b");
    expect(await viable()).toEqual([]);
    gates.get("b")?.open();
    await running("c");
    gates.get("c")?.open();
    await running("d");
    expect(await viable()).toEqual([]);
    gates.get("d")?.open();
    await engine.settled(taskId);
    expect(await viable()).toEqual([]);
  });

  test("runs independent steps at the same time, and the step that needs both after both", async () => {
    const gates = { a: makeGate(), b: makeGate() };
    const begun: string[] = [];
    const template = graphTemplate("a -> c, b -> c", {
      run: async (_task, _sequence, step) => {
        begun.push(step.name);
        if (step.name === "a") await gates.a.promise;
        if (step.name === "b") await gates.b.promise;
      },
    });
    const { engine, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await until(() => begun.length === 2, "both run");
    gates.a.open();
    await seen(({ name, stepName, taskId: of }) => of === taskId && name === "step.completed" && stepName === "a");
    expect(begun.toSorted()).toEqual(["a", "b"]);
    gates.b.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(begun.at(-1)).toBe("c");
  });

  test("starts what a finished step enables although a sibling of that step still runs", async () => {
    const gate = makeGate();
    const template = graphTemplate("slow, quick -> after", {
      run: (_task, _sequence, step) => (step.name === "slow" ? gate.promise : null),
    });
    const { engine, seen } = await startEngine(database, [template], { concurrency: 2 });
    const { taskId } = await engine.submit(request);
    await seen(({ name, stepName }) => name === "step.completed" && stepName === "after");
    expect(engine.executions()).toMatchObject([{ stepName: "slow", state: "executing" }]);
    gate.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test("keeps the step that joins pending while a branch waits for its retry, and is not blocked by that", async () => {
    const template = graphTemplate("a -> c, b -> c", {
      run: (_task, _sequence, step) => {
        if (step.name === "b" && step.attempt === 1) throw new Error("not yet");
        return null;
      },
    });
    const { engine, seen, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    const failed = seen(({ name }) => name === "step.failed");
    await Promise.all([failed, seen(({ name, stepName }) => name === "step.completed" && stepName === "a")]);
    expect(await readStep(database, taskId, "b")).toMatchObject({
      state: "error",
      attempts: 1,
      processed: false,
      in_process: false,
    });
    expect(await readStep(database, taskId, "c")).toMatchObject({ state: "pending", attempts: 0 });
    expect(await readState(database, taskId)).toBe("in_progress");
    const context = await TaskExecutionContext.find(database, taskId);
    expect(context?.execution_status).not.toBe("blocked_by_failures");
    expect(context).toMatchObject({ total_steps: 3, completed_steps: 1, failed_steps: 1, pending_steps: 1 });
    clock.advance(1_000);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
  });

  test("has one correlation id in all of its steps: the one of its request, or one of its own", async () => {
    const seen: string[] = [];
    const template = graphTemplate("a -> b, a -> c", { run: (task) => void seen.push(task.correlationId) });
    const { engine } = await startEngine(database, [template]);
    for (const more of [{ correlationId: "order-7" }, {}, {}]) {
      await engine.settled((await engine.submit({ ...request, ...more })).taskId);
    }
    expect(seen.slice(0, 3)).toEqual(["order-7", "order-7", "order-7"]);
    const [second = "", third = ""] = [seen[3], seen[6]];
    expect(seen.slice(3)).toEqual([second, second, second, third, third, third]);
    expect(second).not.toBe("");
    expect(second).not.toBe(third);
  });

  test("runs what can still run beside a step that failed for good, and ends in error", async () => {
    const template = graphTemplate("a -> b, c -> d, d -> e, b -> f, e -> f", {
      run: (_task, _sequence, step) => {
        if (step.name === "a") throw new PermanentError("never");
        return null;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    const states = await Promise.all(
      ["a", "b", "c", "d", "e", "f"].map(async (name) => (await readStep(database, taskId, name)).state),
    );
    expect(states).toEqual(["error", "pending", "complete", "complete", "complete", "pending"]);
  });
});
