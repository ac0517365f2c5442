import type { Connection } from "../../database/database.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { array, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { AnnotationTypeRow } from "../annotation-type/annotation-type.ts";
import { loadChildren } from "../load-children.ts";
import { findMany as findNamedSteps, type NamedStepRow } from "../named-step/record.ts";
import { loadNamespaces } from "../named-task/names.ts";
import type { NamedTaskRow } from "../named-task/record.ts";
import { loadAnnotationTypes, type TaskAnnotationRow } from "../task-annotation/task-annotation.ts";
import type { TaskNamespaceRow } from "../task-namespace/task-namespace.ts";
import { loadNamedTasks, loadTaskAnnotations, loadTaskTransitions, loadWorkflowSteps } from "./associations.ts";
import type { TaskRow } from "./record.ts";

type StepRow = RowOfTable<"tasker_workflow_steps">;

/** A step with what belongs to it. Parents and children are in the order of their ids; an edge that is there twice counts once. */
export interface AssociatedStep {
  readonly step: StepRow;
  readonly namedStep: NamedStepRow;
  readonly parents: readonly StepRow[];
  readonly children: readonly StepRow[];
}

/** A task with all that belongs to it. */
export interface AssociatedTask {
  readonly task: TaskRow;
  readonly namedTask: NamedTaskRow;
  readonly namespace: TaskNamespaceRow;
  readonly steps: readonly AssociatedStep[];
  readonly annotations: readonly { readonly annotation: TaskAnnotationRow; readonly type: AnnotationTypeRow }[];
  /** In their order. */
  readonly transitions: readonly RowOfTable<"tasker_task_transitions">[];
}

/** The edges at steps, each pair of steps once. */
export const selectEdgesAtSteps = statement({
  name: "select_edges_at_steps",
  text: `
    select from_step_id, to_step_id from tasker_workflow_step_edges where from_step_id = any ($1::int8[])
    union
    select from_step_id, to_step_id from tasker_workflow_step_edges where to_step_id = any ($1::int8[])
    order by from_step_id, to_step_id`,
  parameters: [array(int8)],
  columns: { from_step_id: int8, to_step_id: int8 },
});

/**
 * Loads tasks with all that belongs to them: named task and namespace, steps with their named steps, parents and children,
 * annotations with their types, transitions. At most nine queries for any number of tasks. A task that is deleted in the
 * meantime is left out.
 * @returns in the order of `tasks`
 */
export async function loadAssociated(connection: Connection, tasks: readonly TaskRow[]): Promise<AssociatedTask[]> {
  if (tasks.length === 0) return [];
  const [namedTasks, stepsOf, annotationsOf, transitionsOf] = await Promise.all([
    loadNamedTasks(connection, tasks),
    loadWorkflowSteps(connection, tasks),
    loadTaskAnnotations(connection, tasks),
    loadTaskTransitions(connection, tasks),
  ]);
  const [namespaces, types, stepWith] = await Promise.all([
    loadNamespaces(connection, [...namedTasks.values()]),
    loadAnnotationTypes(connection, [...annotationsOf.values()].flat()),
    loadNeighbours(connection, [...stepsOf.values()].flat()),
  ]);
  return tasks.flatMap((task) => {
    const namedTask = namedTasks.get(task.named_task_id);
    const namespace = namedTask && namespaces.get(namedTask.task_namespace_id);
    if (namedTask === undefined || namespace === undefined) return [];
    const annotations = (annotationsOf.get(task.task_id) ?? []).flatMap((annotation) => {
      const type = types.get(annotation.annotation_type_id);
      return type === undefined ? [] : [{ annotation, type }];
    });
    const steps = (stepsOf.get(task.task_id) ?? []).flatMap((step) => stepWith.get(step.workflow_step_id) ?? []);
    return [{ task, namedTask, namespace, steps, annotations, transitions: transitionsOf.get(task.task_id) ?? [] }];
  });
}

async function loadNeighbours(connection: Connection, steps: readonly StepRow[]): Promise<Map<number, AssociatedStep>> {
  const known = new Map(steps.map((step) => [step.workflow_step_id, step]));
  const [namedSteps, edges] = await Promise.all([
    findNamedSteps(
      connection,
      steps.map((step) => step.named_step_id),
    ),
    connection.run(selectEdgesAtSteps, [[...known.keys()]]),
  ]);
  // an edge may lead to a step of another task
  const ends = edges.flatMap((edge) => [edge.from_step_id, edge.to_step_id]).filter((key) => !known.has(key));
  const others = await loadChildren(connection, "tasker_workflow_steps", "workflow_step_id", ends, "workflow_step_id");
  for (const step of [...others.values()].flat()) known.set(step.workflow_step_id, step);

  const parents = new Map<number, StepRow[]>(steps.map((step) => [step.workflow_step_id, []]));
  const children = new Map<number, StepRow[]>(steps.map((step) => [step.workflow_step_id, []]));
  for (const edge of edges) {
    const from = known.get(edge.from_step_id);
    const to = known.get(edge.to_step_id);
    if (from === undefined || to === undefined) continue;
    parents.get(to.workflow_step_id)?.push(from);
    children.get(from.workflow_step_id)?.push(to);
  }
  return new Map(
    steps.flatMap((step) => {
      const key = step.workflow_step_id;
      const namedStep = namedSteps.get(step.named_step_id);
      if (namedStep === undefined) return [];
      return [[key, { step, namedStep, parents: parents.get(key) ?? [], children: children.get(key) ?? [] }]];
    }),
  );
}
