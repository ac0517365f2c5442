import { onTestFinished } from "vitest";
import type { Connection, Database } from "../../src/database/database.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineEvent } from "../../src/engine/engine-event.ts";
import type { EngineOptions, Log } from "../../src/engine/options.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import type { StepFunction } from "../../src/handlers/function-step-handler.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import type { HandlesStep } from "../../src/handlers/step-handler.ts";
import type { TaskHandler } from "../../src/handlers/task-handler.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import type { StepDefinition, TaskDefinition } from "../../src/templates/definition.ts";
import { ManualClock } from "./manual-clock.ts";

/** What differs from the defaults in a template that is made from edges. */
export interface GraphTemplateOptions extends Partial<Omit<TaskDefinition, "steps">> {
  /** Settings of single steps by their name; a name that is in no edge is a step of its own. */
  readonly steps?: Readonly<Record<string, Partial<StepDefinition>>>;
  /** What every step does. Default: returns the step's name. */
  readonly run?: StepFunction | HandlesStep;
  readonly hooks?: TaskHandler;
}

/** A template from text such as `a -> b, a -> c, d`; no text: no steps but those in the options. */
export function graphTemplate(edges: string, options: GraphTemplateOptions = {}): TaskTemplate {
  const { steps: settings = {}, run = (_task, _sequence, step) => step.name, hooks, ...rest } = options;
  const parents = new Map<string, string[]>();
  const parentsOf = (name: string) => parents.get(name) ?? parents.set(name, []).get(name) ?? [];
  for (const part of edges.split(",")) {
    const [from = "", to] = part.split("->").map((name) => name.trim());
    if (from !== "") parentsOf(from);
    if (to !== undefined) parentsOf(to).push(from);
  }
  for (const name of Object.keys(settings)) parentsOf(name);
  const definition: TaskDefinition = {
    namespace: "default",
    name: "graph",
    version: "1.0.0",
    description: null,
    taskHandlerClass: hooks === undefined ? null : "Hooks",
    contextSchema: null,
    ...rest,
    steps: [...parents].map(([name, dependsOn]) => defaultStep(name, { dependsOn, ...settings[name] })),
  };
  return bindTemplate(definition, { Run: run, Hooks: hooks });
}

function defaultStep(name: string, settings: Partial<StepDefinition>): StepDefinition {
  return {
    name,
    description: name,
    dependentSystem: "unknown",
    dependsOn: [],
    retryable: true,
    retryLimit: 3,
    skippable: false,
    handlerClass: "Run",
    handlerConfig: null,
    timeoutSeconds: null,
    customEvents: [],
    ...settings,
  };
}

/** A line that an engine logged. */
export interface LogLine {
  readonly level: keyof Log;
  readonly facts: object;
  readonly message: string;
}

/** An engine under test with everything that a test looks at. */
export interface EngineUnderTest {
  readonly engine: Engine;
  readonly database: Database;
  readonly clock: ManualClock;
  readonly registry: HandlerRegistry;
  /** What was published, oldest first. */
  readonly events: readonly EngineEvent[];
  readonly lines: readonly LogLine[];
  /** Resolves with the first event that fits, past or future. */
  seen(fits: (event: EngineEvent) => boolean): Promise<EngineEvent>;
}

/**
 * Makes an engine on a clock that stands still, without jitter; it is stopped when the test ends. A lease that lasts
 * keeps heartbeats, which follow the machine's clock, out of tests that are not about them.
 */
export function makeEngine(
  database: Database,
  templates: readonly TaskTemplate[],
  options: Partial<Omit<EngineOptions, "clock">> & { readonly clock?: ManualClock } = {},
): EngineUnderTest {
  const registry = new HandlerRegistry();
  for (const template of templates) registry.register(template);
  const clock = options.clock ?? new ManualClock();
  const lines: LogLine[] = [];
  const engine = new Engine({
    database,
    registry,
    random: () => 0.5,
    log: recordingLog(lines),
    leaseMs: 600_000,
    ...options,
    clock,
  });
  const events: EngineEvent[] = [];
  const waiting = new Set<{ fits: (event: EngineEvent) => boolean; resolve: (event: EngineEvent) => void }>();
  engine.on((event) => {
    events.push(event);
    for (const waiter of waiting) {
      if (!waiter.fits(event)) continue;
      waiting.delete(waiter);
      waiter.resolve(event);
    }
  });
  onTestFinished(() => engine.stop({ graceMs: 0 }));
  const seen = (fits: (event: EngineEvent) => boolean): Promise<EngineEvent> => {
    const past = events.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve) => waiting.add({ fits, resolve }));
  };
  return { engine, database, clock, registry, events, lines, seen };
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

/** A log that keeps what it is told. */
export function recordingLog(lines: LogLine[]): Log {
  const at = (level: keyof Log) => (facts: object, message: string) => void lines.push({ level, facts, message });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Resolves when a condition holds; looks every few milliseconds, and gives up after 10 seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
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

/** The history of a task and its steps in the order in which it was written: `task pending > in_progress`, ... */
export async function readHistory(connection: Connection, taskId: number): Promise<string[]> {
  const rows = await connection.query(
    `select who, from_state, to_state from (
       select 'task' as who, from_state, to_state, metadata, created_at, sort_key
       from tasker_task_transitions where task_id = $1
       union all
       select n.name, x.from_state, x.to_state, x.metadata, x.created_at, x.sort_key
       from tasker_workflow_step_transitions x
       join tasker_workflow_steps w using (workflow_step_id) join tasker_named_steps n using (named_step_id)
       where w.task_id = $1
     ) q order by (metadata ->> 'seq')::bigint nulls last, created_at, sort_key`,
    [taskId],
  );
  return rows.map(({ who, from_state, to_state }) => `${who} ${from_state} > ${to_state}`);
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
