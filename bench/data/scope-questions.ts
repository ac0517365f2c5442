import type { SelectQueryBuilder } from "kysely";
import {
  NamedTask,
  NamedTasksNamedStep,
  type QueryBuilder,
  type Scope,
  StepDagRelationship,
  type TableName,
  Task,
  type TaskerTables,
  TaskNamespace,
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
const taskTransitions =
  (scope: (given: Given) => Scope<"tasker_task_transitions">): Ask =>
  (queries, given) =>
    ask(queries.selectFrom("tasker_task_transitions").where(scope(given)));
const stepTransitions =
  (scope: (given: Given) => Scope<"tasker_workflow_step_transitions">): Ask =>
  (queries, given) =>
    ask(queries.selectFrom("tasker_workflow_step_transitions").where(scope(given)));
/** Of one task: of all tasks, the view walks the ancestors of every step, which nobody asks for. */
const relationshipsOfTask =
  (scope?: (given: Given) => Scope<"tasker_step_dag_relationships">): Ask =>
  (queries, given) => {
    const ofTask = queries
      .selectFrom("tasker_step_dag_relationships")
      .where(StepDagRelationship.forTask(given.task_id));
    return ask(scope === undefined ? ofTask : ofTask.where(scope(given)));
  };
/** An order, not a condition: it is measured by the rows it puts first; the count is of the rows without an order. */
const recent = <T extends TableName>(
  rows: SelectQueryBuilder<TaskerTables, T, object>,
  order: (query: SelectQueryBuilder<TaskerTables, T, object>) => SelectQueryBuilder<TaskerTables, T, object>,
): ScopeQuestion => ({ first: ask(order(rows)).first, count: ask(rows).count });

const since = (given: Given) => new Date(given.since);
const until = (given: Given) => new Date(given.until);

/** The scopes that are measured, by the names under which `rails/measure.rb` has those that Rails has too. */
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
  "WorkflowStepEdge.providesEdges": edges(() => WorkflowStepEdge.providesEdges),
  "TaskTransition.forTask": taskTransitions((given) => TaskTransition.forTask(given.task_id)),
  "TaskTransition.toState": taskTransitions((given) => TaskTransition.toState(given.state)),
  "TaskTransition.withMetadataKey": taskTransitions((given) => TaskTransition.withMetadataKey(given.metadata_key)),
  "TaskTransition.withMetadataValue": taskTransitions((given) =>
    TaskTransition.withMetadataValue(given.metadata_key, given.metadata_value),
  ),
  "TaskTransition.inTimeRange": taskTransitions((given) => TaskTransition.inTimeRange(since(given), until(given))),
  "TaskTransition.recent": (queries) => recent(queries.selectFrom("tasker_task_transitions"), TaskTransition.recent),
  "WorkflowStepTransition.forTask": stepTransitions((given) => WorkflowStepTransition.forTask(given.task_id)),
  "WorkflowStepTransition.toState": stepTransitions((given) => WorkflowStepTransition.toState(given.state)),
  "WorkflowStepTransition.withMetadataKey": stepTransitions((given) =>
    WorkflowStepTransition.withMetadataKey(given.metadata_key),
  ),
  "WorkflowStepTransition.withMetadataValue": stepTransitions((given) =>
    WorkflowStepTransition.withMetadataValue(given.metadata_key, given.metadata_value),
  ),
  "WorkflowStepTransition.inTimeRange": stepTransitions((given) =>
    WorkflowStepTransition.inTimeRange(since(given), until(given)),
  ),
  "WorkflowStepTransition.recent": (queries) =>
    recent(queries.selectFrom("tasker_workflow_step_transitions"), WorkflowStepTransition.recent),
  "WorkflowStepTransition.retryTransitions": stepTransitions(() => WorkflowStepTransition.retryTransitions),
  "WorkflowStepTransition.forAttempt": stepTransitions((given) => WorkflowStepTransition.forAttempt(given.attempt)),
  "TaskNamespace.custom": (queries) => ask(queries.selectFrom("tasker_task_namespaces").where(TaskNamespace.custom)),
  "NamedTask.latestVersions": namedTasks(() => NamedTask.latestVersions),
  "NamedTask.inNamespace": namedTasks((given) => NamedTask.inNamespace(given.namespace)),
  "NamedTask.withVersion": namedTasks((given) => NamedTask.withVersion(given.version)),
  "NamedTasksNamedStep.namedStepsForNamedTask": (queries, given) =>
    ask(
      queries
        .selectFrom("tasker_named_tasks_named_steps")
        .where(NamedTasksNamedStep.namedStepsForNamedTask(given.named_task_id)),
    ),
  "StepDagRelationship.forTask": relationshipsOfTask(),
  "StepDagRelationship.forTask+rootSteps": relationshipsOfTask(() => StepDagRelationship.rootSteps),
  "StepDagRelationship.forTask+leafSteps": relationshipsOfTask(() => StepDagRelationship.leafSteps),
  "StepDagRelationship.forTask+withParents": relationshipsOfTask(() => StepDagRelationship.withParents),
  "StepDagRelationship.forTask+withChildren": relationshipsOfTask(() => StepDagRelationship.withChildren),
  "StepDagRelationship.forTask+siblingsOf": relationshipsOfTask((given) =>
    StepDagRelationship.siblingsOf(given.step_id),
  ),
};
