import type { Connection } from "../database/database.ts";
import { array, bool, int8, json, jsonb, nullable, timestamp } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { StoredTrace } from "../tracing/stored-trace.ts";
import type { CompiledDefinition } from "./compiled-definition.ts";
import type { DefinitionNames, DefinitionNaming } from "./name-definition.ts";
import type { PreparedTask } from "./prepare-task.ts";
import { storedText } from "./protection/task-seal.ts";
import type { StoredJson } from "./stored-json.ts";

/** Writes tasks with their steps, edges and run rows. */
export const submitTasksStatement = statement({
  name: "submit_tasks",
  text: "select task_id, created, step_ids from tasker_submit($1, $2, $3, $4, $5)",
  parameters: [int8, int8, timestamp, jsonb, json],
  columns: { task_id: int8, created: bool, step_ids: nullable(array(int8)) },
});

/** Who owns tasks of a submit as soon as they are committed. */
export interface InitialOwner {
  readonly processId: number;
  readonly epoch: number;
  /** For each task of the submit, whether it is meant. */
  readonly takes: readonly boolean[];
}

/** A step that waits for the tasks of a submit. */
export interface ParentStep {
  readonly taskId: number;
  readonly stepId: number;
}

/** A task that was written, or that existed under this identity. */
export interface WrittenTask {
  readonly taskId: number;
  readonly created: boolean;
  /** In the order of the definition's steps; null if the task existed. */
  readonly stepIds: readonly number[] | null;
  /** Whether the initial owner owns it. */
  readonly owned: boolean;
}

/** Writes prepared tasks with one statement, and the rows that name their definitions before it where they are new. */
export async function submitTasks(
  connection: Connection,
  naming: DefinitionNaming,
  tasks: readonly PreparedTask[],
  options: {
    readonly now: Date;
    readonly remember: boolean;
    readonly owner: InitialOwner | null;
    readonly traces: readonly (StoredTrace | null)[];
  },
): Promise<WrittenTask[]> {
  const { now, owner } = options;
  const submit = await encodeSubmit(connection, naming, tasks, { ...options, parent: null });
  const rows = await connection.run(submitTasksStatement, [
    owner?.processId ?? 0,
    owner?.epoch ?? 0,
    now,
    submit.definitions,
    submit.tasks,
  ]);
  return rows.map((row, place) => {
    const task = tasks[place];
    const owned = row.created && task !== undefined && isOwned(owner, task, place, now);
    return { taskId: row.task_id, created: row.created, stepIds: row.step_ids, owned };
  });
}

/** What the submitting function is called with, as JSON text; the rows that name new definitions are written before. */
export async function encodeSubmit(
  connection: Connection,
  naming: DefinitionNaming,
  tasks: readonly PreparedTask[],
  options: {
    readonly now: Date;
    readonly remember: boolean;
    readonly owner: InitialOwner | null;
    readonly parent: ParentStep | null;
    /** The places of the tasks in their traces, in their order; empty if nothing is traced. */
    readonly traces: readonly (StoredTrace | null)[];
  },
): Promise<{ readonly definitions: string; readonly tasks: string }> {
  const { now, remember, owner, parent, traces } = options;
  const places = new Map<CompiledDefinition, number>();
  const definitions: string[] = [];
  for (const { compiled } of tasks) {
    if (places.has(compiled)) continue;
    places.set(compiled, places.size + 1);
    definitions.push(encodeDefinition(compiled, await naming.find(connection, compiled, now, remember)));
  }
  const items = tasks.map((task, place) =>
    encodeTask(
      task,
      places.get(task.compiled) ?? 0,
      now,
      isOwned(owner, task, place, now),
      parent,
      traces[place] ?? null,
    ),
  );
  return { definitions: `[${definitions.join(",")}]`, tasks: `[${items.join(",")}]` };
}

function isOwned(owner: InitialOwner | null, task: PreparedTask, place: number, now: Date): boolean {
  return owner !== null && owner.takes[place] === true && wakeTime(task, now) <= now;
}

function wakeTime({ request }: PreparedTask, now: Date): Date {
  return request.runAt ?? now;
}

function encodeDefinition({ definition, hash, graph }: CompiledDefinition, names: DefinitionNames): string {
  const { from, to } = graph.listEdges();
  return JSON.stringify({
    h: hash,
    n: names.namedTaskId,
    ns: names.namespaceId,
    s: names.namedStepIds,
    y: definition.steps.map((step) => step.retryable),
    l: definition.steps.map((step) => step.retryLimit),
    k: definition.steps.map((step) => step.skippable),
    ef: from,
    et: to,
  });
}

/** The context is JSON text already: it is put in as it is. */
function encodeTask(
  task: PreparedTask,
  definition: number,
  now: Date,
  own: boolean,
  parent: ParentStep | null,
  trace: StoredTrace | null,
): string {
  const { request, inputs, seal } = task;
  const fields = JSON.stringify({
    d: definition,
    i: task.identity.hash,
    ...(task.identity.windowMs === null ? {} : { w: task.identity.windowMs }),
    by: request.initiator,
    src: request.sourceSystem,
    why: request.reason,
    tags: request.tags,
    bypass: request.bypassSteps,
    at: task.requestedAt.toISOString(),
    wake: wakeTime(task, now).toISOString(),
    prio: request.priority,
    corr: task.correlationId,
    own,
    ...(parent === null ? {} : { up: parent.taskId, us: parent.stepId }),
    ...(seal === null ? {} : { sl: seal.id }),
    ...(trace === null ? {} : { tp: trace.traceparent, ts: trace.tracestate }),
  });
  const withInputs =
    inputs.size === 0
      ? fields
      : `${fields.slice(0, -1)},"in":{${[...inputs].map(([index, json]) => `"${index}":${inputText(task, index, json)}`).join(",")}}}`;
  return `${withInputs.slice(0, -1)},"c":${storedText(task.context, seal, "context", null)}}`;
}

function inputText({ seal, compiled }: PreparedTask, index: number, json: StoredJson): string {
  return storedText(json, seal, "inputs", compiled.definition.steps[index]?.name ?? null);
}
