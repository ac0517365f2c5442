import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { RecordConflictError, RecordInUseError } from "../../../src/errors/index.ts";
import { DependentSystem, NamedStep, NamedTask, NamedTasksNamedStep, queryBuilder } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const AT = new Date("2026-03-01T12:00:00Z");

describeOnPostgres("NamedStep", () => {
  let database: Database;
  let system: DependentSystem.DependentSystemRow;
  beforeAll(async () => {
    database = await openTestDatabase();
    system = await DependentSystem.create(database, { name: "crm" });
    return () => database.close();
  });

  test("is unique by its name within a system", async () => {
    const other = await DependentSystem.create(database, { name: "erp" });
    const { dependent_system_id } = system;
    const made = await NamedStep.create(database, { name: "notify", dependent_system_id, description: "d" }, AT);
    expect(made).toMatchObject({ name: "notify", dependent_system_id, description: "d", created_at: AT });
    await NamedStep.create(database, { name: "notify", dependent_system_id: other.dependent_system_id });
    await expect(NamedStep.create(database, { name: "notify", dependent_system_id })).rejects.toBeInstanceOf(
      RecordConflictError,
    );
    const systems = await NamedStep.loadDependentSystems(database, [made]);
    expect(systems.get(dependent_system_id)).toEqual(system);
  });

  test.each([
    [{ name: "", dependent_system_id: 1 }, "name", "a text that is not blank"],
    [{ name: "n".repeat(129), dependent_system_id: 1 }, "name", "at most 128 characters"],
    [{ name: "n", dependent_system_id: 99 }, "dependent_system_id", "the id of an existing record"],
    [{ name: "n", dependent_system_id: 0 }, "dependent_system_id", expect.stringContaining("id of an existing")],
  ])("refuses %j", async (input, field, rule) => {
    await expect(NamedStep.create(database, input)).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test("are made from templates, in their order, with their systems, once", async () => {
    const templates = [
      { name: "c", dependentSystem: "new-2", description: "not copied" },
      { name: "a", dependentSystem: "new-1" },
      { name: "a", dependentSystem: "new-2" },
      { name: "c", dependentSystem: "new-2" },
    ];
    const all = await Promise.all(
      Array.from({ length: 3 }, () => NamedStep.createNamedStepsFromTemplates(database, templates, AT)),
    );
    const [steps = []] = all;
    expect(steps.map((row) => [row.name, row.description])).toEqual([
      ["c", null],
      ["a", null],
      ["a", null],
      ["c", null],
    ]);
    expect(steps[3]).toEqual(steps[0]);
    expect(steps[2]).not.toEqual(steps[1]);
    expect(all[1]).toEqual(steps);
    expect(all[2]).toEqual(steps);
    const systems = await NamedStep.loadDependentSystems(database, steps);
    expect(steps.map((row) => systems.get(row.dependent_system_id)?.name)).toEqual([
      "new-2",
      "new-1",
      "new-2",
      "new-2",
    ]);
    expect(await NamedStep.createNamedStepsFromTemplates(database, [])).toEqual([]);
  });

  test("a template without a name is refused before anything is written", async () => {
    const templates = [
      { name: "x", dependentSystem: "unborn" },
      { name: "", dependentSystem: "unborn" },
    ];
    await expect(NamedStep.createNamedStepsFromTemplates(database, templates)).rejects.toMatchObject({
      violations: [{ field: "name" }],
    });
    expect(await DependentSystem.findByName(database, "unborn")).toBeUndefined();
  });
});

describeOnPostgres("NamedTasksNamedStep", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });

  const makeEnds = async (name: string) => {
    const namedTask = await NamedTask.findOrCreateByFullName(database, { name });
    const [namedStep] = await NamedStep.createNamedStepsFromTemplates(database, [{ name, dependentSystem: "unknown" }]);
    if (namedStep === undefined) throw new Error("the step was made");
    return {
      namedTask,
      namedStep,
      ids: { named_task_id: namedTask.named_task_id, named_step_id: namedStep.named_step_id },
    };
  };

  test("takes the reference's defaults, is changed, and both ends are unique together", async () => {
    const { ids } = await makeEnds("defaults");
    const link = await NamedTasksNamedStep.create(database, ids, AT);
    expect(link).toMatchObject({ ...ids, skippable: false, default_retryable: true, default_retry_limit: 3 });
    await expect(NamedTasksNamedStep.create(database, ids)).rejects.toMatchObject({
      code: "TASKER_RECORD_CONFLICT",
      context: { fields: ["named_task_id", "named_step_id"], values: [ids.named_task_id, ids.named_step_id] },
    });
    const changed = await NamedTasksNamedStep.update(database, link.id, { default_retry_limit: 5 }, AT);
    expect(changed).toEqual({ ...link, default_retry_limit: 5 });
    const skippable = { ...link, skippable: true, default_retry_limit: 5 };
    expect(await NamedTasksNamedStep.update(database, link.id, { skippable: true }, AT)).toEqual(skippable);
  });

  test.each([
    [{ default_retry_limit: 1.5 }, "default_retry_limit"],
    [{ skippable: "yes" }, "skippable"],
    [{ named_step_id: 999 }, "named_step_id"],
  ])("refuses %j", async (given, field) => {
    const { ids } = await makeEnds("refused");
    const input: object = { ...ids, ...given };
    const refused = NamedTasksNamedStep.create(database, input as typeof ids);
    await expect(refused).rejects.toMatchObject({ violations: [{ field }] });
  });

  test("is found or made for a pair; one that is there is left as it is", async () => {
    const { namedTask, namedStep } = await makeEnds("pair");
    const link = await NamedTasksNamedStep.findOrCreate(database, namedTask, namedStep, { default_retry_limit: 7 });
    expect(link).toMatchObject({ skippable: false, default_retryable: true, default_retry_limit: 7 });
    expect(await NamedTasksNamedStep.findOrCreate(database, namedTask, namedStep, { skippable: true })).toEqual(link);
  });

  test("a template is associated by the name of its step, whatever system that talks to", async () => {
    const namedTask = await NamedTask.findOrCreateByFullName(database, { name: "associated" });
    const template = { name: "pay", dependentSystem: "bank", retryable: false, retryLimit: 2, skippable: true };
    const link = await NamedTasksNamedStep.associateNamedStepWithNamedTask(database, namedTask, template, AT);
    expect(link).toMatchObject({ default_retryable: false, default_retry_limit: 2, skippable: true, created_at: AT });
    const other = { ...template, dependentSystem: "other bank", retryLimit: 9 };
    const task = { named_task_id: namedTask.named_task_id, task_id: 1 };
    expect(await NamedTasksNamedStep.associateNamedStepWithNamedTask(database, task, other)).toEqual(link);
    expect(await DependentSystem.findByName(database, "other bank")).toBeUndefined();
  });

  test("those of a named task are selected, and their ends loaded and named", async () => {
    const { namedTask, namedStep } = await makeEnds("ends");
    const link = await NamedTasksNamedStep.findOrCreate(database, namedTask, namedStep);
    const query = queryBuilder(database)
      .selectFrom("tasker_named_tasks_named_steps")
      .selectAll()
      .where(NamedTasksNamedStep.namedStepsForNamedTask(namedTask.named_task_id));
    expect(query.compile().sql).toMatchInlineSnapshot(
      `"select * from "tasker_named_tasks_named_steps" where "tasker_named_tasks_named_steps"."named_task_id" = $1"`,
    );
    const links = await query.execute();
    expect(links).toEqual([link]);
    const namedTasks = await NamedTasksNamedStep.loadNamedTasks(database, links);
    const namedSteps = await NamedTasksNamedStep.loadNamedSteps(database, links);
    expect(NamedTasksNamedStep.taskName(link, namedTasks)).toBe("ends");
    expect(NamedTasksNamedStep.stepName(link, namedSteps)).toBe("ends");
    await expect(NamedStep.destroy(database, namedStep.named_step_id)).rejects.toBeInstanceOf(RecordInUseError);
    await expect(NamedTask.destroy(database, namedTask.named_task_id)).rejects.toBeInstanceOf(RecordInUseError);
    await NamedTasksNamedStep.destroy(database, link.id);
    await NamedStep.destroy(database, namedStep.named_step_id);
  });
});
