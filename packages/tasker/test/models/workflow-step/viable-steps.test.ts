import { beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { WorkflowStep, WorkflowStepTransition } from "../../../src/models/index.ts";
import { dummyTask, tasksInState } from "../../../src/testing/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

describeOnPostgres("viable steps of the dummy workflow", () => {
  let database: Database;
  beforeEach(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });

  const seed = async () => {
    const shape = dummyTask();
    const seeds = [{ template: shape, context: shape.context }];
    const [task] = await tasksInState(database, seeds, { style: "reference" });
    if (task === undefined) throw new Error("a task was made");
    const { taskId, stepIds } = task;
    const nameOf = new Map(Object.entries(stepIds).map(([name, id]) => [id, name]));
    const sequence = [...nameOf.keys()].sort((a, b) => b - a).map((id) => ({ workflow_step_id: id }));
    const viable = async () => {
      const found = await WorkflowStep.getViableSteps(database, taskId, sequence);
      return found.map((step) => nameOf.get(step.workflow_step_id));
    };
    return { taskId, viable, stepOf: (name: string) => stepIds[name] ?? 0 };
  };

  test("go from the roots to the last step as parents complete, in the order of the sequence", async () => {
    const { viable, stepOf } = await seed();
    const complete = async (name: string) => {
      await WorkflowStepTransition.append(database, stepOf(name), "in_progress");
      await WorkflowStepTransition.append(database, stepOf(name), "complete");
    };
    expect(await viable()).toEqual(["step-two", "step-one"]);
    await complete("step-one");
    await complete("step-two");
    expect(await viable()).toEqual(["step-three"]);
    await complete("step-three");
    expect(await viable()).toEqual(["step-four"]);
    await complete("step-four");
    expect(await viable()).toEqual([]);
  });

  test("leave out steps that run, that were cancelled, and that wait for a backoff", async () => {
    const { viable, stepOf } = await seed();
    await WorkflowStepTransition.append(database, stepOf("step-one"), "in_progress");
    expect(await viable()).toEqual(["step-two"]);
    await WorkflowStep.update(database, stepOf("step-two"), {
      backoff_request_seconds: 3_600,
      last_attempted_at: new Date(),
    });
    expect(await viable()).toEqual([]);
    await WorkflowStepTransition.append(database, stepOf("step-two"), "cancelled");
    expect(await viable()).toEqual([]);
  });

  test("of an empty sequence, and of steps of other tasks, there are none", async () => {
    const first = await seed();
    const second = await seed();
    expect(await WorkflowStep.getViableSteps(database, first.taskId, [])).toEqual([]);
    const foreign = [{ workflow_step_id: second.stepOf("step-one") }];
    expect(await WorkflowStep.getViableSteps(database, first.taskId, foreign)).toEqual([]);
  });
});
