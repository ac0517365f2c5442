import { at } from "../../graph/adjacency.ts";
import { countDescendants, type DescendantCounts } from "../../graph/descendant-counts.ts";
import { graphFromEdges, type StepGraph } from "../../graph/step-graph.ts";
import { computeLevels } from "../../graph/topology.ts";
import { isSatisfied } from "../../states/guards.ts";
import { isState } from "../../states/state.ts";
import type { AnalyzedStep, AnalyzedTask } from "./analyzed-task.ts";

/** How a step stands. Of one that is satisfied, cancelled or in progress nothing but that is true. */
export interface StepStanding {
  readonly isSatisfied: boolean;
  readonly isFailed: boolean;
  /** Parents that are not satisfied; counted whatever its state. */
  readonly unmetParents: number;
  /** It waits for parents: it has not ended or begun, and not all of them are satisfied. */
  readonly isBlocked: boolean;
  /** It has had all its attempts, or failed for good. */
  readonly isExhausted: boolean;
  readonly isInBackoff: boolean;
  /** It could start at once. */
  readonly isReady: boolean;
}

/** A snapshot as a graph, with what each step's state means: made once, for every part of the analysis. */
export interface TaskGraph {
  readonly snapshot: AnalyzedTask;
  readonly graph: StepGraph;
  readonly steps: readonly AnalyzedStep[];
  /** By index, as `steps`. */
  readonly standings: readonly StepStanding[];
  readonly levels: Int32Array;
  /** `marked` are those that are blocked. */
  readonly descendants: DescendantCounts;
  readonly satisfied: number;
  readonly failed: number;
  readonly blocked: number;
  readonly ready: number;
  /** Satisfied steps among all, 0 to 1; 0 without steps. */
  readonly completion: number;
}

/**
 * Builds the graph of a snapshot. Edges that lead to other tasks are left out.
 * @throws CyclicGraphError the edges form a cycle; `context.members` names its steps
 */
export function toTaskGraph(snapshot: AnalyzedTask): TaskGraph {
  const { steps } = snapshot;
  const graph = connect(snapshot);
  const satisfied = Uint8Array.from(steps, ({ state }) => (isState(state) && isSatisfied(state) ? 1 : 0));
  const standings = steps.map((step, index) => standingOf(step, countUnmet(graph, satisfied, index), snapshot.now));
  const blocked = Uint8Array.from(standings, ({ isBlocked }) => (isBlocked ? 1 : 0));
  const count = (is: (standing: StepStanding) => boolean) => standings.filter(is).length;
  const done = count((standing) => standing.isSatisfied);
  return {
    snapshot,
    graph,
    steps,
    standings,
    levels: computeLevels(graph),
    descendants: countDescendants(graph, blocked),
    satisfied: done,
    failed: count(({ isFailed }) => isFailed),
    blocked: count(({ isBlocked }) => isBlocked),
    ready: count(({ isReady }) => isReady),
    completion: steps.length === 0 ? 0 : done / steps.length,
  };
}

function connect({ steps, edges }: AnalyzedTask): StepGraph {
  const indexOf = new Map(steps.map(({ id }, index) => [id, index]));
  const from: number[] = [];
  const to: number[] = [];
  for (const [edge, parent] of edges.from.entries()) {
    const source = indexOf.get(parent);
    const target = indexOf.get(edges.to[edge] ?? Number.NaN);
    if (source === undefined || target === undefined) continue;
    from.push(source);
    to.push(target);
  }
  return graphFromEdges(uniqueNames(steps), from, to);
}

/** The shared schema lets two steps of a task have one name. */
function uniqueNames(steps: readonly AnalyzedStep[]): string[] {
  const names = steps.map(({ name }) => name);
  return new Set(names).size === names.length ? names : steps.map(({ name, id }) => `${name} #${id}`);
}

function countUnmet(graph: StepGraph, satisfied: Uint8Array, step: number): number {
  let unmet = 0;
  for (let edge = at(graph.parentOffsets, step); edge < at(graph.parentOffsets, step + 1); edge++) {
    if (satisfied[at(graph.parents, edge)] === 0) unmet++;
  }
  return unmet;
}

function standingOf(step: AnalyzedStep, unmetParents: number, now: number): StepStanding {
  const isFailed = step.state === "error";
  const isWaiting = isFailed || step.state === "pending";
  const isExhausted = isWaiting && (step.attempts >= step.retryLimit || (isFailed && !step.retryable));
  const isBlocked = isWaiting && unmetParents > 0;
  const isInBackoff = isFailed && !isExhausted && step.nextRetryAt !== null && step.nextRetryAt > now;
  return {
    isSatisfied: isState(step.state) && isSatisfied(step.state),
    isFailed,
    unmetParents,
    isBlocked,
    isExhausted,
    isInBackoff,
    isReady: isWaiting && !isBlocked && !isExhausted && !isInBackoff,
  };
}

/** The item at an index that the caller knows to be within bounds. */
export function itemAt<T>(items: readonly T[], index: number): T {
  return items[index] as T;
}
