import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Connection, Database } from "../../../src/database/database.ts";
import { RecordInUseError, RecordNotFoundError } from "../../../src/errors/index.ts";
import { Task } from "../../../src/models/index.ts";
import { describeOnPostgres, emptyDatabase, openTestDatabase } from "../../support/test-database.ts";
import { untilBlocked } from "../until-blocked.ts";
import { drawTask, insertEdge, sketch, type TaskSketch } from "./task-world.ts";

/** The same connection, and how many statements it was sent. */
function counting(connection: Connection): Connection & { readonly count: () => number } {
  let count = 0;
  return {
    count: () => count,
    run(statement, parameters) {
      count += 1;
      return connection.run(statement, parameters);
    },
    execute(sql) {
      count += 1;
      return connection.execute(sql);
    },
    query(sql, parameters) {
      count += 1;
      return connection.query(sql, parameters);
    },
  };
}

const full: Partial<TaskSketch> = {
  name: "full",
  namespace: "n",
  version: "1.0.0",
  moves: [
    ["in_progress", 1],
    ["complete", 5],
  ],
  steps: [
    [["complete", 1]],
    [
      ["in_progress", 1],
      ["resolved_manually", 2],
    ],
    [["complete", 3]],
  ],
  annotations: [
    { type: "a", value: { x: 1 } },
    { type: "b", value: null },
    { type: "a", value: 2 },
  ],
};

describeOnPostgres("what belongs to a task", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  beforeEach(() => emptyDatabase(database));

  const draw = (given: Partial<TaskSketch>) => drawTask(database, sketch(given));

  test("is loaded for any number of tasks with the same number of queries", async () => {
    const tasks = [await draw(full), await draw({}), await draw(full)];
    const one = counting(database);
    const [associated] = await Task.loadAssociated(one, tasks.slice(0, 1));
    const three = counting(database);
    const all = await Task.loadAssociated(three, tasks.toReversed());
    expect(three.count()).toBe(one.count());
    expect(all.map(({ task }) => task)).toEqual(tasks.toReversed());
    expect(all[2]).toEqual(associated);
    expect(await Task.loadAssociated(three, [])).toEqual([]);

    if (associated === undefined) throw new Error("one task was given");
    expect(associated.namedTask).toMatchObject({ name: "full", version: "1.0.0" });
    expect(associated.namespace.name).toBe("n");
    expect(associated.transitions.map((row) => row.to_state)).toEqual(["in_progress", "complete"]);
    expect(associated.annotations.map(({ annotation, type }) => [type.name, annotation.annotation])).toEqual([
      ["a", { x: 1 }],
      ["b", null],
      ["a", 2],
    ]);
    const [s0, s1, s2] = associated.steps.map(({ step }) => step);
    expect(associated.steps.map(({ namedStep, parents, children }) => [namedStep.name, parents, children])).toEqual([
      ["s0", [], [s1]],
      ["s1", [s0], [s2]],
      ["s2", [s1], []],
    ]);
  });

  test("edges to steps of other tasks, and edges that are there twice", async () => {
    const tasks = [await draw({ steps: [[], []] }), await draw({ steps: [[]] })];
    const steps = await Task.loadWorkflowSteps(database, tasks);
    const [first, second, other] = tasks.flatMap((task) => steps.get(task.task_id) ?? []);
    await insertEdge(database, first?.workflow_step_id, second?.workflow_step_id);
    await insertEdge(database, second?.workflow_step_id, other?.workflow_step_id);
    const [associated] = await Task.loadAssociated(database, tasks.slice(0, 1));
    expect(associated?.steps.map(({ parents, children }) => [parents, children])).toEqual([
      [[], [second]],
      [[first], [other]],
    ]);
  });

  test("names, states, steps by name and completeness are looked up", async () => {
    const tasks = [await draw(full), await draw({ steps: [[["complete", 1]], []] }), await draw({})];
    const [done, half, empty] = tasks;
    if (done === undefined || half === undefined || empty === undefined) throw new Error("three were drawn");
    const byPlace = <V>(found: ReadonlyMap<number, V>) => tasks.map((task) => found.get(task.task_id));

    expect(byPlace(await Task.loadNames(database, tasks))[0]).toEqual({
      name: "full",
      namespaceName: "n",
      version: "1.0.0",
    });
    expect(byPlace(await Task.loadStatuses(database, tasks))).toEqual(["complete", "pending", "pending"]);
    expect(await Task.status(database, done)).toBe("complete");
    expect(byPlace(await Task.loadAllStepsComplete(database, tasks))).toEqual([true, false, true]);
    expect(await Task.allStepsComplete(database, half)).toBe(false);
    expect(await Task.allStepsComplete(database, empty)).toBe(true);
    const steps = await Task.loadWorkflowSteps(database, tasks);
    expect(await Task.getStepByName(database, done, "s1")).toEqual(steps.get(done.task_id)?.[1]);
    expect(await Task.getStepByName(database, half, "s2")).toBeUndefined();
    expect(byPlace(await Task.loadTaskAnnotations(database, tasks)).map((rows) => rows?.length)).toEqual([3, 0, 0]);
    expect(byPlace(await Task.loadTaskTransitions(database, tasks)).map((rows) => rows?.length)).toEqual([2, 0, 0]);
    expect((await Task.loadNamedTasks(database, tasks)).get(done.named_task_id)?.name).toBe("full");
    expect(
      byPlace(await Task.loadAnnotationTypes(database, tasks)).map((rows) => rows?.map(({ name }) => name)),
    ).toEqual([["a", "b"], [], []]);
  });
});

