import { SORT_KEY_STEP, type Writer } from "../../engine/step-move.ts";
import { mayStart, type StepRun } from "../../engine/step-run.ts";
import { ConfigurationError } from "../../errors/index.ts";
import { buildGraph, type StepGraph } from "../../graph/step-graph.ts";
import { findAncestors, sortTopologically } from "../../graph/topology.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { isSatisfied } from "../../states/guards.ts";
import type { State } from "../../states/state.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { type StepSeed, type StepState, stepSeed } from "./step-seed.ts";
import { type StepStory, type StoryRow, tellStep } from "./step-story.ts";

/** What the engine would have written of a task: times are milliseconds from its creation. */
export interface TaskStory {
  readonly definition: TaskDefinition;
  readonly graph: StepGraph;
  readonly state: State;
  readonly taskRows: readonly StoryRow[];
  /** In the order of the definition. */
  readonly steps: readonly StepStory[];
  /** All rows in the order in which they were written: -1 stands for the task, else the place of the step. */
  readonly order: readonly { readonly owner: number; readonly row: StoryRow }[];
  /** How long ago the task was created when the story is over. */
  readonly lengthMs: number;
  /** When the task wants to be claimed; null if it is over. */
  readonly wakeMs: number | null;
}

/** What is told of a task. */
export interface TaskPlan {
  readonly definition: TaskDefinition;
  /**
   * By the names of steps. A step that is not named is `complete` if a step after it has started, or if the task is
   * `complete`; otherwise `pending`.
   */
  readonly steps?: Readonly<Record<string, StepState>>;
  /**
   * The state that the task is brought into; one that its steps do not give by themselves is added to it, as an operator
   * would. Default: what the engine would make of the steps. `error` without any named step: about half of the steps
   * are complete and the next ones have used up their attempts.
   */
  readonly state?: State;
  /** Whether steps that have started need satisfied parents. Default: true. */
  readonly consistent?: boolean;
}

/**
 * Tells the story of a task whose steps are in given states. Everything happens one after the other: first what led to the
 * satisfied steps, parents first; then the other steps, those that began longest ago first.
 * @throws ConfigurationError for a step that does not exist or has started before its parents were satisfied, for a history
 * that the rules do not allow, and for a task state that cannot be reached
 */
export function tellTask(plan: TaskPlan, writer: Writer): TaskStory {
  const { definition, consistent = true } = plan;
  const graph = buildGraph(definition.steps);
  const seeds = fillIn(plan, graph);
  const steps: StepStory[] = [];
  const order: { readonly owner: number; readonly row: StoryRow }[] = [];
  const tell = (index: number, beginMs: number): StepStory => {
    const step = definition.steps[index];
    if (step === undefined) throw new RangeError(`no step ${index}`);
    const story = tellStep(step, index, seeds[index] ?? {}, beginMs, writer);
    steps[index] = story;
    for (const row of story.rows) order.push({ owner: index, row });
    return story;
  };
  let nowMs = 0;
  const open: number[] = [];
  for (const index of sortTopologically(graph)) {
    const { attempts = [], endedAs = null } = seeds[index] ?? {};
    if (endedAs === "resolved_manually" || attempts.at(-1) === "success") nowMs = tell(index, nowMs).endMs;
    else open.push(index);
  }
  const agoMs = (index: number) => (seeds[index]?.agoSeconds ?? 0) * 1_000;
  const longestMs = Math.max(0, ...open.map(agoMs));
  const baseMs = nowMs;
  for (const index of open.sort((a, b) => agoMs(b) - agoMs(a))) {
    nowMs = tell(index, Math.max(nowMs, baseMs + longestMs - agoMs(index))).endMs;
  }
  nowMs = Math.max(nowMs, baseMs + longestMs);
  if (consistent) refuseEarlyStarts(definition, graph, steps);
  return endTask(plan, writer, { definition, graph, steps, order, nowMs });
}

/** The seed of every step, by its place. */
function fillIn({ definition, steps = {}, state }: TaskPlan, graph: StepGraph): StepSeed[] {
  const seeds: (StepSeed | undefined)[] = [];
  for (const [name, given] of Object.entries(steps)) {
    const index = graph.indexOf(name);
    if (index === -1) {
      throw new ConfigurationError(`the template ${definition.name} has no step ${name}`, {
        context: { field: "steps", value: name, expected: graph.names },
      });
    }
    seeds[index] = stepSeed(given, definition.steps[index]?.retryLimit ?? 0);
  }
  if (state === "error" && Object.keys(steps).length === 0) return failHalfWay(definition, graph);
  const done = new Set<number>();
  for (const [index, seed] of seeds.entries()) {
    if ((seed?.attempts ?? []).length > 0) for (const ancestor of findAncestors(graph, index)) done.add(ancestor);
  }
  return definition.steps.map(({ retryLimit }, index) => {
    const known = seeds[index];
    return known ?? stepSeed(done.has(index) || state === "complete" ? "complete" : "pending", retryLimit);
  });
}

