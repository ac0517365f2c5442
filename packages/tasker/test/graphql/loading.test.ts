import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { AnnotationType, TaskAnnotation } from "../../src/models/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { type ApiUnderTest, startApi } from "./support/graphql-harness.ts";

const DEEP = `query ($limit: Int!) {
  tasks(limit: $limit) {
    taskId namespace name version status context
    namedTask { name namedTasksNamedSteps { namedStep { name dependentSystem { name objectMaps { remoteIdOne } } } } }
    taskAnnotations { annotation annotationType { name } task { status } }
    workflowSteps(limit: 10) {
      name status inputs results isRootStep childCount
      namedStep { name dependentSystem { name } }
      task { taskId status }
      children { name status parents { name parentStepIds children { status } } }
      parents { name task { status } }
    }
    workflowStepsConnection(first: 2) { nodes { name status } }
  }
}`;

describeEachDatabase("loading", (open) => {
  let database: Database;
  let api: ApiUnderTest;
  beforeAll(async () => {
    database = await open();
    api = await startApi(database, [graphTemplate("a -> b, a -> c, b -> d, c -> d")], { limits: { maxCost: 200_000 } });
    const { annotation_type_id } = await AnnotationType.findOrCreateByName(database, "note");
    const submitted = await api.engine.submitMany(Array.from({ length: 10 }, () => ({ name: "graph", context: {} })));
    for (const { taskId } of submitted) {
      await api.engine.settled(taskId);
      await TaskAnnotation.create(database, { task_id: taskId, annotation_type_id, annotation: { taskId } });
    }
  });
  afterAll(async () => {
    await api.engine.stop({ graceMs: 0 });
    await database.close();
  });

  async function statementsOf(limit: number): Promise<string[]> {
    api.statements();
    const { data, errors } = await api.ask(DEEP, { limit });
    expect(errors).toBeUndefined();
    expect(data?.tasks).toHaveLength(limit);
    return api.statements();
  }

  test("a deep query takes as many statements for ten tasks as for one", async () => {
    const one = await statementsOf(1);
    const ten = await statementsOf(10);
    expect(ten).toHaveLength(one.length);
    expect(one.length).toBeLessThanOrEqual(25);
  });

  test("a list of tasks takes three statements, with their states four", async () => {
    api.statements();
    await api.ask("{ tasks { taskId reason } }");
    expect(api.statements()).toHaveLength(3);
    await api.ask("{ tasks { taskId status } }");
    expect(api.statements()).toHaveLength(4);
  });

  test("what a mutation has changed is read anew", async () => {
    const { taskId } = await api.engine.submit({ name: "graph", context: {}, runAt: new Date(9e12) });
    const { data, errors } = await api.ask(
      `mutation ($id: ID!) {
        first: cancelTask(input: { taskId: $id }) { task { status } }
        second: updateTask(input: { taskId: $id, reason: "new" }) { task { status reason } }
      }`,
      { id: taskId },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      first: { task: { status: "cancelled" } },
      second: { task: { status: "cancelled", reason: "new" } },
    });
  });
});