describeOnPostgres("destroying a task", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  beforeEach(() => emptyDatabase(database));

  const OWN = [
    "tasker_tasks",
    "tasker_task_runs",
    "tasker_task_transitions",
    "tasker_task_annotations",
    "tasker_workflow_steps",
    "tasker_workflow_step_transitions",
    "tasker_workflow_step_edges",
  ];
  const countRows = async () => {
    const rows = await Promise.all(OWN.map((table) => database.query(`select count(*) as n from ${table}`)));
    return rows.map(([row]) => Number(row?.n));
  };
  const draw = async () => {
    const task = await drawTask(database, sketch(full));
    await database.query(
      `insert into tasker_task_runs (task_id, definition_hash, task_namespace_id, named_task_id, correlation_id)
       values ($1, 'h', 1, $2, 'c')`,
      [task.task_id, task.named_task_id],
    );
    return task;
  };

  test("removes all that belongs to it, and nothing of another one", async () => {
    const [gone, kept] = [await draw(), await draw()];
    const before = await Task.loadAssociated(database, [kept]);
    await Task.destroy(database, gone.task_id);
    expect(await countRows()).toEqual([1, 1, 2, 3, 3, 4, 2]);
    expect(await Task.loadAssociated(database, [kept])).toEqual(before);
    await expect(Task.destroy(database, gone.task_id)).rejects.toBeInstanceOf(RecordNotFoundError);
    await Task.destroy(database, kept.task_id);
    expect(await countRows()).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("removes edges to and from steps of another task, whose steps stay", async () => {
    const [gone, kept] = [await draw(), await draw()];
    const steps = await Task.loadWorkflowSteps(database, [gone, kept]);
    const [mine, theirs] = [gone, kept].map((task) => steps.get(task.task_id)?.[0]?.workflow_step_id);
    await insertEdge(database, mine, theirs);
    await insertEdge(database, theirs, mine);
    await Task.destroy(database, gone.task_id);
    expect(await countRows()).toEqual([1, 1, 2, 3, 3, 4, 2]);
  });

  test("is refused, and removes nothing, where somebody adds to it at the same moment", async () => {
    const task = await draw();
    const before = await countRows();
    let destroying: Promise<unknown> = Promise.resolve();
    await database.transaction(async (engine) => {
      // as a commit does: first the run row, then what it writes
      await engine.query("select from tasker_task_runs where task_id = $1 for no key update", [task.task_id]);
      destroying = Task.destroy(database, task.task_id).catch((error: unknown) => error);
      await untilBlocked(engine, destroying);
      await engine.query("update tasker_tasks set complete = true where task_id = $1", [task.task_id]);
      await engine.query(
        `insert into tasker_task_annotations (task_id, annotation_type_id, created_at, updated_at)
         select $1, annotation_type_id, now(), now() from tasker_annotation_types limit 1`,
        [task.task_id],
      );
    });
    expect(await destroying).toBeInstanceOf(RecordInUseError);
    expect(await countRows()).toEqual(
      before.map((count, place) => (OWN[place] === "tasker_task_annotations" ? count + 1 : count)),
    );
    await Task.destroy(database, task.task_id);
    expect(await countRows()).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
