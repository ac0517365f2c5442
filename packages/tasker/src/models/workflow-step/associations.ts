import type { Connection } from "../../database/database.ts";
import { TABLES } from "../../database/query/tables.ts";
import { array, int8 } from "../../database/sql-type.ts";
import { type RowOf, type Statement, statement } from "../../database/statement.ts";
import { loadChildren as loadHasMany } from "../load-children.ts";
import { loadRecords } from "../load-records.ts";
import { runUnprepared } from "../run-unprepared.ts";
import type { WorkflowStepRow } from "./record.ts";

type Identified = Pick<WorkflowStepRow, "workflow_step_id">;

const idsOf = (steps: readonly Identified[]) => steps.map((step) => step.workflow_step_id);

/** The tasks of steps, by their ids; one query. */
export function loadTasks(connection: Connection, steps: readonly Pick<WorkflowStepRow, "task_id">[]) {
  const keys = steps.map((step) => step.task_id);
  return loadRecords(connection, "tasker_tasks", "task_id", keys);
}

/** The types of steps, by their ids; one query. */
export function loadNamedSteps(connection: Connection, steps: readonly Pick<WorkflowStepRow, "named_step_id">[]) {
  const keys = steps.map((step) => step.named_step_id);
  return loadRecords(connection, "tasker_named_steps", "named_step_id", keys);
}

/** The names of steps, by the ids of the steps; one query. */
export async function loadNames(
  connection: Connection,
  steps: readonly Pick<WorkflowStepRow, "workflow_step_id" | "named_step_id">[],
): Promise<Map<number, string>> {
  const types = await loadNamedSteps(connection, steps);
  return new Map(steps.map((step) => [step.workflow_step_id, types.get(step.named_step_id)?.name ?? ""]));
}

/** The edges that lead to each step from its parents, by the id of the step; one query. */
export function loadIncomingEdges(connection: Connection, steps: readonly Identified[]) {
  return loadHasMany(connection, "tasker_workflow_step_edges", "to_step_id", idsOf(steps), "id");
}

/** The edges that lead from each step to its children, by the id of the step; one query. */
export function loadOutgoingEdges(connection: Connection, steps: readonly Identified[]) {
  return loadHasMany(connection, "tasker_workflow_step_edges", "from_step_id", idsOf(steps), "id");
}

/** The transitions of each step in their order, by its id; one query. */
export function loadTransitions(connection: Connection, steps: readonly Identified[]) {
  return loadHasMany(connection, "tasker_workflow_step_transitions", "workflow_step_id", idsOf(steps), "sort_key");
}

/** What the edges say about each step, by its id; one query. */
export function loadDagRelationships(connection: Connection, steps: readonly Identified[]) {
  return loadRecords(connection, "tasker_step_dag_relationships", "workflow_step_id", idsOf(steps));
}

const relatives = { of_step_id: int8, ...TABLES.tasker_workflow_steps.columns };

/** Reads the parents of steps, one for each edge. */
export const parentsOfSteps = statement({
  name: "parents_of_steps",
  text: `
    select e.to_step_id as of_step_id, w.* from tasker_workflow_step_edges e
    join tasker_workflow_steps w on w.workflow_step_id = e.from_step_id
    where e.to_step_id = any($1) order by w.workflow_step_id, e.id`,
  parameters: [array(int8)],
  columns: relatives,
});

/** Reads the children of steps, one for each edge. */
export const childrenOfSteps = statement({
  name: "children_of_steps",
  text: `
    select e.from_step_id as of_step_id, w.* from tasker_workflow_step_edges e
    join tasker_workflow_steps w on w.workflow_step_id = e.to_step_id
    where e.from_step_id = any($1) order by w.workflow_step_id, e.id`,
  parameters: [array(int8)],
  columns: relatives,
});

/** Reads the steps that share a parent with steps, each once. */
export const siblingsOfSteps = statement({
  name: "siblings_of_steps",
  text: `
    select s.of_step_id, w.* from (
      select distinct mine.to_step_id as of_step_id, shared.to_step_id as sibling_id
      from tasker_workflow_step_edges mine
      join tasker_workflow_step_edges shared on shared.from_step_id = mine.from_step_id
      where mine.to_step_id = any($1) and shared.to_step_id <> mine.to_step_id
    ) s
    join tasker_workflow_steps w on w.workflow_step_id = s.sibling_id
    order by w.workflow_step_id`,
  parameters: [array(int8)],
  columns: relatives,
});

async function loadRelatives(
  connection: Connection,
  question: Statement<readonly [(typeof parentsOfSteps.parameters)[0]], typeof relatives>,
  steps: readonly Identified[],
): Promise<Map<number, WorkflowStepRow[]>> {
  const found = new Map<number, WorkflowStepRow[]>(idsOf(steps).map((id) => [id, []]));
  if (found.size === 0) return found;
  const rows: readonly RowOf<typeof relatives>[] = await runUnprepared(connection, question, [[...found.keys()]]);
  for (const { of_step_id, ...step } of rows) found.get(of_step_id)?.push(step);
  return found;
}

/** The steps that each step waits for, by its id, as often as there are edges from them; one query. */
export function loadParents(connection: Connection, steps: readonly Identified[]) {
  return loadRelatives(connection, parentsOfSteps, steps);
}

/** The steps that wait for each step, by its id, as often as there are edges to them; one query. */
export function loadChildren(connection: Connection, steps: readonly Identified[]) {
  return loadRelatives(connection, childrenOfSteps, steps);
}

/**
 * The other steps that share at least one parent with each step, each once, by its id; one query. The siblings of
 * `WorkflowStepEdge` and `StepDagRelationship` are those that share all of them.
 */
export function loadSiblings(connection: Connection, steps: readonly Identified[]) {
  return loadRelatives(connection, siblingsOfSteps, steps);
}
