import type { Connection } from "../../../src/database/database.ts";
import { AnnotationType, NamedStep, NamedTask, Task, TaskAnnotation } from "../../../src/models/index.ts";
import type { State } from "../../../src/states/state.ts";

/** A moment of the world, in minutes after it began. */
export function minute(minutes: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 0, minutes));
}

/** A transition: the state it led to, and the minute. */
export type Move = readonly [to: State, minute: number];

/** A task as tests describe it. */
export interface TaskSketch {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** Minute in which it was created. */
  readonly created: number;
  readonly moves: readonly Move[];
  /** The moves of each step; its name is its place: `s0`, `s1`. */
  readonly steps: readonly (readonly Move[])[];
  readonly annotations: readonly { readonly type: string; readonly value: unknown }[];
}

/** A task without anything but what is given. */
export function sketch(given: Partial<TaskSketch>): TaskSketch {
  return {
    name: "t",
    namespace: "default",
    version: "0.1.0",
    created: 0,
    moves: [],
    steps: [],
    annotations: [],
    ...given,
  };
}

/** Writes a task as it is sketched, with an edge from each step to the next. */
export async function drawTask(connection: Connection, drawn: TaskSketch): Promise<Task.TaskRow> {
  const { name, namespace, version } = drawn;
  const { named_task_id } = await NamedTask.findOrCreateByFullName(connection, { name, namespace, version });
  const task = await Task.create(connection, { named_task_id, context: { drawn: true } }, minute(drawn.created));
  await insertMoves(connection, "task", task.task_id, drawn.moves);
  const templates = drawn.steps.map((_, place) => ({ name: `s${place}`, dependentSystem: "unknown" }));
  const namedSteps = await NamedStep.createNamedStepsFromTemplates(connection, templates);
  const steps: number[] = [];
  for (const [place, moves] of drawn.steps.entries()) {
    const [row] = await connection.query(
      `insert into tasker_workflow_steps (task_id, named_step_id, created_at, updated_at)
       values ($1, $2, $3, $3) returning workflow_step_id`,
      [task.task_id, namedSteps[place]?.named_step_id, task.created_at],
    );
    const step = Number(row?.workflow_step_id);
    await insertMoves(connection, "workflow_step", step, moves);
    if (place > 0) await insertEdge(connection, steps[place - 1], step);
    steps.push(step);
  }
  for (const { type, value } of drawn.annotations) {
    const { annotation_type_id } = await AnnotationType.findOrCreateByName(connection, type);
    await TaskAnnotation.create(connection, { task_id: task.task_id, annotation_type_id, annotation: value });
  }
  return task;
}

/** Writes an edge between two steps. */
export async function insertEdge(connection: Connection, from: number | undefined, to: number | undefined) {
  await connection.query(
    `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
     values ($1, $2, 'provides', now(), now())`,
    [from, to],
  );
}

async function insertMoves(connection: Connection, of: "task" | "workflow_step", key: number, moves: readonly Move[]) {
  await connection.query(
    `insert into tasker_${of}_transitions (${of}_id, to_state, sort_key, most_recent, created_at, updated_at)
     select $1, state, place * 10, place = cardinality($2::varchar[]), at, at
     from unnest($2::varchar[], $3::timestamp[]) with ordinality as moves(state, at, place)`,
    [key, moves.map(([state]) => state), moves.map(([, at]) => minute(at))],
  );
}
