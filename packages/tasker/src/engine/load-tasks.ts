import { z } from "zod";
import type { Connection } from "../database/database.ts";
import {
  array,
  bool,
  int2,
  int4,
  int8,
  json,
  jsonb,
  nullable,
  text,
  timestamp,
  varchar,
} from "../database/sql-type.ts";
import { type RowOf, statement } from "../database/statement.ts";
import { HandlerNotFoundError } from "../errors/index.ts";
import { graphFromEdges, type StepGraph } from "../graph/step-graph.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { isSatisfied } from "../states/guards.ts";
import { isState, type State } from "../states/state.ts";
import { definitionFromDocument } from "../templates/definition-document.ts";
import type { CompiledDefinition, DefinitionCache } from "./compiled-definition.ts";
import { ForeignFacts, judgeForeignStep } from "./foreign-step.ts";
import { WaitingFor } from "./standing-wait.ts";
import { readableResults, type StepResolution } from "./step-resolution.ts";
import { mayStart, type StepRun } from "./step-run.ts";
import { EMPTY_OBJECT, StoredJson } from "./stored-json.ts";
import { TaskRun } from "./task-run.ts";
import { LiveTaskView } from "./task-view.ts";

/** Reads tasks that a process owns, with their steps and edges. */
export const loadTasks = statement({
  name: "load_tasks",
  text: "select * from tasker_load($1, $2)",
  parameters: [int8, array(int8)],
  columns: {
    task_id: int8,
    definition_hash: varchar,
    epoch: int8,
    revision: int4,
    priority: int2,
    correlation_id: varchar,
    namespace: varchar,
    name: varchar,
    version: varchar,
    context: nullable(jsonb),
    initiator: nullable(varchar),
    source_system: nullable(varchar),
    reason: nullable(varchar),
    tags: nullable(jsonb),
    bypass_steps: nullable(json),
    requested_at: timestamp,
    state: varchar,
    sort_key: int4,
    halted: bool,
    paused: bool,
    parent_task_id: nullable(int8),
    steps: nullable(json),
    edges: nullable(json),
  },
});

/** Reads definitions by their hashes. */
export const loadDefinitions = statement({
  name: "load_definitions",
  text: "select definition_hash, definition from tasker_definitions where definition_hash = any($1)",
  parameters: [array(text)],
  columns: { definition_hash: varchar, definition: jsonb },
});

/** Gives back tasks that a process owns and cannot run; from `$3` on they can be claimed again. */
export const giveBack = statement({
  name: "give_back",
  text: "update tasker_task_runs set owner_id = 0, wake_at = $3 where owner_id = $1 and task_id = any($2)",
  parameters: [int8, array(int8), timestamp],
  columns: {},
});

/** A row of {@link loadTasks}. */
export type LoadedTask = RowOf<typeof loadTasks.columns>;

const StepMetadata = z.object({
  execution_id: z.string().optional(),
  interruptions: z.number().int().optional(),
  backoff_until: z.string().optional(),
  circuit_open: z.string().optional(),
  resolution: z.string().optional(),
  skipped_with: z.string().optional(),
  waiting_for: WaitingFor.optional(),
  span_id: z.string().optional(),
});

/** A step as `tasker_load` gives it: an array, because a thousand of them come at a time. */
const StepRow = z.tuple([
  z.number(),
  z.string(),
  z.string(),
  z.number(),
  z.number(),
  z.number(),
  z.boolean(),
  z.boolean(),
  StepMetadata.catch({}).nullable(),
  z.unknown(),
  z.unknown(),
  ForeignFacts.nullable(),
]);
const StepRows = z.array(StepRow);
const EdgeRows = z.array(z.tuple([z.number(), z.number()]));
const Texts = z
  .array(z.unknown())
  .catch([])
  .transform((items) => items.filter((item) => typeof item === "string"));

