import { NO_ROW } from "../../src/engine/step-move.ts";
import type { State } from "../../src/states/state.ts";
import { type Random, randomInteger, randomItem } from "../../src/testing/random.ts";
import { type DrawnAction, type ModelStep, predict } from "../actions/action-model.ts";
import type { StoredStep, StoredTask } from "./stored-task.ts";
import type { StoredTasks } from "./stored-tasks.ts";

const ACTIONS = [
  ...(["retry_step", "reset_attempts", "resolve_step", "complete_step", "skip_step", "cancel_step"] as const),
  ...(["edit_step", "retry_task", "retry_task", "rerun_from", "resolve_task", "cancel_task"] as const),
  ...(["pause_task", "pause_task", "resume_task", "resume_task"] as const),
];

/** Draws what an operator does to a task. */
export function drawAction(task: StoredTask, random: Random): DrawnAction {
  return {
    action: randomItem(random, ACTIONS) ?? "retry_task",
    step: randomItem(random, [...task.steps.keys()]) ?? "",
    limit: randomInteger(random, 1, 4),
    result: randomInteger(random, 0, 1),
  };
}

/**
 * Does what an operator's action does, by the contract of `tasker_act_on_step` and `tasker_act_on_task`. What that is the
 * model says against which the actions themselves are tested.
 */
export function act(stored: StoredTasks, task: StoredTask, drawn: DrawnAction, now: number): void {
  const steps = Object.fromEntries([...task.steps.values()].map((step) => [step.name, modelOf(step)]));
  const { outcome, task: after } = predict({ state: task.state, paused: task.isPaused, steps }, drawn);
  if (outcome !== "done") return;
  const note = { writer: 0, actor: "chance", action: drawn.action, reason: "drawn" };
  for (const step of task.steps.values()) {
    const planned = after.steps[step.name];
    if (planned === undefined) continue;
    const cutOff = step.state === "in_progress" ? { execution_id: step.metadata?.execution_id } : {};
    for (const row of chain(step.state, step.sortKey, planned.state, { ...note, ...cutOff })) {
      stored.moveStep(task, step, row);
    }
    step.attempts = planned.attempts;
    step.retryLimit = planned.limit;
    step.retryable = planned.retryable;
    step.results = JSON.parse(planned.results);
  }
  for (const row of chain(task.state, task.sortKey, after.state, note)) stored.moveTask(task, row);
  if (after.paused && !task.isPaused && task.owner === 0 && task.sortKey === NO_ROW) task.resumesAt = task.wakeAt;
  task.isPaused = after.paused;
  stored.touch(task);
  if (task.owner === 0) task.wakeAt = wakeAfter(task, now);
  if (!task.isPaused) task.resumesAt = null;
}

/** When a task that nobody owns is to be claimed after an action. */
function wakeAfter({ isPaused, sortKey, state, wakeAt, resumesAt }: StoredTask, now: number): number | null {
  if (isPaused) return null;
  if (sortKey === NO_ROW) return wakeAt ?? resumesAt ?? now;
  return state === "pending" || state === "in_progress" ? Math.min(wakeAt ?? now, now) : null;
}

/** The rows that lead from a state to another one: from a failure to a cancellation by way of `pending`. */
function chain(from: State, sortKey: number, to: State, metadata: Readonly<Record<string, unknown>>) {
  if (from === to) return [];
  const states = from === "error" && to === "cancelled" ? (["pending", to] as const) : [to];
  return states.map((state, place) => ({
    from: place === 0 ? from : ("pending" as const),
    to: state,
    sortKey: Math.max(sortKey, 0) + 10 * (place + 1),
    metadata,
  }));
}

function modelOf({ state, attempts, retryLimit, retryable, skippable, dependsOn, results }: StoredStep): ModelStep {
  const parents = [...dependsOn];
  return { state, attempts, limit: retryLimit, retryable, skippable, parents, results: JSON.stringify(results) };
}
