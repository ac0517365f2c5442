import type { Connection } from "../../database/database.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { RecordNotFoundError } from "../../errors/index.ts";
import { loadRecords } from "../load-records.ts";
import type { Scope } from "../scope.ts";
import { siblingIdsOf } from "../workflow-step-edge/scopes.ts";

/** What the edges say about one step: a row of the view. For reading only. */
export type StepDagRelationshipRow = RowOfTable<"tasker_step_dag_relationships">;

type Steps = Scope<"tasker_step_dag_relationships">;

/** @throws RecordNotFoundError */
export async function find(connection: Connection, stepId: number): Promise<StepDagRelationshipRow> {
  const row = (await findMany(connection, [stepId])).get(stepId);
  if (row !== undefined) return row;
  throw new RecordNotFoundError(`There is no step with workflow_step_id ${stepId}`, {
    context: { model: "StepDagRelationship", field: "workflow_step_id", value: stepId, key: stepId },
  });
}

/** The rows of the steps that exist, by their ids; one query. */
export function findMany(connection: Connection, stepIds: Iterable<number>) {
  return loadRecords(connection, "tasker_step_dag_relationships", "workflow_step_id", stepIds);
}

/** Steps of one task. */
export function forTask(taskId: number): Steps {
  return (eb) => eb("tasker_step_dag_relationships.task_id", "=", taskId);
}

/** Steps that wait for no other. */
export const rootSteps: Steps = (eb) => eb("tasker_step_dag_relationships.is_root_step", "=", true);

/** Steps that no other waits for. */
export const leafSteps: Steps = (eb) => eb("tasker_step_dag_relationships.is_leaf_step", "=", true);

/** Steps that wait for others. */
export const withParents: Steps = (eb) => eb("tasker_step_dag_relationships.parent_count", ">", 0);

/** Steps that others wait for. */
export const withChildren: Steps = (eb) => eb("tasker_step_dag_relationships.child_count", ">", 0);

/**
 * Siblings of a step: the other steps with exactly the same parents, each as often. None for a step without parents, and
 * for an id of no step: `find` it first to be told.
 */
export function siblingsOf(stepId: number): Steps {
  return (eb) => eb("tasker_step_dag_relationships.workflow_step_id", "in", siblingIdsOf(stepId));
}

/** Whether the step waits for no other. */
export function isRootStep({ is_root_step: root }: Pick<StepDagRelationshipRow, "is_root_step">): boolean {
  return root;
}

/** Whether no other step waits for it. */
export function isLeafStep({ is_leaf_step: leaf }: Pick<StepDagRelationshipRow, "is_leaf_step">): boolean {
  return leaf;
}

/** Whether it waits for others. */
export function hasParents({ parent_count: count }: Pick<StepDagRelationshipRow, "parent_count">): boolean {
  return count > 0;
}

/** Whether others wait for it. */
export function hasChildren({ child_count: count }: Pick<StepDagRelationshipRow, "child_count">): boolean {
  return count > 0;
}

/** Ids of its parents, ascending; one comes as often as there are edges from it. */
export function parentStepIdsArray({
  parent_step_ids: ids,
}: Pick<StepDagRelationshipRow, "parent_step_ids">): number[] {
  return idsOf(ids);
}

/** Ids of its children, ascending; one comes as often as there are edges to it. */
export function childStepIdsArray({ child_step_ids: ids }: Pick<StepDagRelationshipRow, "child_step_ids">): number[] {
  return idsOf(ids);
}

/** The ids of a JSON list, which may still be text if the row was read by another driver. */
function idsOf(value: unknown): number[] {
  if (typeof value === "string") return value.trim() === "" ? [] : idsOf(JSON.parse(value));
  return Array.isArray(value) ? value.map(Number) : [];
}

/** The steps of these rows, by their ids; one query. */
export function loadWorkflowSteps(
  connection: Connection,
  rows: readonly Pick<StepDagRelationshipRow, "workflow_step_id">[],
) {
  const keys = rows.map((row) => row.workflow_step_id);
  return loadRecords(connection, "tasker_workflow_steps", "workflow_step_id", keys);
}

/** The tasks of these rows, by their ids; one query. */
export function loadTasks(connection: Connection, rows: readonly Pick<StepDagRelationshipRow, "task_id">[]) {
  const keys = rows.map((row) => row.task_id);
  return loadRecords(connection, "tasker_tasks", "task_id", keys);
}
