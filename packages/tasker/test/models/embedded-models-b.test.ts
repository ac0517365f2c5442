import { expect, test } from "vitest";
import {
  queryBuilder,
  StepDagRelationship,
  TaskTransition,
  WorkflowStep,
  WorkflowStepEdge,
  WorkflowStepTransition,
} from "../../src/models/index.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { seedTask } from "./support/seed-task.ts";

const AT = new Date("2026-03-02T12:00:00Z");

describeEachDatabase("steps, edges and transitions", (open) => {
  // the short one first: it also waits for the embedded database to start
  test("a refused move leaves the caller's transaction usable", async () => {
    const database = await open();
    const { id } = await seedTask(database, "a");
    await database.transaction(async (transaction) => {
      await expect(WorkflowStepTransition.append(transaction, id("a"), "complete")).rejects.toMatchObject({
        code: "TASKER_INVALID_TRANSITION",
      });
      await WorkflowStepTransition.append(transaction, id("a"), "cancelled");
    });
    expect(await WorkflowStepTransition.currentState(database, id("a"))).toBe("cancelled");
  });

  test("are made, found, changed, moved, counted and deleted", async () => {
    const database = await open();
    const { taskId, namedTaskId } = await seedTask(database, "x");
    const template = (name: string, dependsOn: readonly string[] = []) => ({
      name,
      dependsOn,
      description: name,
      dependentSystem: "shop",
      retryable: true,
      retryLimit: 3,
      skippable: false,
    });
    const task = { task_id: taskId, named_task_id: namedTaskId, context: { n: 1 } };
    const templates = [template("a"), template("b", ["a"]), template("c", ["a"])];
    const steps = await WorkflowStep.getStepsForTask(database, task, templates, AT);
    expect(await WorkflowStep.getStepsForTask(database, task, templates)).toEqual(steps);
    const [a = 0, b = 0, c = 0] = steps.map((step) => step.workflow_step_id);

    await expect(WorkflowStepEdge.createEdge(database, b, a, "provides")).rejects.toMatchObject({
      context: { members: ["b", "a"] },
    });
    await expect(
      WorkflowStep.create(database, { task_id: taskId, named_step_id: steps[0]?.named_step_id ?? 0 }),
    ).rejects.toMatchObject({ code: "TASKER_RECORD_CONFLICT" });
    const edge = await WorkflowStepEdge.createEdge(database, b, c, "provides", AT);
    expect(await WorkflowStepEdge.update(database, edge.id, { name: "blocks" }, AT)).toEqual({
      ...edge,
      name: "blocks",
    });
    await WorkflowStepEdge.destroy(database, edge.id);

    await expect(WorkflowStepTransition.append(database, b, "in_progress")).rejects.toMatchObject({
      context: { unmet: ["a"] },
    });
    await WorkflowStepTransition.append(database, a, "in_progress", { execution_duration: "x" }, AT);
    await WorkflowStepTransition.append(database, a, "complete", { execution_duration: 2 }, AT);
    expect(await WorkflowStepTransition.initialize(database, b, AT)).toBe(true);
    expect(await WorkflowStepTransition.safeTransitionTo(database, b, "complete")).toBe(false);
    expect(await TaskTransition.initialize(database, taskId, AT)).toBe(true);
    await TaskTransition.append(database, taskId, "in_progress", { by: "ada" }, AT);
    expect(await TaskTransition.canTransitionTo(database, taskId, "complete")).toBe(false);

    const found = async (scope: typeof WorkflowStep.completed) => {
      const query = queryBuilder(database).selectFrom("tasker_workflow_steps").where(scope);
      return (await query.where(WorkflowStep.forTask(taskId)).select("workflow_step_id").execute()).length;
    };
    expect([await found(WorkflowStep.completed), await found(WorkflowStep.pending)]).toEqual([1, 3]);
    expect(await WorkflowStep.taskCompletionStats(database, taskId)).toMatchObject({
      completed_steps: 1,
      total_steps: 4,
      latest_completion_time: AT,
    });
    const where = WorkflowStepTransition.withMetadataValue("execution_duration", "x");
    expect(await WorkflowStepTransition.statistics(database, { where, now: AT })).toMatchObject({
      total_transitions: 1,
    });
    expect(await WorkflowStepTransition.statistics(database, { now: AT })).toMatchObject({
      total_transitions: 3,
      average_execution_time: 2,
    });
    expect(await TaskTransition.statistics(database, { now: AT })).toMatchObject({
      states: { in_progress: 1, pending: 1 },
    });
    const trail = await WorkflowStepTransition.history(database, a);
    expect([...(await WorkflowStepTransition.loadDurationsSincePrevious(database, trail)).values()]).toEqual([null, 0]);
    const row = await StepDagRelationship.find(database, b);
    expect(StepDagRelationship.parentStepIdsArray(row)).toEqual([a]);
    const siblings = queryBuilder(database)
      .selectFrom("tasker_step_dag_relationships")
      .where(StepDagRelationship.siblingsOf(b));
    expect(await siblings.select("workflow_step_id").execute()).toEqual([{ workflow_step_id: c }]);
    expect((await WorkflowStep.loadSiblings(database, steps)).get(b)?.map((step) => step.workflow_step_id)).toEqual([
      c,
    ]);

    await WorkflowStep.destroy(database, a);
    expect(await WorkflowStep.findMany(database, [a, b])).toEqual(new Map([[b, await WorkflowStep.find(database, b)]]));
  });
});