/** The definitions of some tasks by their hashes; for one that cannot be read, the error that says why. */
export async function fetchDefinitions(
  connection: Connection,
  cache: DefinitionCache,
  tasks: readonly LoadedTask[],
): Promise<ReadonlyMap<string, CompiledDefinition | Error>> {
  const found = new Map<string, CompiledDefinition | Error>();
  const missing = new Set<string>();
  for (const { definition_hash: hash } of tasks) {
    const known = cache.get(hash);
    if (known === undefined) missing.add(hash);
    else found.set(hash, known);
  }
  if (missing.size > 0) {
    for (const row of await connection.run(loadDefinitions, [[...missing]])) {
      found.set(row.definition_hash, compileDocument(cache, row.definition));
    }
  }
  return found;
}

function compileDocument(cache: DefinitionCache, document: unknown): CompiledDefinition | Error {
  try {
    return cache.compile(definitionFromDocument(document));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What decides about steps that others than an engine have moved. */
export interface ForeignRules {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Age after which a step that runs elsewhere counts as left behind; null: never. */
  readonly abandonedStepMs: number | null;
}

/**
 * The task in memory, as the row says it stands.
 * @throws HandlerNotFoundError if a step that is to run is not in the definition
 * @throws CyclicGraphError and others, if the rows are not those of a task that can run
 */
export function buildTaskRun(
  row: LoadedTask,
  compiled: CompiledDefinition,
  template: TaskTemplate,
  rules: ForeignRules,
): TaskRun {
  const rows = StepRows.parse(row.steps ?? []);
  const graph = graphOf(rows, EdgeRows.parse(row.edges ?? []), compiled);
  const steps: StepRun[] = [];
  let abandonedAt: number | null = null;
  for (const stepRow of rows) {
    const { step, leftBehindAt } = buildStepRun(graph.indexOf(stepRow[1]), stepRow, compiled, rules);
    steps[step.index] = step;
    if (leftBehindAt !== null) abandonedAt = Math.min(abandonedAt ?? leftBehindAt, leftBehindAt);
  }
  const run = new TaskRun({
    taskId: row.task_id,
    epoch: row.epoch,
    revision: row.revision,
    priority: row.priority,
    view: viewOf(row),
    compiled,
    template,
    graph,
    steps,
    state: toState(row.state),
    sortKey: row.sort_key,
    halted: row.halted,
    paused: row.paused,
    parentTaskId: row.parent_task_id,
    abandonedAt,
  });
  if (!run.isOver) checkHandlers(run);
  return run;
}

function buildStepRun(
  index: number,
  [
    stepId,
    name,
    storedState,
    sortKey,
    attempts,
    retryLimit,
    retryable,
    skippable,
    metadata,
    inputs,
    results,
    foreign,
  ]: z.infer<typeof StepRow>,
  { stepNamed }: CompiledDefinition,
  { nowMs, abandonedStepMs }: ForeignRules,
): { readonly step: StepRun; readonly leftBehindAt: number | null } {
  const state = toState(storedState);
  const resolution = resolutionOf(state, metadata);
  const stored = results === null ? EMPTY_OBJECT : StoredJson.of(results);
  const executionId = metadata?.execution_id ?? "unknown";
  const facts = state === "in_progress" && foreign === null ? metadata?.waiting_for : undefined;
  const wait = facts === undefined ? null : { executionId, facts };
  const step: StepRun = {
    index,
    stepId,
    name,
    state,
    sortKey,
    attempts,
    retryLimit,
    retryable,
    skippable,
    interruptions: metadata?.interruptions ?? 0,
    blockedBy: state === "error" ? (metadata?.circuit_open ?? null) : null,
    dueAt: state === "error" && metadata?.backoff_until !== undefined ? Date.parse(metadata.backoff_until) : null,
    inputs: inputs === null ? null : StoredJson.of(inputs),
    results: readableResults(resolution, stored, stepNamed.get(name)),
    execution: null,
    lostExecutionId: state === "in_progress" && wait === null ? executionId : null,
    waits: stepNamed.get(name)?.wait ?? null,
    wait,
    outside: null,
    resolution,
    queued: false,
    ...(metadata?.span_id === undefined ? {} : { previousSpanId: metadata.span_id }),
  };
  if (foreign === null) return { step, leftBehindAt: null };
  const { outside, dueAt, abandonedAt } = judgeForeignStep(state, attempts, foreign, abandonedStepMs);
  step.outside = outside;
  if (dueAt !== null && mayStart(step)) step.dueAt = dueAt;
  if (outside !== "running") return { step, leftBehindAt: null };
  if (abandonedAt === null || abandonedAt > nowMs) {
    step.lostExecutionId = null;
    return { step, leftBehindAt: abandonedAt };
  }
  // The reference counts an attempt when it ends: this one is counted here, as it is taken back with the interruption.
  step.attempts += 1;
  step.outside = null;
  return { step, leftBehindAt: null };
}

function resolutionOf(state: State, metadata: z.infer<typeof StepMetadata> | null): StepResolution | null {
  if (state !== "resolved_manually" || metadata?.resolution === undefined) return null;
  return { kind: metadata.resolution, skippedWith: metadata.skipped_with ?? null };
}

/** A task whose steps are not those of the template is not run in part: the template is not the one it was made from. */
function checkHandlers({ taskId, steps, compiled: { definition, stepNamed } }: TaskRun): void {
  const unknown = steps.find((step) => !isEnded(step.state) && !stepNamed.has(step.name));
  if (unknown === undefined) return;
  throw new HandlerNotFoundError(
    `task ${taskId} has a step ${unknown.name}, which ${definition.namespace}.${definition.name}@${definition.version} does not have`,
    { context: { taskId, step: unknown.name, expected: [...stepNamed.keys()].join(", ") } },
  );
}

function isEnded(state: State): boolean {
  return isSatisfied(state) || state === "cancelled";
}

function viewOf(row: LoadedTask): LiveTaskView {
  return new LiveTaskView({
    taskId: row.task_id,
    namespace: row.namespace,
    name: row.name,
    version: row.version,
    storedContext: StoredJson.of(row.context ?? {}),
    initiator: row.initiator ?? "unknown",
    sourceSystem: row.source_system ?? "unknown",
    reason: row.reason ?? "unknown",
    tags: Texts.parse(row.tags),
    bypassSteps: Texts.parse(row.bypass_steps),
    requestedAt: row.requested_at,
    correlationId: row.correlation_id,
  });
}

function toState(value: string): State {
  return isState(value) ? value : "pending";
}

/** The rows are the truth; where they say what the definition says, its graph is shared by all its tasks. */
function graphOf(
  rows: readonly z.infer<typeof StepRow>[],
  edges: readonly (readonly [number, number])[],
  { graph }: CompiledDefinition,
): StepGraph {
  const nameOf = new Map(rows.map(([stepId, name]) => [stepId, name]));
  const pairs = edges.map(([from, to]) => [nameOf.get(from) ?? "", nameOf.get(to) ?? ""] as const);
  if (sameGraph(graph, rows.length, pairs)) return graph;
  const names = rows.map(([, name]) => name);
  const indexOf = new Map(names.map((name, index) => [name, index]));
  const inside = pairs.filter(([from, to]) => indexOf.has(from) && indexOf.has(to));
  return graphFromEdges(
    names,
    inside.map(([from]) => indexOf.get(from) ?? 0),
    inside.map(([, to]) => indexOf.get(to) ?? 0),
  );
}

function sameGraph(graph: StepGraph, size: number, pairs: readonly (readonly [string, string])[]): boolean {
  if (graph.size !== size || graph.edgeCount !== pairs.length) return false;
  // Searching among the parents instead would cost the square of a wide step's width.
  const edges = new Set<number>();
  for (let child = 0; child < size; child++) {
    const end = graph.parentOffsets[child + 1] ?? 0;
    for (let place = graph.parentOffsets[child] ?? 0; place < end; place++) {
      edges.add((graph.parents[place] ?? 0) * size + child);
    }
  }
  // Taken out, so that an edge which is there twice does not stand for another one that is missing.
  return pairs.every(([from, to]) => edges.delete(graph.indexOf(from) * size + graph.indexOf(to)));
}
