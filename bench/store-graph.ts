import type { Database } from "tasker";
import type { StepGraph } from "../packages/tasker/src/graph/step-graph.ts";

/** A task in the database with the steps and edges of a graph. */
export interface StoredGraph {
  readonly taskId: number;
  /** Id of the step with index 0; the others follow in order. */
  readonly firstStepId: number;
}

/** What every stored graph refers to. Once a database. */
export async function prepareForGraphs(database: Database): Promise<void> {
  await database.execute(`
    insert into tasker_task_namespaces (name, created_at, updated_at) values ('bench', now(), now());
    insert into tasker_named_tasks (task_namespace_id, name, created_at, updated_at) values (1, 'graph', now(), now());
    insert into tasker_dependent_systems (name, created_at, updated_at) values ('bench', now(), now());
    insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at) values (1, 'step', now(), now())`);
}

/**
 * Stores a task that is under way.
 * @param complete by step: not 0 if it is complete; the others are pending
 */
export async function storeGraph(database: Database, graph: StepGraph, complete: Uint8Array): Promise<StoredGraph> {
  const [row] = await database.query(
    `with task as (
       insert into tasker_tasks (named_task_id, requested_at, identity_hash, created_at, updated_at)
       values (1, now(), gen_random_uuid(), now(), now()) returning task_id
     ), step as (
       insert into tasker_workflow_steps (task_id, named_step_id, attempts, processed, created_at, updated_at)
       select task_id, 1, mark, mark = 1, now(), now()
       from task, unnest($1::int4[]) with ordinality as given (mark, place) order by place
       returning workflow_step_id, task_id
     )
     select min(task_id) as task_id, min(workflow_step_id) as first_step_id from step`,
    [[...complete]],
  );
  const firstStepId = Number(row?.first_step_id);
  const parents: number[] = [];
  const children: number[] = [];
  for (let step = 0; step < graph.size; step++) {
    for (const child of graph.children.subarray(graph.childOffsets[step], graph.childOffsets[step + 1])) {
      parents.push(firstStepId + step);
      children.push(firstStepId + child);
    }
  }
  await database.query(
    `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
     select edge.*, 'provides', now(), now() from unnest($1::int8[], $2::int8[]) as edge`,
    [parents, children],
  );
  const done = Array.from(complete.keys()).filter((step) => complete[step] !== 0);
  await database.query(
    `insert into tasker_workflow_step_transitions
       (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
     select step.id, move.state, move.key, move.key = 20, now(), now()
     from unnest($1::int8[]) as step (id), (values ('in_progress', 10), ('complete', 20)) as move (state, key)`,
    [done.map((step) => firstStepId + step)],
  );
  return { taskId: Number(row?.task_id), firstStepId };
}
