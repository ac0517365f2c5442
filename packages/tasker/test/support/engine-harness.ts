import { onTestFinished } from "vitest";
import { findEventSubjects } from "../../src/actions/event-subjects.ts";
import type { Connection, Database } from "../../src/database/database.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { createTestEngine, type TestEngine, type TestEngineOptions } from "../../src/testing/run/test-engine.ts";
import { expectEventsOfRows } from "./compare-events.ts";

export { graphTemplate } from "../../src/testing/run/graph-template.ts";
export { readHistory } from "../../src/testing/run/read-task.ts";
export { type LogLine, recordingLog } from "../../src/testing/run/test-engine.ts";

/** An engine under test with everything that a test looks at. */
export type EngineUnderTest = TestEngine;

/**
 * Makes an engine as {@link createTestEngine} does, which is stopped when the test ends. What it has published is then
 * compared with what the rows of its database tell.
 */
export function makeEngine(
  database: Database,
  templates: readonly TaskTemplate[],
  options: Omit<TestEngineOptions, "database" | "templates"> = {},
): EngineUnderTest {
  const made = createTestEngine({ ...options, database, templates });
  onTestFinished(async () => {
    await made.engine.stop({ graceMs: 0 });
    // Some tests end with a database that is closed or away.
    const answers = await findEventSubjects(database, []).then(Boolean, () => false);
    if (answers) await expectEventsOfRows(database, made.events);
  });
  return made;
}

/** Opens a database that is closed when the test ends, after the engines that use it. */
export async function useDatabase(open: () => Promise<Database>): Promise<Database> {
  const database = await open();
  onTestFinished(() => database.close());
  return database;
}

/** Makes an engine as {@link makeEngine} does and starts it. */
export async function startEngine(...args: Parameters<typeof makeEngine>): Promise<EngineUnderTest> {
  const made = makeEngine(...args);
  await made.engine.start();
  return made;
}

/** How long a condition may take to hold, in milliseconds: processes begin, and leases end, late on a machine that is busy. */
const PATIENCE_MS = 60_000;

/** Resolves when a condition holds; looks every few milliseconds, and gives up after a minute. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves when every engine has sent its first heartbeat, which it does at once; the next one is far away. */
export function firstHeartbeats(database: Database): Promise<void> {
  const beginning = "select from tasker_processes where stopped_at is null and heartbeat_at = started_at";
  return until(async () => (await database.query(beginning)).length === 0, "the first heartbeats");
}

/** A promise with its ends, for handlers that wait for the test. */
export interface Gate<T = void> {
  readonly promise: Promise<T>;
  open(value: T): void;
  fail(error: unknown): void;
}

/** Makes a {@link Gate}. */
export function makeGate<T = void>(): Gate<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { promise, open: resolve, fail: reject };
}

/** The row of a step. */
export async function readStep(connection: Connection, taskId: number, name: string): Promise<Record<string, unknown>> {
  const [row] = await connection.query(
    `select w.*, coalesce((
       select x.to_state from tasker_workflow_step_transitions x
       where x.workflow_step_id = w.workflow_step_id and x.most_recent
     ), 'pending') as state
     from tasker_workflow_steps w join tasker_named_steps n using (named_step_id)
     where w.task_id = $1 and n.name = $2`,
    [taskId, name],
  );
  if (row === undefined) throw new Error(`task ${taskId} has no step ${name}`);
  return row;
}

/** The transition rows of a step, oldest first. */
export async function readTransitions(
  connection: Connection,
  taskId: number,
  name: string,
): Promise<Record<string, unknown>[]> {
  return connection.query(
    `select x.* from tasker_workflow_step_transitions x
     join tasker_workflow_steps w using (workflow_step_id) join tasker_named_steps n using (named_step_id)
     where w.task_id = $1 and n.name = $2 order by x.sort_key`,
    [taskId, name],
  );
}

/** The current state of a task. */
export async function readState(connection: Connection, taskId: number): Promise<unknown> {
  const [row] = await connection.query(
    `select coalesce((
       select to_state from tasker_task_transitions where task_id = $1 and most_recent
     ), 'pending') as state`,
    [taskId],
  );
  return row?.state;
}

/** Writes a transition as the reference does: no `from_state`, empty metadata, ten more than the greatest sort key. */
export async function transitionAsRails(
  connection: Connection,
  of: { readonly taskId: number } | { readonly stepId: unknown },
  to: string,
): Promise<void> {
  const [table, column, id] =
    "taskId" in of
      ? ["tasker_task_transitions", "task_id", of.taskId]
      : ["tasker_workflow_step_transitions", "workflow_step_id", of.stepId];
  await connection.query(
    `with cleared as (
       update ${table} set most_recent = false where ${column} = $1 and most_recent
     ) select 1`,
    [id],
  );
  await connection.query(
    `insert into ${table} (${column}, to_state, sort_key, metadata, most_recent, created_at, updated_at)
     select $1, $2, coalesce(max(sort_key), 0) + 10, '{}', true,
       clock_timestamp() at time zone 'UTC', clock_timestamp() at time zone 'UTC'
     from ${table} where ${column} = $1`,
    [id, to],
  );
}
