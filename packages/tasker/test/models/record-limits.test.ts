import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { InvalidRecordError, RecordNotFoundError } from "../../src/errors/index.ts";
import {
  NamedTask,
  TaskNamespace,
  TaskTransition,
  WorkflowStep,
  WorkflowStepEdge,
  WorkflowStepTransition,
} from "../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { seedTask } from "./support/seed-task.ts";

const FIRST = Date.UTC(-4713, 10, 24);
const LAST = 8.64e15;

describeOnPostgres("what a record cannot hold", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });

  test.each([FIRST, LAST - 1])("the moment %i is stored as it is", async (ms) => {
    const { id } = await seedTask(database, "a");
    const at = new Date(ms);
    await WorkflowStep.update(database, id("a"), { processed_at: at }, at);
    expect(await WorkflowStep.find(database, id("a"))).toMatchObject({ processed_at: at, updated_at: at });
  });

  test.each([Number.NaN, -LAST, FIRST - 1, LAST])("the moment %d is refused", async (ms) => {
    const { id, taskId } = await seedTask(database, "a, b", { run: { ownerId: 7, wakeAt: null } });
    const at = new Date(ms);
    const dated = WorkflowStep.update(database, id("a"), { processed_at: at });
    await expect(dated).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(dated).rejects.toMatchObject({ violations: [{ field: "processed_at" }] });
    const { task_namespace_id: key } = await TaskNamespace.findOrCreateDefault(database);
    const edge = { from_step_id: id("a"), to_step_id: id("b"), name: "x" };
    await database.transaction(async (transaction) => {
      for (const ask of [
        () => TaskNamespace.create(transaction, { name: "x" }, at),
        () => TaskNamespace.createMany(transaction, [{ name: "x" }], at),
        () => TaskNamespace.findOrCreateByName(transaction, "x", at),
        () => TaskNamespace.update(transaction, key, { name: "x" }, at),
        () => WorkflowStep.update(transaction, id("a"), { attempts: 1 }, at),
        () => WorkflowStepEdge.createMany(transaction, [edge], at),
        () => WorkflowStepTransition.append(transaction, id("a"), "in_progress", {}, at),
        () => TaskTransition.append(transaction, taskId, "in_progress", {}, at),
        () => TaskTransition.initialize(transaction, taskId, at),
      ]) {
        const refused = ask();
        await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
        await expect(refused).rejects.toMatchObject({ violations: [{ field: "at" }] });
      }
    });
    expect(await database.query("select revision from tasker_task_runs where task_id = $1", [taskId])).toEqual([
      { revision: 0 },
    ]);
    expect(await TaskNamespace.findByName(database, "x")).toBeUndefined();
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 63])("no record has the key %d", async (key) => {
    await database.transaction(async (transaction) => {
      for (const ask of [
        () => TaskNamespace.find(transaction, key),
        () => TaskNamespace.update(transaction, key, { name: "x" }),
        () => TaskNamespace.destroy(transaction, key),
        () => NamedTask.updateConfig(transaction, key, {}),
        () => WorkflowStep.update(transaction, key, { attempts: 1 }),
        () => WorkflowStep.destroy(transaction, key),
        () => WorkflowStepEdge.destroy(transaction, key),
        () => WorkflowStepTransition.append(transaction, key, "in_progress"),
        () => TaskTransition.currentState(transaction, key),
        () => TaskTransition.initialize(transaction, key),
      ]) {
        await expect(ask()).rejects.toBeInstanceOf(RecordNotFoundError);
      }
      const made = await TaskNamespace.findOrCreateDefault(transaction);
      const found = await TaskNamespace.findMany(transaction, [key, made.task_namespace_id]);
      expect(found).toEqual(new Map([[made.task_namespace_id, made]]));
    });
  });
});
