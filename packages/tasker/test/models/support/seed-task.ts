import type { Connection } from "../../../src/database/database.ts";
import { graphOf, namesOf } from "../../graph/random-graph.ts";

/** A task that was written row by row, apart from the code under test. */
export interface SeededTask {
  readonly taskId: number;
  readonly namedTaskId: number;
  /** Ids of the steps by their names. */
  readonly steps: Readonly<Record<string, number>>;
  /** Id of a step that is there. */
  id(name: string): number;
}

/** What differs from the defaults in a task that is written for a test. */
export interface SeedOptions {
  /** Default: none, as for a task of the reference engine. */
  readonly run?: { readonly ownerId: number; readonly wakeAt: Date | null };
  readonly createdAt?: Date;
}

/** When seeded rows were written, unless a test says otherwise. */
export const SEEDED_AT = new Date("2026-03-01T12:00:00Z");

/** Writes a task whose graph is text such as `a -> b, a -> c, d`. Names of steps are shared between the tasks of a database. */
export async function seedTask(connection: Connection, text: string, options: SeedOptions = {}): Promise<SeededTask> {
  const at = options.createdAt ?? SEEDED_AT;
  const graph = graphOf(text);
  const one = async (sql: string, parameters: readonly unknown[]) => {
    const [row] = await connection.query(sql, parameters);
    return Number(row?.id);
  };
  await connection.query(
    `with space as (
       insert into tasker_task_namespaces (task_namespace_id, name, created_at, updated_at)
       values (1, 'default', $1, $1) on conflict do nothing)
     insert into tasker_dependent_systems (name, created_at, updated_at) values ('unknown', $1, $1) on conflict do nothing`,
    [at],
  );
  await connection.query(
    `insert into tasker_named_tasks (name, created_at, updated_at) values ('graph', $1, $1) on conflict do nothing`,
    [at],
  );
  await connection.query(
    `insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at)
     select d.dependent_system_id, u.name, $2, $2 from unnest($1::text[]) as u(name), tasker_dependent_systems d
     where d.name = 'unknown' on conflict do nothing`,
    [graph.names, at],
  );
  const namedTaskId = await one("select named_task_id as id from tasker_named_tasks where name = 'graph'", []);
  const taskId = await one(
    `insert into tasker_tasks (named_task_id, context, requested_at, identity_hash, created_at, updated_at)
     values ($1, '{"order": 7}', $2, gen_random_uuid(), $2, $2) returning task_id as id`,
    [namedTaskId, at],
  );
  const written = await connection.query(
    `insert into tasker_workflow_steps (task_id, named_step_id, attempts, created_at, updated_at)
     select $1, n.named_step_id, 0, $3, $3 from unnest($2::text[]) with ordinality as u(name, place)
     join tasker_dependent_systems d on d.name = 'unknown'
     join tasker_named_steps n on n.name = u.name and n.dependent_system_id = d.dependent_system_id order by u.place returning workflow_step_id as id`,
    [taskId, graph.names, at],
  );
  const steps = Object.fromEntries(graph.names.map((name, index) => [name, Number(written[index]?.id)]));
  const id = (name: string) => {
    const found = steps[name];
    if (found === undefined) throw new Error(`the task has no step ${name}`);
    return found;
  };
  for (const [index, name] of graph.names.entries()) {
    const children = graph.children.subarray(graph.childOffsets[index], graph.childOffsets[index + 1]);
    for (const child of namesOf(graph, children)) await seedEdge(connection, id(name), id(child));
  }
  if (options.run !== undefined) {
    await connection.query(
      `insert into tasker_task_runs
         (task_id, definition_hash, task_namespace_id, named_task_id, owner_id, wake_at, correlation_id)
       values ($1, 'none', 1, $2, $3, $4, 'c')`,
      [taskId, namedTaskId, options.run.ownerId, options.run.wakeAt],
    );
  }
  return { taskId, namedTaskId, steps, id };
}

/** Writes an edge without any check. */
export async function seedEdge(connection: Connection, from: number, to: number, name = "provides"): Promise<void> {
  await connection.query(
    `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
     values ($1, $2, $3, $4, $4)`,
    [from, to, name, SEEDED_AT],
  );
}

/** What the run row of a task says. */
export async function readRun(connection: Connection, taskId: number) {
  const [row] = await connection.query("select revision, owner_id, wake_at from tasker_task_runs where task_id = $1", [
    taskId,
  ]);
  return row;
}
