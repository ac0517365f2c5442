import { expect, test } from "vitest";
import { queryBuilder } from "../../../src/database/query/query-builder.ts";
import { NamedTask, Task, type VisibleNamespaces, WorkflowStep } from "../../../src/models/index.ts";
import { graphTemplate, makeEngine } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

describeOnPostgres("lists that are limited to what somebody may see", () => {
  test("have the tasks, steps and templates of those namespaces and no others", async () => {
    const database = await openTestDatabase();
    const { engine } = makeEngine(
      database,
      ["payments", "inventory"].map((namespace) => graphTemplate("a -> b", { namespace })),
    );
    for (const namespace of ["payments", "payments", "inventory"])
      await engine.submit({ name: "graph", namespace, context: {} });
    const build = queryBuilder(database);
    const count = async (scope: VisibleNamespaces) => {
      const tasks = await build.selectFrom("tasker_tasks").select("task_id").where(Task.visibleTo(scope)).execute();
      const steps = await build
        .selectFrom("tasker_workflow_steps")
        .select("workflow_step_id")
        .where(WorkflowStep.visibleTo(scope))
        .execute();
      const named = await build
        .selectFrom("tasker_named_tasks")
        .select("name")
        .where(NamedTask.visibleTo(scope))
        .execute();
      return [tasks.length, steps.length, named.length];
    };
    expect(await count("all")).toEqual([3, 6, 2]);
    expect(await count(["payments"])).toEqual([2, 4, 1]);
    expect(await count(["payments", "inventory", "nothing"])).toEqual([3, 6, 2]);
    expect(await count(["pay%"])).toEqual([0, 0, 0]);
    expect(await count([])).toEqual([0, 0, 0]);
    await engine.stop();
    await database.close();
  });
});
