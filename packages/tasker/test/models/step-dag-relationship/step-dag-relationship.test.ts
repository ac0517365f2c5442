import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { RecordNotFoundError } from "../../../src/errors/index.ts";
import { queryBuilder, type Scope, StepDagRelationship } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { seedEdge, seedTask } from "../support/seed-task.ts";

type Rows = Scope<"tasker_step_dag_relationships">;

describeOnPostgres("StepDagRelationship", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const query = (scope: Rows) =>
    queryBuilder(database).selectFrom("tasker_step_dag_relationships").where(scope).selectAll();

  test("says what a step waits for, what waits for it, and how far it is from a root", async () => {
    const { taskId, id } = await seedTask(database, "one -> four, two -> three, three -> four");
    await seedEdge(database, id("three"), id("four"));
    const row = await StepDagRelationship.find(database, id("four"));
    expect(row).toMatchObject({ task_id: taskId, min_depth_from_root: 1, parent_count: 3, child_count: 0 });
    expect(StepDagRelationship.parentStepIdsArray(row)).toEqual([id("one"), id("three"), id("three")].sort());
    expect(StepDagRelationship.childStepIdsArray(row)).toEqual([]);
    const rows = await StepDagRelationship.findMany(database, ["one", "two", "three", "four"].map(id));
    const facts = [...rows.values()].map((step) => [
      step.workflow_step_id,
      StepDagRelationship.isRootStep(step),
      StepDagRelationship.isLeafStep(step),
      StepDagRelationship.hasParents(step),
      StepDagRelationship.hasChildren(step),
    ]);
    expect(new Set(facts)).toEqual(
      new Set([
        [id("one"), true, false, false, true],
        [id("two"), true, false, false, true],
        [id("three"), false, false, true, true],
        [id("four"), false, true, true, false],
      ]),
    );
    await expect(StepDagRelationship.find(database, 999_999)).rejects.toBeInstanceOf(RecordNotFoundError);
    const steps = await StepDagRelationship.loadWorkflowSteps(database, [...rows.values()]);
    expect(steps.get(id("one"))).toMatchObject({ task_id: taskId });
    expect((await StepDagRelationship.loadTasks(database, [row])).get(taskId)).toMatchObject({ task_id: taskId });
  });

  test("scopes select and combine", async () => {
    const { taskId, id, steps } = await seedTask(database, "a -> c, a -> d, b -> d, e -> f, e -> g, h");
    const names = async (...scopes: readonly Rows[]) => {
      const all: Rows = (eb) => eb.and(scopes.map((scope) => scope(eb)));
      const found = await query(StepDagRelationship.forTask(taskId)).where(all).execute();
      return Object.keys(steps).filter((name) => found.some((row) => row.workflow_step_id === id(name)));
    };
    expect(await names(StepDagRelationship.rootSteps)).toEqual(["a", "b", "e", "h"]);
    expect(await names(StepDagRelationship.leafSteps)).toEqual(["c", "d", "f", "g", "h"]);
    expect(await names(StepDagRelationship.rootSteps, StepDagRelationship.leafSteps)).toEqual(["h"]);
    expect(await names(StepDagRelationship.withParents)).toEqual(["c", "d", "f", "g"]);
    expect(await names(StepDagRelationship.withChildren)).toEqual(["a", "b", "e"]);
    expect(await names(StepDagRelationship.siblingsOf(id("f")))).toEqual(["g"]);
    expect(await names(StepDagRelationship.siblingsOf(id("c")))).toEqual([]);
    expect(await names((eb) => eb.not(StepDagRelationship.siblingsOf(id("f"))(eb)))).not.toContain("g");
  });

  test("the scopes' SQL", () => {
    const compiled = (scope: Rows) => query(scope).compile().sql;
    expect(compiled(StepDagRelationship.forTask(1))).toMatchInlineSnapshot(
      `"select * from "tasker_step_dag_relationships" where "tasker_step_dag_relationships"."task_id" = $1"`,
    );
    expect(compiled(StepDagRelationship.rootSteps)).toMatchInlineSnapshot(
      `"select * from "tasker_step_dag_relationships" where "tasker_step_dag_relationships"."is_root_step" = $1"`,
    );
    expect(compiled(StepDagRelationship.leafSteps)).toMatchInlineSnapshot(
      `"select * from "tasker_step_dag_relationships" where "tasker_step_dag_relationships"."is_leaf_step" = $1"`,
    );
    expect(compiled(StepDagRelationship.withParents)).toMatchInlineSnapshot(
      `"select * from "tasker_step_dag_relationships" where "tasker_step_dag_relationships"."parent_count" > $1"`,
    );
    expect(compiled(StepDagRelationship.withChildren)).toMatchInlineSnapshot(
      `"select * from "tasker_step_dag_relationships" where "tasker_step_dag_relationships"."child_count" > $1"`,
    );
    expect(compiled(StepDagRelationship.siblingsOf(1))).toMatchInlineSnapshot(`
      "select * from "tasker_step_dag_relationships" where "tasker_step_dag_relationships"."workflow_step_id" in (
          select own.to_step_id from tasker_workflow_step_edges own
          where own.to_step_id <> $1 and own.to_step_id in (
            select shared.to_step_id from tasker_workflow_step_edges mine
            join tasker_workflow_step_edges shared on shared.from_step_id = mine.from_step_id
            where mine.to_step_id = $2
          )
          group by own.to_step_id
          having array_agg(own.from_step_id order by own.from_step_id) = (
            select array_agg(mine.from_step_id order by mine.from_step_id) from tasker_workflow_step_edges mine
            where mine.to_step_id = $3
          )
        )"
    `);
  });

  test("lists of ids that another driver left as text are read", () => {
    expect(StepDagRelationship.parentStepIdsArray({ parent_step_ids: "[1, 2]" })).toEqual([1, 2]);
    expect(StepDagRelationship.childStepIdsArray({ child_step_ids: " " })).toEqual([]);
    expect(StepDagRelationship.childStepIdsArray({ child_step_ids: null })).toEqual([]);
  });
});