/** The first half of the steps complete, those that are then ready exhausted. */
function failHalfWay(definition: TaskDefinition, graph: StepGraph): StepSeed[] {
  const order = [...sortTopologically(graph)];
  const done = new Set(order.slice(0, Math.floor(order.length / 2)));
  return definition.steps.map(({ retryLimit }, index) => {
    if (done.has(index)) return stepSeed("complete", retryLimit);
    const ready = parentsOf(graph, index).every((parent) => done.has(parent));
    return stepSeed(ready ? "retry_exhausted" : "pending", retryLimit);
  });
}

function parentsOf(graph: StepGraph, index: number): number[] {
  return [...graph.parents.subarray(graph.parentOffsets[index], graph.parentOffsets[index + 1])];
}

function refuseEarlyStarts(definition: TaskDefinition, graph: StepGraph, steps: readonly StepStory[]): void {
  for (const [index, { startedMs, step }] of steps.entries()) {
    if (startedMs === null) continue;
    for (const parent of parentsOf(graph, index)) {
      const state = steps[parent]?.step.state ?? "pending";
      if (isSatisfied(state)) continue;
      const name = graph.names[parent];
      throw new ConfigurationError(
        `step ${step.name} of ${definition.name} has started although its parent ${name} is ${state}; with consistent: false it may`,
        { context: { field: `steps.${name}`, value: state, expected: "complete or resolved_manually" } },
      );
    }
  }
}

interface Told {
  readonly definition: TaskDefinition;
  readonly graph: StepGraph;
  readonly steps: readonly StepStory[];
  readonly order: { readonly owner: number; readonly row: StoryRow }[];
  readonly nowMs: number;
}

/** Whether a step is running or could start, now or when its retry is due. */
function canGoOn({ graph, steps }: Told, { step }: StepStory): boolean {
  if (step.state === "in_progress") return true;
  if (step.state === "error") return step.dueAt !== null;
  if (step.state !== "pending" || !mayStart(step)) return false;
  return parentsOf(graph, step.index).every((parent) => isSatisfied(steps[parent]?.step.state ?? "pending"));
}

function endTask(plan: TaskPlan, writer: Writer, told: Told): TaskStory {
  const { steps, order, nowMs } = told;
  const runs: readonly StepRun[] = steps.map(({ step }) => step);
  const own: State = runs.every(({ state }) => isSatisfied(state))
    ? "complete"
    : !steps.some((step) => canGoOn(told, step))
      ? "error"
      : order.length > 0
        ? "in_progress"
        : "pending";
  const wanted = plan.state ?? own;
  const chain = chainTo(
    plan,
    own,
    wanted,
    steps.some(({ startedMs }) => startedMs !== null),
  );
  const taskRows = chain.map(
    (to, place): StoryRow => ({
      from: chain[place - 1] ?? "pending",
      to,
      sortKey: (place + 1) * SORT_KEY_STEP,
      metadata: { ...writer, ...describe(to, place === 0, runs) },
      atMs: to === "in_progress" && place === 0 ? Math.min(nowMs, ...order.map(({ row }) => row.atMs)) : nowMs,
      execution: null,
      dueMs: null,
    }),
  );
  const [first, ...rest] = taskRows;
  const starts = first?.to === "in_progress" ? [first] : [];
  const ends = first === undefined || starts.length > 0 ? rest : taskRows;
  const owned = (row: StoryRow) => ({ owner: -1, row });
  return {
    definition: told.definition,
    graph: told.graph,
    state: wanted,
    taskRows,
    steps,
    order: [...starts.map(owned), ...order, ...ends.map(owned)],
    lengthMs: nowMs,
    wakeMs: wanted === "pending" || wanted === "in_progress" ? wakeTime(told) : null,
  };
}

/** At once, unless everything that can go on waits for a retry. */
function wakeTime(told: Told): number {
  const open = told.steps.filter((step) => canGoOn(told, step));
  return Math.max(told.nowMs, Math.min(...open.map(({ step }) => step.dueAt ?? 0)));
}

/** The states a task passes through: what its steps make of it, then what is asked for. */
function chainTo({ definition, state }: TaskPlan, own: State, wanted: State, started: boolean): State[] {
  const begin: State[] = started || own === "complete" || own === "in_progress" ? ["in_progress"] : [];
  const reached: State[] = own === "complete" || own === "error" ? [...begin, own] : begin;
  if (state === undefined || wanted === own) return reached;
  if (wanted === "cancelled") return own === "error" ? [...reached, "pending", "cancelled"] : [...reached, "cancelled"];
  if (wanted === "resolved_manually" && own === "error") return [...reached, "resolved_manually"];
  if (wanted === "in_progress" && own === "pending") return ["in_progress"];
  throw new ConfigurationError(
    `a task of ${definition.name} with these steps is ${own}, it cannot be brought into ${wanted}`,
    { context: { field: "state", value: wanted, expected: own } },
  );
}

function describe(to: State, isFirst: boolean, runs: readonly StepRun[]): JsonObject {
  if (to === "in_progress" && isFirst) {
    return { initialization_completed: true, step_dependencies_established: runs.length };
  }
  if (to === "complete") return { total_steps: runs.length };
  if (to !== "error") return {};
  const failed = runs.filter(({ state }) => state === "error").map(({ name }) => name);
  return {
    error_message: "steps_in_error_state",
    failed_steps: failed,
    failed_steps_count: failed.length,
    blocked_steps_count: runs.filter(({ state }) => state === "pending").length,
    total_steps: runs.length,
  };
}
