import { at } from "../graph/adjacency.ts";
import type { StepGraph } from "../graph/step-graph.ts";
import { sortTopologically } from "../graph/topology.ts";
import type { JsonObject } from "../json/json-value.ts";
import { isSatisfied } from "../states/guards.ts";
import { undoName } from "../templates/added-step-name.ts";
import type { AddedSteps } from "./added-steps.ts";
import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/** Most names of steps that are listed in the metadata of a task's row. */
const MOST_NAMES = 100;

/** Whether what the task has done is to be undone, now that nothing of it can go on: one of the failed steps asks for it. */
export function isCompensationDue(run: TaskRun): boolean {
  const { stepNamed } = run.compiled;
  if (!stepNamed.hasCompensations || run.isCompensating) return false;
  return run.steps.some((step) => step.state === "error" && stepNamed.get(step.name)?.onFailure === "compensate");
}

/** The steps that there is something to undo of, by their place. Skipped and re-used ones did nothing. */
export function findCompensable(run: TaskRun): StepRun[] {
  const { stepNamed } = run.compiled;
  return run.steps.filter((step) => step.state === "complete" && stepNamed.has(undoName(step.name)));
}

/**
 * Adds a step that undoes each of the steps: after those that undo what was done after it, and after the step itself, which
 * only shows where it belongs.
 */
export function planCompensation(added: AddedSteps, run: TaskRun, steps: readonly StepRun[]): void {
  const { stepNamed } = run.compiled;
  const undoOf = new Map<number, number>();
  for (const step of steps) {
    const name = undoName(step.name);
    const { retryable = true, retryLimit = 1 } = stepNamed.get(name) ?? {};
    const undo = added.add({ name, like: step, retryable, retryLimit, skippable: false, inputs: null });
    undoOf.set(step.index, undo);
    added.connect(step.index, undo);
  }
  const nearest = findNearestAbove(run.graph, (index) => undoOf.has(index));
  for (const [index, undo] of undoOf) {
    for (const above of nearest[index] ?? []) added.connect(undo, undoOf.get(above) ?? 0);
  }
}

/** For each step the marked ones above it with no other marked one between. Steps that have the same share one list. */
function findNearestAbove(graph: StepGraph, isMarked: (index: number) => boolean): readonly (readonly number[])[] {
  const nearest: (readonly number[])[] = [];
  for (const index of sortTopologically(graph)) {
    const own: number[] = [];
    // The parents of a join are many and mostly have the same list.
    const lists = new Set<readonly number[]>();
    for (let edge = at(graph.parentOffsets, index); edge < at(graph.parentOffsets, index + 1); edge++) {
      const parent = at(graph.parents, edge);
      if (isMarked(parent)) own.push(parent);
      else lists.add(nearest[parent] ?? []);
    }
    const [first = own] = lists;
    nearest[index] = own.length === 0 && lists.size <= 1 ? first : [...new Set([...own, ...[...lists].flat()])];
  }
  return nearest;
}

/** What the row of a task that failed says of what was undone; empty if nothing was to be. */
export function compensationFacts(run: TaskRun, isDue: boolean): JsonObject {
  if (!run.isCompensating && !isDue) return {};
  const left: string[] = [];
  let undone = 0;
  for (const step of run.steps) {
    const role = run.compiled.stepNamed.roleOf(step.name);
    if (role.kind !== "undo") continue;
    if (isSatisfied(step.state)) undone += 1;
    else left.push(role.of);
  }
  return {
    compensated: left.length === 0,
    compensated_steps_count: undone,
    ...(left.length === 0 ? {} : { not_compensated: left.slice(0, MOST_NAMES), not_compensated_count: left.length }),
  };
}
