import type { Database } from "../../database/database.ts";
import type { EngineOptions } from "../../engine/options.ts";
import type { TaskRequest } from "../../engine/task-request.ts";
import type { TaskerEvent } from "../../events/event.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import { drain } from "./drain.ts";
import { ManualClock } from "./manual-clock.ts";
import { openMemoryDatabase } from "./memory-database.ts";
import { readTask, type TaskReport } from "./read-task.ts";
import { createTestEngine } from "./test-engine.ts";

/** Options of {@link runTask}. */
export interface RunTaskOptions {
  /** A migrated database, which stays open. Default: one in memory, made for this run and closed after it. */
  readonly database?: Database;
  /** Default: a new one. Give your own to handlers that look at the time or sleep. */
  readonly clock?: ManualClock;
  /** What else the request says: initiator, tags, priority, ... */
  readonly request?: Omit<TaskRequest, "name" | "namespace" | "version" | "context">;
  /** Further templates, for tasks that handlers submit. Default: none. */
  readonly templates?: readonly TaskTemplate[];
  /** As the engine's option. */
  readonly tracing?: NonNullable<EngineOptions["tracing"]>;
}

/** A task that was run to its end. */
export interface TaskRunReport extends TaskReport {
  /** What the engine published that its database tells, oldest first: changes of state, and what handlers published. */
  readonly events: readonly TaskerEvent[];
  /** Milliseconds by the manual clock from submit to end: waits for retries and sleeps, no computing time. */
  readonly elapsedMs: number;
}

/**
 * Runs one task from submit to its end on a real engine with a manual clock, and gives its state, its steps with their
 * results and its audit trail. Retries, deadlines and `clock.sleep` take no real time.
 * @throws what `Engine.submit` throws for the context, and what {@link drain} throws
 */
export async function runTask(
  template: TaskTemplate,
  context: Readonly<Record<string, unknown>> = {},
  options: RunTaskOptions = {},
): Promise<TaskRunReport> {
  const { clock = new ManualClock(), request = {}, templates = [], tracing = true } = options;
  const database = options.database ?? (await openMemoryDatabase());
  try {
    const test = createTestEngine({ database, clock, templates: [template, ...templates], tracing });
    const { namespace, name, version } = template.definition;
    const start = clock.now();
    await test.engine.start();
    try {
      const { taskId } = await test.engine.submit({ ...request, namespace, name, version, context });
      await drain(test, [taskId]);
      return { ...(await readTask(database, taskId)), events: [...test.events], elapsedMs: clock.now() - start };
    } finally {
      await test.engine.stop({ graceMs: 0 });
    }
  } finally {
    if (options.database === undefined) await database.close();
  }
}
