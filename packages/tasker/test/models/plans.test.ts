import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import {
  queryBuilder,
  StepDagRelationship,
  Task,
  WorkflowStep,
  WorkflowStepEdge,
  WorkflowStepTransition,
} from "../../src/models/index.ts";
import { EVERY_STATE, generateTasks, linear } from "../../src/testing/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const TASKS = 100_000;
/** Each in a namespace of its own. */
const NAMED_TASKS = 200;
/** Tables that grow with the number of tasks. The others are small: there a scan is the right plan. */
const LARGE = /^tasker_(tasks|task_transitions|workflow_steps|workflow_step_edges|workflow_step_transitions)$/;

interface Compilable {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[] };
}

describeOnPostgres(`plans of scopes on ${TASKS} tasks`, () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase({ statementTimeoutMs: 0 });
    const shapes = Array.from({ length: NAMED_TASKS }, (_, number) => ({
      item: linear(2, { namespace: `namespace_${number}`, name: `name_${number}` }),
      share: 1 / NAMED_TASKS,
    }));
    await generateTasks(database, { count: TASKS, shapes, states: EVERY_STATE, checkForeignKeys: false });
    await database.execute("analyze");
  }, 180_000);
  afterAll(() => database.close());

  /** Large tables that a query reads from their first page to their last. */
  const scannedTables = async (query: Compilable): Promise<string[]> => {
    const { sql, parameters } = query.compile();
    const [row] = await database.query(`explain (format json) ${sql}`, parameters);
    const scanned: string[] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== "object" || node === null) return;
      const table = String(Reflect.get(node, "Relation Name"));
      if (Reflect.get(node, "Node Type") === "Seq Scan" && LARGE.test(table)) scanned.push(table);
      for (const part of Object.values(node)) visit(part);
    };
    visit(row?.["QUERY PLAN"]);
    return scanned;
  };
  const tasks = () => queryBuilder(database).selectFrom("tasker_tasks").selectAll();
  const steps = () => queryBuilder(database).selectFrom("tasker_workflow_steps").selectAll();
  const edges = () => queryBuilder(database).selectFrom("tasker_workflow_step_edges").selectAll();

  test.each<[string, () => Compilable]>([
    ["tasks of a namespace", () => tasks().where(Task.inNamespace("namespace_7"))],
    ["tasks of a name", () => tasks().where(Task.withTaskName("name_7"))],
    [
      "failed tasks of a namespace",
      () => tasks().where(Task.inNamespace("namespace_7")).where(Task.byCurrentState("error")),
    ],
    ["active tasks of a name", () => tasks().where(Task.withTaskName("name_7")).where(Task.active)],
    [
      "tasks of a name that completed a step lately",
      () =>
        tasks()
          .where(Task.withTaskName("name_7"))
          .where(Task.completedSince(new Date(0))),
    ],
    ["steps of a task", () => steps().where(WorkflowStep.forTask(5))],
    ["failed steps of a task", () => steps().where(WorkflowStep.forTask(5)).where(WorkflowStep.failed)],
    [
      "steps of a task that are still to be done",
      () => steps().where(WorkflowStep.forTask(5)).where(WorkflowStep.pending),
    ],
    ["edges to the children of a step", () => edges().where(WorkflowStepEdge.childrenOf(7))],
    ["edges from the parents of a step", () => edges().where(WorkflowStepEdge.parentsOf(7))],
    ["edges to the siblings of a step", () => edges().where(WorkflowStepEdge.siblingsOf(7))],
    ["provides edges to the children of a step", () => edges().where(WorkflowStepEdge.providesToChildren(7))],
    [
      "transitions of the steps of a task",
      () =>
        queryBuilder(database)
          .selectFrom("tasker_workflow_step_transitions")
          .selectAll()
          .where(WorkflowStepTransition.forTask(5)),
    ],
    [
      "relationships of the steps of a task",
      () =>
        queryBuilder(database)
          .selectFrom("tasker_step_dag_relationships")
          .selectAll()
          .where(StepDagRelationship.forTask(5)),
    ],
  ])("%s: no large table is scanned", async (_what, query) => {
    expect(await scannedTables(query())).toEqual([]);
  });

  test("failed steps of all tasks are found through the reference's index, where it is there", async () => {
    const failed = () => steps().where(WorkflowStep.failed).where(WorkflowStep.failedSince(new Date()));
    expect(await scannedTables(failed())).toContain("tasker_workflow_step_transitions");
    await database.execute(`
      create index index_step_transitions_current_errors on tasker_workflow_step_transitions
        (workflow_step_id, most_recent, created_at) where to_state = 'error' and most_recent = true;
      analyze tasker_workflow_step_transitions`);
    expect(await scannedTables(failed())).not.toContain("tasker_workflow_step_transitions");
  });
});
