import { buildGraph } from "../../graph/step-graph.ts";
import { sortTopologically } from "../../graph/topology.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { type Random, randomInteger, randomItem } from "../random.ts";
import type { StepState } from "../states/step-seed.ts";
import type { TaskPlan } from "../states/task-story.ts";

/**
 * How a generated task stands:
 *
 * - `pending`: nothing of it has started
 * - `in_progress`: some steps complete, one was running when its process went
 * - `waiting`: some steps complete, one failed and is to be tried again
 * - `complete`: every step complete, some at the second attempt
 * - `error`: some steps complete, those after them failed for good or used up their attempts
 * - `cancelled`: some steps complete, then the task was cancelled
 */
export type BulkState = "pending" | "in_progress" | "waiting" | "complete" | "error" | "cancelled";

/** How likely a step of a complete task needed two attempts. */
const RETRIED = 0.1;

/** Draws what the steps of a task have been through. */
export function drawPlan(definition: TaskDefinition, state: BulkState, random: Random): TaskPlan {
  if (state === "pending") return { definition };
  const graph = buildGraph(definition.steps);
  const order = Array.from(sortTopologically(graph), (index) => definition.steps[index]).filter(
    (step) => step !== undefined,
  );
  const steps: Record<string, StepState> = {};
  const complete = (names: readonly string[]) => {
    for (const name of names) steps[name] = random() < RETRIED ? "retry_success" : "complete";
  };
  const names = order.map(({ name }) => name);
  if (state === "complete") {
    complete(names);
    return { definition, steps, state };
  }
  // One step at least is left.
  const done = names.slice(0, randomInteger(random, 0, names.length - 1));
  complete(done);
  if (state === "cancelled") return { definition, steps, state };
  const ready = order.filter(
    ({ name, dependsOn }) => !done.includes(name) && dependsOn.every((parent) => done.includes(parent)),
  );
  if (state === "error") {
    for (const { name } of ready) steps[name] = random() < 0.5 ? "retry_exhausted" : "permanent_failure";
  } else {
    const next = randomItem(random, ready);
    if (next !== undefined) steps[next.name] = state === "waiting" ? "error" : "in_progress";
  }
  return { definition, steps };
}
