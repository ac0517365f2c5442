import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { PermanentError } from "../../src/errors/index.ts";
import { WorkflowStepTransition } from "../../src/models/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readHistory,
  readStep,
  readTransitions,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { createRailsTask } from "../support/rails-rows.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

async function cancel(database: Database, taskId: number, name: string): Promise<void> {
  const { workflow_step_id: stepId } = await readStep(database, taskId, name);
  await WorkflowStepTransition.append(database, Number(stepId), "cancelled", { actor: "me" });
}

const statesOf = async (database: Database, taskId: number, names: string) =>
  Promise.all(
    names.split(" ").map(async (name) => `${name} ${String((await readStep(database, taskId, name)).state)}`),
  );

describeEachDatabase("a step that is cancelled", (open) => {
  test("before the task runs takes along what waits for it, in one commit; the rest runs, the task is cancelled", async () => {
    const database = await useDatabase(open);
    const { engine } = makeEngine(database, [graphTemplate("a -> b, b -> c, x -> c, c -> d, x -> y")]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await cancel(database, taskId, "b");
    await engine.start();
    expect(await engine.settled(taskId)).toMatchObject({ state: "cancelled" });
    expect(await statesOf(database, taskId, "a b c d x y")).toEqual([
      "a complete",
      "b cancelled",
      "c cancelled",
      "d cancelled",
      "x complete",
      "y complete",
    ]);
    const [c] = await readTransitions(database, taskId, "c");
    const [d] = await readTransitions(database, taskId, "d");
    expect([c?.metadata, d?.metadata]).toEqual([
      expect.objectContaining({ cancelled_with: "b", reason: "depends on b, which was cancelled" }),
      expect.objectContaining({ cancelled_with: "b" }),
    ]);
    expect(c?.created_at).toEqual(d?.created_at);
    expect(await readHistory(database, taskId)).toContain("task in_progress > cancelled");
    expect(await database.query("select from tasker_task_runs where owner_id <> 0 or wake_at is not null")).toEqual([]);
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a step that is cancelled", () => {
  test("and skippable, like all that waits for it, does not keep the task from completing", async () => {
    const database = await useDatabase(openTestDatabase);
    const skippable = { skippable: true };
    const { engine } = makeEngine(database, [
      graphTemplate("a -> b, b -> c", { steps: { b: skippable, c: skippable } }),
    ]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await cancel(database, taskId, "b");
    await engine.start();
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await statesOf(database, taskId, "a b c")).toEqual(["a complete", "b cancelled", "c cancelled"]);
    await expectCleanAuditTrail(database);
  });

  test("while its task runs is noticed at the next commit", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const started = makeGate();
    const template = graphTemplate("a -> b, b -> c", {
      run: async () => {
        started.open();
        await gate.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await started.promise;
    await cancel(database, taskId, "b");
    gate.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "cancelled" });
    expect(await statesOf(database, taskId, "a b c")).toEqual(["a complete", "b cancelled", "c cancelled"]);
    await expectCleanAuditTrail(database);
  });

  test("by a Rails process, which raises no revision, is noticed when it would start", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const started = makeGate();
    const template = graphTemplate("a -> b, b -> c", {
      run: async () => {
        started.open();
        await gate.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await started.promise;
    const { workflow_step_id: stepId } = await readStep(database, taskId, "b");
    await transitionAsRails(database, { stepId }, "cancelled");
    gate.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "cancelled" });
    expect(await statesOf(database, taskId, "a b c")).toEqual(["a complete", "b cancelled", "c cancelled"]);
    await expectCleanAuditTrail(database);
  });

  test("in a task of a Rails process, where it would wait for ever, ends the task when it is adopted", async () => {
    const database = await useDatabase(openTestDatabase);
    const { clock } = await startEngine(database, [graphTemplate("a -> b")], { adopt: { sourceSystems: ["unknown"] } });
    const taskId = await createRailsTask(database, {
      steps: [
        { name: "a", rows: [{ to: "cancelled", sortKey: 10 }] },
        { name: "b", dependsOn: ["a"] },
      ],
    });
    await until(async () => {
      clock.advance(500);
      return (await readHistory(database, taskId)).includes("task pending > cancelled");
    }, "the end of the task");
    expect(await statesOf(database, taskId, "a b")).toEqual(["a cancelled", "b cancelled"]);
    await expectCleanAuditTrail(database);
  });

  test("beside one that failed leaves the task in error, for the failed one can be retried", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b, x", {
      run: (_task, _sequence, step) => {
        if (step.name === "x") throw new PermanentError("no");
      },
    });
    const { engine } = makeEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await cancel(database, taskId, "a");
    await engine.start();
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await statesOf(database, taskId, "a b x")).toEqual(["a cancelled", "b cancelled", "x error"]);
    await expectCleanAuditTrail(database);
  });

  test("beside one that waits for its retry does not end the task before that", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b, x -> y", {
      run: (_task, _sequence, step) => {
        if (step.name === "x" && step.attempt === 1) throw new Error("once");
      },
    });
    const { engine, clock, seen } = makeEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await cancel(database, taskId, "a");
    await engine.start();
    await seen(({ name }) => name === "step.failed");
    await until(() => {
      clock.advance(1_000);
      return readStep(database, taskId, "y").then(({ state }) => state === "complete");
    }, "the branch beside it");
    expect(await engine.settled(taskId)).toMatchObject({ state: "cancelled" });
    await expectCleanAuditTrail(database);
  });
});
