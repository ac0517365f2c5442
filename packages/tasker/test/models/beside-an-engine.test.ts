import { expect, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import { TaskTransition, WorkflowStep, WorkflowStepTransition } from "../../src/models/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeGate, readStep, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const idOf = (step: Record<string, unknown>) => Number(step.workflow_step_id);

describeOnPostgres("moves that are made while an engine runs the task", () => {
  /** An engine with a task `a -> b, b -> c` of which `a` runs until the gate is opened. */
  const runFirstStep = async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const ran: string[] = [];
    const template = graphTemplate("a -> b, b -> c", {
      run: async (_task, _sequence, step) => {
        ran.push(step.name);
        if (step.name === "a") await gate.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(() => ran.length === 1, "the first step");
    return { database, engine, taskId, gate, ran };
  };

  test("a cancelled task: nothing more of it starts, and it belongs to nobody", async () => {
    const { database, engine, taskId, gate, ran } = await runFirstStep();
    await TaskTransition.append(database, taskId, "cancelled", { reason: "changed my mind" });
    gate.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "cancelled" });
    await engine.stop();
    expect(ran).toEqual(["a"]);
    expect(await database.query("select from tasker_task_runs where owner_id <> 0 or wake_at is not null")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("a step that was settled by hand is not run, and those that wait for it are", async () => {
    const { database, engine, taskId, gate, ran } = await runFirstStep();
    const b = idOf(await readStep(database, taskId, "b"));
    await WorkflowStepTransition.append(database, b, "resolved_manually", { resolved_by: "ada" });
    await WorkflowStep.update(database, b, { results: { by: "ada" } });
    gate.open();
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(ran).toEqual(["a", "c"]);
    expect(await readStep(database, taskId, "b")).toMatchObject({ state: "resolved_manually", processed: true });
    await expectCleanAuditTrail(database);
  });

  test("a failed task whose step was settled by hand goes on when it is moved back to `pending`", async () => {
    const database = await useDatabase(openTestDatabase);
    const ran: string[] = [];
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        ran.push(step.name);
        if (step.name === "a") throw new PermanentError("no");
      },
    });
    const { engine, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    const at = new Date(clock.now());
    const a = idOf(await readStep(database, taskId, "a"));
    await WorkflowStepTransition.append(database, a, "resolved_manually", {}, at);
    await TaskTransition.append(database, taskId, "pending", {}, at);
    await until(async () => {
      clock.advance(1_000);
      return (await TaskTransition.currentState(database, taskId)) === "complete";
    }, "the task to be taken up again");
    expect(ran).toEqual(["a", "b"]);
    await expectCleanAuditTrail(database);
  });
});
