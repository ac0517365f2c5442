import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import {
  CyclicGraphError,
  RecordConflictError,
  RecordNotFoundError,
  UnknownDependencyError,
} from "../../../src/errors/index.ts";
import { WorkflowStep, WorkflowStepEdge } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { seedTask } from "../support/seed-task.ts";

const AT = new Date("2026-03-02T12:00:00Z");

function template(name: string, dependsOn: readonly string[] = [], rest: Partial<WorkflowStep.StepTemplate> = {}) {
  const defaults = { description: name, dependentSystem: "shop", retryable: true, retryLimit: 3, skippable: false };
  return { ...defaults, name, dependsOn, ...rest };
}

const DUMMY = [
  template("one", [], { retryLimit: 5, retryable: false, skippable: true }),
  template("two"),
  template("three", ["two"]),
  template("four", ["one", "three"]),
];

describeOnPostgres("steps of a task from templates", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  /** A task without steps. */
  const openTask = async () => {
    const { taskId, namedTaskId } = await seedTask(database, "x");
    await database.query("delete from tasker_workflow_steps where task_id = $1", [taskId]);
    return { task_id: taskId, named_task_id: namedTaskId, context: { order: 7 } };
  };
  const build = async (task: WorkflowStep.TaskToBuild, templates: readonly WorkflowStep.StepTemplate[]) => {
    const steps = await WorkflowStep.getStepsForTask(database, task, templates, AT);
    const names = await WorkflowStep.loadNames(database, steps);
    const edges = await WorkflowStep.loadIncomingEdges(database, steps);
    const nameOf = (id: number) => names.get(id);
    return {
      steps,
      names: steps.map((step) => nameOf(step.workflow_step_id)),
      parents: steps.map((step) =>
        edges
          .get(step.workflow_step_id)
          ?.map((edge) => nameOf(edge.from_step_id))
          .sort(),
      ),
    };
  };
  const count = async (table: string) => Number((await database.query(`select count(*) as n from ${table}`))[0]?.n);

  test("are made in the order of the templates, pending, with what these say, and wired", async () => {
    const task = await openTask();
    const built = await build(task, DUMMY);
    expect(built.names).toEqual(["one", "two", "three", "four"]);
    expect(built.parents).toEqual([[], [], ["two"], ["one", "three"]]);
    expect(built.steps[0]).toMatchObject({
      task_id: task.task_id,
      retryable: false,
      retry_limit: 5,
      skippable: true,
      in_process: false,
      processed: false,
      attempts: 0,
      inputs: { order: 7 },
      results: {},
    });
    expect([...(await WorkflowStep.loadStatuses(database, built.steps)).values()]).toEqual(Array(4).fill("pending"));
    expect(
      await database.query(
        `select n.name, j.skippable, j.default_retryable, j.default_retry_limit
         from tasker_named_tasks_named_steps j join tasker_named_steps n using (named_step_id)
         where j.named_task_id = $1 and n.name = 'one'`,
        [task.named_task_id],
      ),
    ).toEqual([{ name: "one", skippable: true, default_retryable: false, default_retry_limit: 5 }]);
  });

  test("are made once, whoever asks again or at the same moment", async () => {
    const task = await openTask();
    const tries = await Promise.all(
      Array.from({ length: 4 }, () => WorkflowStep.getStepsForTask(database, task, DUMMY)),
    );
    const [first, ...others] = tries.map((steps) => steps.map((step) => step.workflow_step_id));
    for (const ids of others) expect(ids).toEqual(first);
    const tables = ["tasker_workflow_steps", "tasker_workflow_step_edges", "tasker_named_tasks_named_steps"];
    const before = await Promise.all(tables.map(count));
    await WorkflowStep.getStepsForTask(database, task, DUMMY);
    expect(await Promise.all(tables.map(count))).toEqual(before);
  });

  test("what is missing is added to what is there", async () => {
    const task = await openTask();
    const partial = await build(task, DUMMY.slice(0, 2));
    const whole = await build(task, DUMMY);
    expect(whole.steps.slice(0, 2)).toEqual(partial.steps);
    expect(whole.parents).toEqual([[], [], ["two"], ["one", "three"]]);
  });

  test("templates of one name are one step, that of the first", async () => {
    const task = await openTask();
    const built = await build(task, [template("same"), template("same", [], { dependentSystem: "other" })]);
    expect(new Set(built.steps.map((step) => step.workflow_step_id)).size).toBe(1);
    expect(built.steps).toHaveLength(2);
  });

  test("a task type that has a link to a step type of the name keeps it", async () => {
    const task = await openTask();
    await build(task, [template("linked")]);
    const other = await openTask();
    await build(other, [template("linked", [], { dependentSystem: "elsewhere" })]);
    const links = await database.query(
      `select d.name from tasker_named_tasks_named_steps j join tasker_named_steps n using (named_step_id)
       join tasker_dependent_systems d using (dependent_system_id) where n.name = 'linked'`,
    );
    expect(links).toEqual([{ name: "shop" }]);
  });

  test("a step of the name under another system is a conflict", async () => {
    const task = await openTask();
    await build(task, [template("taken")]);
    const again = WorkflowStep.getStepsForTask(database, task, [
      template("taken", [], { dependentSystem: "elsewhere" }),
    ]);
    await expect(again).rejects.toBeInstanceOf(RecordConflictError);
  });

  test("an unknown dependency, or a cycle, is refused and nothing is written", async () => {
    const task = await openTask();
    const before = await count("tasker_named_steps");
    const unknown = WorkflowStep.getStepsForTask(database, task, [template("u1"), template("u2", ["nobody"])]);
    await expect(unknown).rejects.toBeInstanceOf(UnknownDependencyError);
    await expect(unknown).rejects.toMatchObject({ context: { step: "u2", dependency: "nobody" } });
    const cyclic = WorkflowStep.getStepsForTask(database, task, [template("u1", ["u2"]), template("u2", ["u1"])]);
    await expect(cyclic).rejects.toBeInstanceOf(CyclicGraphError);
    expect(await count("tasker_named_steps")).toBe(before);
    expect(await WorkflowStep.taskCompletionStats(database, task.task_id)).toMatchObject({ total_steps: 0 });
  });

  test("edges are set up for steps that are there, with those of the rest of the task", async () => {
    const { id } = await seedTask(database, "a, b, c");
    const some = [await WorkflowStep.find(database, id("a")), await WorkflowStep.find(database, id("b"))];
    const wiring = [{ name: "b", dependsOn: ["a", "c", "a"] }];
    const made = await WorkflowStep.setUpDependentSteps(database, some, wiring);
    expect(made.map((edge) => [edge.from_step_id, edge.to_step_id, edge.name])).toEqual([
      [id("a"), id("b"), "provides"],
      [id("c"), id("b"), "provides"],
    ]);
    expect(await WorkflowStep.setUpDependentSteps(database, some, wiring)).toEqual([]);
    const stray = WorkflowStep.setUpDependentSteps(database, some, [{ name: "nobody", dependsOn: ["a"] }]);
    await expect(stray).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test("a wide template takes as many queries as a narrow one", async () => {
    const asked = async (width: number) => {
      const names = Array.from({ length: width }, (_, index) => `w${index}`);
      const task = await openTask();
      let queries = 0;
      await database.transaction(async (transaction) => {
        const counting = {
          execute: (sql: string) => transaction.execute(sql),
          query: (sql: string, parameters?: readonly unknown[]) => {
            queries++;
            return transaction.query(sql, parameters);
          },
          run: ((statement, parameters) => {
            queries++;
            return transaction.run(statement, parameters);
          }) as typeof transaction.run,
        };
        const templates = [template("root"), ...names.map((name) => template(name, ["root"])), template("join", names)];
        await WorkflowStep.getStepsForTask(counting, task, templates);
      });
      return queries;
    };
    expect(await asked(200)).toBe(await asked(2));
  });

  test("is planned for the lists it gets: of what takes them only the lock is prepared", async () => {
    const task = await openTask();
    const prepared = await database.transaction(async (transaction) => {
      await WorkflowStep.getStepsForTask(transaction, task, DUMMY);
      return transaction.query("select name from pg_prepared_statements where statement like '%unnest%' order by name");
    });
    expect(prepared).toEqual([{ name: "lock_steps_of_tasks" }]);
  });

  test("one step is built as it is before it has run", async () => {
    const task = await openTask();
    const { steps } = await build(await openTask(), [template("single")]);
    const type = steps[0]?.named_step_id ?? 0;
    const step = await WorkflowStep.buildDefaultStep(
      database,
      task,
      template("single", [], { retryLimit: 9 }),
      type,
      AT,
    );
    expect(step).toMatchObject({
      task_id: task.task_id,
      retry_limit: 9,
      attempts: 0,
      inputs: { order: 7 },
      results: {},
    });
    expect(await WorkflowStepEdge.findMany(database, [])).toEqual(new Map());
  });
});
