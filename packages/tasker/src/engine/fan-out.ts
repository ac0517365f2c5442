import { FanOutError, UnreadableValueError } from "../errors/index.ts";
import { at } from "../graph/adjacency.ts";
import { valueAtPath } from "../json/value-at-path.ts";
import { isSatisfied } from "../states/guards.ts";
import { instanceName } from "../templates/added-step-name.ts";
import type { ForEach } from "../templates/definition.ts";
import type { AddedSteps } from "./added-steps.ts";
import type { StepRun } from "./step-run.ts";
import { StoredJson } from "./stored-json.ts";
import type { TaskRun } from "./task-run.ts";

/** Whether the instances of a mapped step are there. */
export function isFannedOut(run: TaskRun, mapped: StepRun): boolean {
  return run.graph.indexOf(instanceName(mapped.name, 0)) !== -1;
}

/**
 * The items that a mapped step runs over, from what the step before it stored; none if that was left out.
 * @throws FanOutError if there is no list, or one that is too long
 */
export function readItems(run: TaskRun, mapped: StepRun): readonly unknown[] {
  const forEach = run.compiled.stepNamed.get(mapped.name)?.forEach;
  if (forEach == null) throw new RangeError(`step ${mapped.name} is not a mapped step`);
  const source = run.steps[run.graph.indexOf(forEach.step)];
  // Left out, and without a list in its place: there is nothing to do.
  if (source?.state === "resolved_manually" && source.results.text === "null") return [];
  const stored = source === undefined || !isSatisfied(source.state) ? undefined : source.results.value;
  const items = forEach.path === null ? stored : valueAtPath(stored, forEach.path);
  if (!Array.isArray(items)) throw refuse(mapped, forEach, describe(items), "a list");
  if (items.length > forEach.maxItems) {
    throw refuse(mapped, forEach, `a list of ${items.length} items`, `at most ${forEach.maxItems} (max_items)`);
  }
  return items;
}

/** The items of a mapped step that has to get its instances; null for one that starts itself, and for any other step. */
export function itemsToAdd(run: TaskRun, step: StepRun): readonly unknown[] | null {
  if (run.compiled.stepNamed.roleOf(step.name).kind !== "join" || isFannedOut(run, step)) return null;
  try {
    const items = readItems(run, step);
    return items.length === 0 ? null : items;
  } catch (error) {
    // It starts, and fails with this error.
    if (error instanceof FanOutError || error instanceof UnreadableValueError) return null;
    throw error;
  }
}

function refuse(mapped: StepRun, { step, path }: ForEach, found: string, expected: string): FanOutError {
  const place = path === null ? `the results of step ${step}` : `${path} in the results of step ${step}`;
  return new FanOutError(`step ${mapped.name} runs for each item of ${place}: found ${found}, expected ${expected}`, {
    context: { step: mapped.name, source: step, path, found, expected },
  });
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Adds a step for each item: it waits for what the mapped step waits for, and the mapped step waits for it. */
export function planFanOut(added: AddedSteps, run: TaskRun, mapped: StepRun, items: readonly unknown[]): void {
  const { parents, parentOffsets } = run.graph;
  const first = at(parentOffsets, mapped.index);
  const end = at(parentOffsets, mapped.index + 1);
  const { retryable, retryLimit, skippable } = mapped;
  for (const [place, item] of items.entries()) {
    const name = instanceName(mapped.name, place);
    const index = added.add({ name, like: mapped, retryable, retryLimit, skippable, inputs: StoredJson.of(item) });
    for (let edge = first; edge < end; edge++) added.connect(at(parents, edge), index);
    added.connect(index, mapped.index);
  }
}

/** What the instances of a mapped step stored, in the order of their items; null for one that stored nothing. */
export function joinResults(run: TaskRun, mapped: StepRun): unknown[] {
  const joined: unknown[] = [];
  for (let place = 0; ; place++) {
    const step = run.steps[run.graph.indexOf(instanceName(mapped.name, place))];
    if (step === undefined) return joined;
    joined.push(resultOf(step));
  }
}

function resultOf(step: StepRun): unknown {
  if (step.state === "complete" || step.resolution?.kind === "completed") return step.results.value;
  // Skipped, or resolved by somebody, with or without a result.
  return step.state === "resolved_manually" && step.results.text !== "{}" ? step.results.value : null;
}
