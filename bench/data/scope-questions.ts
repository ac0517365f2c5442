import type { SelectQueryBuilder } from "kysely";
import {
  NamedTask,
  type QueryBuilder,
  type Scope,
  StepDagRelationship,
  type TableName,
  Task,
  type TaskerTables,
  TaskTransition,
  WorkflowStep,
  WorkflowStepEdge,
  WorkflowStepTransition,
} from "tasker/models";
import type { Given } from "./data-set.ts";

/** A question about rows in a scope. */
export interface ScopeQuestion {
  /** Reads up to this many of the rows. */
  first(rows: number): Promise<readonly unknown[]>;
  /** Counts all rows. */
  count(): Promise<number>;
}

type Ask = (queries: QueryBuilder, given: Given) => ScopeQuestion;

function ask<T extends TableName>(query: SelectQueryBuilder<TaskerTables, T, object>): ScopeQuestion {
  return {
    first: (rows) => query.selectAll().limit(rows).execute(),
    async count() {
      const counted = query.select((eb) => eb.fn.countAll<number>().as("rows"));
      const { rows } = await counted.executeTakeFirstOrThrow();
      return Number(rows);
    },
  };
}

const tasks =
  (...scopes: readonly ((given: Given) => Scope<"tasker_tasks">)[]): Ask =>
  (queries, given) =>
    ask(scopes.reduce((query, scope) => query.where(scope(given)), queries.selectFrom("tasker_tasks")));
const steps =
  (scope: (given: Given) => Scope<"tasker_workflow_steps">): Ask =>
  (queries, given) =>
    ask(queries.selectFrom("tasker_workflow_steps").where(scope(given)));
const edges =
  (scope: (given: Given) => Scope<"tasker_workflow_step_edges">): Ask =>
  (queries, given) =>
    ask(queries.selectFrom("tasker_workflow_step_edges").where(scope(given)));
const namedTasks =
  (scope: (given: Given) => Scope<"tasker_named_tasks">): Ask =>
  (queries, given) =>
    ask(queries.selectFrom("tasker_named_tasks").where(scope(given)));

const since = (given: Given) => new Date(given.since);

/** The scopes that are measured, by the names under which `rails/measure.rb` has the same ones. */
export const SCOPE_QUESTIONS: Readonly<Record<string, Ask>> = {
  "Task.byCurrentState": tasks((given) => Task.byCurrentState(given.state)),
  "Task.active": tasks(() => Task.active),
  "Task.createdSince": tasks((given) => Task.createdSince(since(given))),
  "Task.completedSince": tasks((given) => Task.completedSince(since(given))),
  "Task.failedSince": tasks((given) => Task.failedSince(since(given))),
  "Task.inNamespace": tasks((given) => Task.inNamespace(given.namespace)),
  "Task.withTaskName": tasks((given) => Task.withTaskName(given.name)),
  "Task.withVersion": tasks((given) => Task.withVersion(given.version)),
  "Task.byAnnotation": tasks((given) => Task.byAnnotation(given.annotation, given.key, given.value)),
  "Task.inNamespace+byCurrentState+createdSince": tasks(
    (given) => Task.inNamespace(given.namespace),
    (given) => Task.byCurrentState(given.state),
    (given) => Task.createdSince(since(given)),
  ),
  "WorkflowStep.completed": steps(() => WorkflowStep.completed),
  "WorkflowStep.failed": steps(() => WorkflowStep.failed),
  "WorkflowStep.pending": steps(() => WorkflowStep.pending),
  "WorkflowStep.forTask": steps((given) => WorkflowStep.forTask(given.task_id)),
  "WorkflowStep.byCurrentState": steps((given) => WorkflowStep.byCurrentState(given.state)),
  "WorkflowStep.completedSince": steps((given) => WorkflowStep.completedSince(since(given))),
  "WorkflowStep.failedSince": steps((given) => WorkflowStep.failedSince(since(given))),
  "WorkflowStep.forTasksSince": steps((given) => WorkflowStep.forTasksSince(since(given))),
  "WorkflowStepEdge.childrenOf": edges((given) => WorkflowStepEdge.childrenOf(given.step_id)),
  "WorkflowStepEdge.parentsOf": edges((given) => WorkflowStepEdge.parentsOf(given.step_id)),
  "WorkflowStepEdge.siblingsOf": edges((given) => WorkflowStepEdge.siblingsOf(given.step_id)),
  "WorkflowStepEdge.providesToChildren": edges((given) => WorkflowStepEdge.providesToChildren(given.step_id)),
  "TaskTransition.toState": (queries, given) =>
    ask(queries.selectFrom("tasker_task_transitions").where(TaskTransition.toState(given.state))),
  "WorkflowStepTransition.forTask": (queries, given) =>
    ask(queries.selectFrom("tasker_workflow_step_transitions").where(WorkflowStepTransition.forTask(given.task_id))),
  "NamedTask.latestVersions": namedTasks(() => NamedTask.latestVersions),
  "NamedTask.inNamespace": namedTasks((given) => NamedTask.inNamespace(given.namespace)),
  "StepDagRelationship.forTask": (queries, given) =>
    ask(queries.selectFrom("tasker_step_dag_relationships").where(StepDagRelationship.forTask(given.task_id))),
};
