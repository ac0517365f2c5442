import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { InvalidRecordError, RecordConflictError, RecordNotFoundError } from "../../../src/errors/index.ts";
import { WorkflowStep, WorkflowStepTransition } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { readRun, SEEDED_AT, seedEdge, seedTask } from "../support/seed-task.ts";

const AT = new Date("2026-03-02T12:00:00Z");

describeOnPostgres("WorkflowStep", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const typeIdOf = async (name: string, system = "unknown"): Promise<number> => {
    const [row] = await database.query(
      `with system as (
         insert into tasker_dependent_systems (name, created_at, updated_at) values ($2, $3, $3)
         on conflict (name) do update set updated_at = $3 returning dependent_system_id
       )
       insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at)
       select dependent_system_id, $1, $3, $3 from system
       on conflict (dependent_system_id, name) do update set updated_at = $3 returning named_step_id as id`,
      [name, system, AT],
    );
    return Number(row?.id);
  };

  test("is created, read, changed and deleted with its edges and transitions", async () => {
    const { taskId, id } = await seedTask(database, "a -> b", { run: { ownerId: 7, wakeAt: AT } });
    const made = await WorkflowStep.create(
      database,
      { task_id: taskId, named_step_id: await typeIdOf("made"), inputs: { n: [1] }, results: null },
      AT,
    );
    expect(made).toEqual({
      workflow_step_id: made.workflow_step_id,
      task_id: taskId,
      named_step_id: await typeIdOf("made"),
      retryable: true,
      retry_limit: 3,
      in_process: false,
      processed: false,
      processed_at: null,
      attempts: null,
      last_attempted_at: null,
      backoff_request_seconds: null,
      inputs: { n: [1] },
      results: null,
      created_at: AT,
      updated_at: AT,
      skippable: false,
    });
    expect(await WorkflowStep.find(database, made.workflow_step_id)).toEqual(made);
    const changed = await WorkflowStep.update(database, made.workflow_step_id, { retry_limit: null, attempts: 2 });
    expect(changed).toMatchObject({ retry_limit: null, attempts: 2, inputs: { n: [1] }, retryable: true });
    expect(await readRun(database, taskId)).toMatchObject({ revision: 2 });

    await WorkflowStep.addProvidesEdge(database, { workflow_step_id: id("b") }, made);
    await WorkflowStepTransition.append(database, id("b"), "cancelled");
    await WorkflowStep.destroy(database, id("b"));
    expect(await WorkflowStepTransition.history(database, id("b"))).toEqual([]);
    expect(await WorkflowStep.loadIncomingEdges(database, [made])).toEqual(new Map([[made.workflow_step_id, []]]));
    await expect(WorkflowStep.find(database, id("b"))).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(WorkflowStep.destroy(database, id("b"))).rejects.toBeInstanceOf(RecordNotFoundError);
    await expect(WorkflowStep.update(database, id("b"), {})).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test.each([
    [{ task_id: 0 }, "task_id", "0", "the id of an existing record, a whole number of 1 or more"],
    [{ attempts: 1.5 }, "attempts", "1.5", expect.stringContaining("a whole number")],
    [{ retryable: "yes" }, "retryable", '"yes"', "true or false"],
    [{ processed_at: "today" }, "processed_at", '"today"', "a valid Date"],
    [{ inputs: 1n }, "inputs", "1", expect.stringContaining("a JSON value that can be stored")],
    [{ status: "done" }, "status", '"done"', expect.stringContaining("no such attribute")],
  ])("refuses %o and names field, value and rule", async (input, field, value, rule) => {
    const { taskId } = await seedTask(database, "a");
    const refused = WorkflowStep.create(database, { task_id: taskId, named_step_id: 1, ...input } as never);
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, value, rule }] });
  });

  test("needs a task and a step type that exist", async () => {
    await expect(
      WorkflowStep.create(database, { task_id: 999_999, named_step_id: 5_000_000_000 }),
    ).rejects.toMatchObject({
      code: "TASKER_INVALID_RECORD",
      violations: [
        { field: "task_id", value: "999999", rule: "the id of an existing record" },
        { field: "named_step_id", value: "5000000000", rule: "the id of an existing record" },
      ],
    });
  });

  test("is there once for its type and its name within a task", async () => {
    const { taskId } = await seedTask(database, "a, b");
    const again = WorkflowStep.create(database, { task_id: taskId, named_step_id: await typeIdOf("a") });
    await expect(again).rejects.toBeInstanceOf(RecordConflictError);
    await expect(again).rejects.toMatchObject({
      context: {
        fields: ["task_id", "named_step_id"],
        violations: [
          { field: "named_step_id", rule: `unique among the steps of task ${taskId}` },
          { field: "name", value: '"a"' },
        ],
      },
    });
    const elsewhere = WorkflowStep.create(database, { task_id: taskId, named_step_id: await typeIdOf("a", "billing") });
    await expect(elsewhere).rejects.toMatchObject({
      message: `There is a WorkflowStep named "a" in task ${taskId} already`,
      context: { fields: ["task_id", "name"], violations: [{ field: "name" }] },
    });
    const other = await seedTask(database, "x");
    await WorkflowStep.create(database, { task_id: other.taskId, named_step_id: await typeIdOf("a") });
  });

  test("a change may not take the type of another step, but its own", async () => {
    const { id } = await seedTask(database, "a, b");
    const taken = WorkflowStep.update(database, id("b"), { named_step_id: await typeIdOf("a") });
    await expect(taken).rejects.toBeInstanceOf(RecordConflictError);
    await WorkflowStep.update(database, id("b"), { named_step_id: await typeIdOf("b", "billing") });
    await WorkflowStep.update(database, id("b"), { named_step_id: await typeIdOf("b") });
  });

  test("many that repeat one another are refused together", async () => {
    const { taskId } = await seedTask(database, "a");
    const types = [await typeIdOf("m"), await typeIdOf("n"), await typeIdOf("m", "billing")];
    const steps = types.map((named_step_id) => ({ task_id: taskId, named_step_id }));
    await expect(WorkflowStep.createMany(database, steps)).rejects.toMatchObject({ context: { value: "m" } });
    const made = await WorkflowStep.createMany(database, steps.slice(0, 2));
    expect(made.map((step) => step.named_step_id)).toEqual(types.slice(0, 2));
    expect(await WorkflowStep.createMany(database, [])).toEqual([]);
  });

  test("of ten who add the same step at once, one does", async () => {
    const types = [await typeIdOf("raced"), await typeIdOf("raced", "billing")];
    for (let round = 0; round < 5; round++) {
      const { taskId } = await seedTask(database, "a");
      const tries = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) =>
          WorkflowStep.create(database, { task_id: taskId, named_step_id: types[index % 2] ?? 0 }),
        ),
      );
      expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const attempt of tries) {
        if (attempt.status === "rejected") expect(attempt.reason).toBeInstanceOf(RecordConflictError);
      }
    }
  });

  test("what belongs to many steps is loaded with one query each; repeated edges repeat parents and children", async () => {
    const { taskId, namedTaskId, id } = await seedTask(database, "a -> c, b -> c, a -> d");
    await seedEdge(database, id("a"), id("c"));
    await WorkflowStepTransition.append(database, id("a"), "in_progress");
    const steps = [...(await WorkflowStep.findMany(database, ["a", "b", "c", "d"].map(id))).values()];
    const idsIn = (found: Map<number, { workflow_step_id: number }[]>, name: string) =>
      found.get(id(name))?.map((step) => step.workflow_step_id);
    expect(idsIn(await WorkflowStep.loadParents(database, steps), "c")).toEqual([id("a"), id("a"), id("b")]);
    expect(idsIn(await WorkflowStep.loadChildren(database, steps), "a")).toEqual([id("c"), id("c"), id("d")]);
    expect(idsIn(await WorkflowStep.loadSiblings(database, steps), "c")).toEqual([id("d")]);
    expect(idsIn(await WorkflowStep.loadSiblings(database, steps), "a")).toEqual([]);
    expect((await WorkflowStep.loadOutgoingEdges(database, steps)).get(id("b"))).toHaveLength(1);
    expect((await WorkflowStep.loadIncomingEdges(database, steps)).get(id("c"))).toHaveLength(3);
    expect((await WorkflowStep.loadTasks(database, steps)).get(taskId)).toMatchObject({ named_task_id: namedTaskId });
    expect([...(await WorkflowStep.loadNames(database, steps)).values()].sort()).toEqual(["a", "b", "c", "d"]);
    expect((await WorkflowStep.loadTransitions(database, steps)).get(id("a"))).toHaveLength(1);
    expect((await WorkflowStep.loadDagRelationships(database, steps)).get(id("c"))).toMatchObject({ parent_count: 3 });
    expect((await WorkflowStep.loadStatuses(database, steps)).get(id("a"))).toBe("in_progress");
    expect(await WorkflowStep.status(database, { workflow_step_id: id("b") })).toBe("pending");
    expect(await WorkflowStep.loadParents(database, [])).toEqual(new Map());
  });

  test("counts of a task: cancelled and running steps count as pending", async () => {
    const { taskId, id } = await seedTask(database, "a, b, c, d, e");
    await WorkflowStepTransition.append(database, id("a"), "resolved_manually", {}, SEEDED_AT);
    await WorkflowStepTransition.append(database, id("b"), "in_progress", {}, SEEDED_AT);
    await WorkflowStepTransition.append(database, id("b"), "complete", {}, AT);
    await WorkflowStepTransition.append(database, id("c"), "error");
    await WorkflowStepTransition.append(database, id("d"), "cancelled");
    expect(await WorkflowStep.taskCompletionStats(database, taskId)).toEqual({
      total_steps: 5,
      completed_steps: 2,
      failed_steps: 1,
      pending_steps: 2,
      latest_completion_time: AT,
      all_complete: false,
    });
    const done = await seedTask(database, "a");
    await WorkflowStepTransition.append(database, done.id("a"), "resolved_manually", {}, AT);
    const stats = await WorkflowStep.loadTaskCompletionStats(database, [taskId, done.taskId, 999_999]);
    expect(stats.get(done.taskId)).toMatchObject({ all_complete: true, latest_completion_time: AT });
    expect(stats.get(999_999)).toMatchObject({ total_steps: 0, all_complete: false, latest_completion_time: null });
  });

  test("a name is looked for in the given steps first, then in the rest of their tasks", async () => {
    const one = await seedTask(database, "a, b");
    const two = await seedTask(database, "b, c");
    const steps = [await WorkflowStep.find(database, two.id("b")), await WorkflowStep.find(database, one.id("a"))];
    const idOf = async (name: string | null) =>
      (await WorkflowStep.findStepByName(database, steps, name))?.workflow_step_id;
    expect(await idOf("a")).toBe(one.id("a"));
    expect(await idOf("b")).toBe(two.id("b"));
    expect(await idOf("c")).toBe(two.id("c"));
    expect(await idOf("nobody")).toBeUndefined();
    expect(await idOf(null)).toBeUndefined();
    expect(await WorkflowStep.findStepByName(database, [], "a")).toBeUndefined();
  });
});
