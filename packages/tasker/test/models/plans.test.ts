import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import {
  queryBuilder,
  StepDagRelationship,
  Task,
  TaskTransition,
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

/** After every row: an index on a time would serve it best of all. */
const LATER_THAN_ALL = new Date(Date.now() + 3_600_000);
/** One annotated task in so many. */
const ANNOTATED = 1_000;

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
    await database.execute(`
      insert into tasker_annotation_types (name, created_at, updated_at) values ('review', now(), now());
      insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
      select t.task_id, y.annotation_type_id, '{"grade": 7}', now(), now()
      from tasker_tasks t, tasker_annotation_types y where t.task_id % ${ANNOTATED} = 0`);
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
  const taskTransitions = () => queryBuilder(database).selectFrom("tasker_task_transitions").selectAll();
  const stepTransitions = () => queryBuilder(database).selectFrom("tasker_workflow_step_transitions").selectAll();
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
    // Annotations are few and may be scanned.
    ["tasks with an annotation", () => tasks().where(Task.byAnnotation("review", "grade", 7))],
    [
      "failed tasks of a namespace that were created lately",
      () =>
        tasks()
          .where(Task.inNamespace("namespace_7"))
          .where(Task.byCurrentState("error"))
          .where(Task.createdSince(new Date(0))),
    ],
    ["transitions of a task", () => taskTransitions().where(TaskTransition.forTask(5))],
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
    ["transitions of the steps of a task", () => stepTransitions().where(WorkflowStepTransition.forTask(5))],
    [
      "retries of the steps of a task",
      () => stepTransitions().where(WorkflowStepTransition.forTask(5)).where(WorkflowStepTransition.retryTransitions),
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

  /*
   * Scanning is right here. The lean set has no index on `created_at`, and none that leads to rows by a state or a name of an
   * edge: that would be written with every row or every move, for questions that no engine asks. The indexes it has lead from
   * a task, a step or a named task; without one of these to begin with, no index can serve, and every row must be looked at.
   */
  test.each<[string, () => Compilable, string]>([
    ["Task.createdSince", () => tasks().where(Task.createdSince(LATER_THAN_ALL)), "tasker_tasks"],
    ["Task.byCurrentState", () => tasks().where(Task.byCurrentState("error")), "tasker_task_transitions"],
    ["Task.failedSince", () => tasks().where(Task.failedSince(LATER_THAN_ALL)), "tasker_task_transitions"],
    [
      "Task.completedSince",
      () => tasks().where(Task.completedSince(LATER_THAN_ALL)),
      "tasker_workflow_step_transitions",
    ],
    ["Task.active", () => tasks().where(Task.active), "tasker_workflow_step_transitions"],
    ["WorkflowStep.completed", () => steps().where(WorkflowStep.completed), "tasker_workflow_step_transitions"],
    ["WorkflowStep.failed", () => steps().where(WorkflowStep.failed), "tasker_workflow_step_transitions"],
    ["WorkflowStep.pending", () => steps().where(WorkflowStep.pending), "tasker_workflow_steps"],
    ["WorkflowStep.forTasksSince", () => steps().where(WorkflowStep.forTasksSince(LATER_THAN_ALL)), "tasker_tasks"],
    [
      "WorkflowStepEdge.providesEdges, which are all edges",
      () => edges().where(WorkflowStepEdge.providesEdges),
      "tasker_workflow_step_edges",
    ],
    [
      "TaskTransition.toState",
      () => taskTransitions().where(TaskTransition.toState("error")),
      "tasker_task_transitions",
    ],
    [
      "WorkflowStepTransition.retryTransitions",
      () => stepTransitions().where(WorkflowStepTransition.retryTransitions),
      "tasker_workflow_step_transitions",
    ],
    [
      "WorkflowStepTransition.inTimeRange",
      () => stepTransitions().where(WorkflowStepTransition.inTimeRange(LATER_THAN_ALL, LATER_THAN_ALL)),
      "tasker_workflow_step_transitions",
    ],
  ])("%s of all tasks scans: no index can serve it", async (_what, query, table) => {
    expect(await scannedTables(query())).toContain(table);
  });

  test.each([
    "get_step_readiness_status(5)",
    "get_step_readiness_status_batch(array[5, 6, 7])",
    "get_task_execution_context(5)",
    "get_task_execution_contexts_batch(array[5, 6, 7])",
    "calculate_dependency_levels(5)",
    "get_step_readiness_status(5, array[9, 10])",
  ])("%s scans no large table", async (call) => {
    await database.transaction(async (transaction) => {
      // More calls than PL/pgSQL plans anew.
      for (let repetition = 0; repetition < 8; repetition++) {
        expect((await transaction.query(`select * from ${call}`)).length).toBeGreaterThan(0);
      }
      // What this transaction has read, which is not in pg_stat_user_tables before it ends.
      const scanned = await transaction.query(
        "select relname from pg_stat_xact_user_tables where seq_scan > 0 and relname ~ $1",
        [LARGE.source],
      );
      expect(scanned).toEqual([]);
    });
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
