import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { InvalidRecordError, RecordNotFoundError } from "../../../src/errors/index.ts";
import { WorkflowStep } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { seedTask } from "../support/seed-task.ts";

const TEMPLATE = {
  name: "one",
  description: "says what it does",
  dependentSystem: "shop",
  dependsOn: [],
  retryable: true,
  retryLimit: 3,
  skippable: false,
};

describeOnPostgres("templates of steps that cannot be stored", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const openTask = async () => {
    const { taskId, namedTaskId } = await seedTask(database, "x");
    return { task_id: taskId, named_task_id: namedTaskId, context: {} };
  };
  const written = () =>
    database.query(
      `select (select count(*)::int from tasker_dependent_systems) as systems,
         (select count(*)::int from tasker_named_steps) as types, (select count(*)::int from tasker_workflow_steps) as steps`,
    );

  test.each([
    ["name", "n".repeat(129)],
    ["name", "a\u0000"],
    ["name", " "],
    ["dependentSystem", "s".repeat(65)],
    ["dependentSystem", "a\u0000"],
    ["dependentSystem", ""],
    ["retryLimit", 2 ** 31],
    ["retryLimit", 1.5],
    ["retryable", "yes"],
    ["skippable", null],
  ])("%s %j is refused before anything is written", async (field, value) => {
    const task = await openTask();
    const before = await written();
    await database.transaction(async (transaction) => {
      const refused = WorkflowStep.getStepsForTask(transaction, task, [TEMPLATE, { ...TEMPLATE, [field]: value }]);
      await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
      await expect(refused).rejects.toMatchObject({ violations: [{ field }] });
    });
    expect(await written()).toEqual(before);
  });

  test.each([
    ["named_task_id", 999],
    ["named_task_id", 2 ** 31],
    ["task_id", 999],
    ["task_id", 1.5],
  ])("%s %d of no record is refused, and nothing is written", async (field, value) => {
    const task = await openTask();
    const before = await written();
    const refused = WorkflowStep.getStepsForTask(database, { ...task, [field]: value }, [TEMPLATE]);
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, value: String(value) }] });
    expect(await written()).toEqual(before);
  });

  test("a single step of unknown type or with a limit out of range is refused", async () => {
    const task = await openTask();
    const untyped = WorkflowStep.buildDefaultStep(database, task, TEMPLATE, 999);
    await expect(untyped).rejects.toMatchObject({ violations: [{ field: "named_step_id", value: "999" }] });
    const limit = WorkflowStep.buildDefaultStep(database, task, { ...TEMPLATE, retryLimit: 2 ** 31 }, 1);
    await expect(limit).rejects.toMatchObject({ violations: [{ field: "retry_limit" }] });
  });

  test("names that no step can have are those of no step", async () => {
    const { id } = await seedTask(database, "a");
    const steps = [await WorkflowStep.find(database, id("a"))];
    const wired = WorkflowStep.setUpDependentSteps(database, steps, [{ name: "a\u0000", dependsOn: ["a"] }]);
    await expect(wired).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test("the description is not copied to the step type", async () => {
    await WorkflowStep.getStepsForTask(database, await openTask(), [{ ...TEMPLATE, name: "described" }]);
    const types = await database.query("select description from tasker_named_steps where name = 'described'");
    expect(types).toEqual([{ description: null }]);
  });
});
