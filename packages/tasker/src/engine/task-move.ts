import type { JsonObject } from "../json/json-value.ts";
import { cancelFailedTaskChain } from "../states/composite-moves.ts";
import type { State } from "../states/state.ts";
import type { Batch, EncodedAnnotation } from "./batch.ts";
import { chainRows, NO_ROW, type Writer } from "./step-move.ts";
import type { TaskRun } from "./task-run.ts";

/** Chains of legal moves that bring a task from a state into another, by `from>to`. */
const CHAINS: Readonly<Record<string, readonly State[]>> = {
  "pending>in_progress": ["in_progress"],
  "error>in_progress": ["pending", "in_progress"],
  "pending>complete": ["in_progress", "complete"],
  "in_progress>complete": ["complete"],
  "error>complete": ["pending", "in_progress", "complete"],
  "pending>error": ["error"],
  "in_progress>error": ["error"],
  "pending>cancelled": ["cancelled"],
  "in_progress>cancelled": ["cancelled"],
  "error>cancelled": cancelFailedTaskChain().slice(1),
};

function moveTask(batch: Batch, run: TaskRun, to: State, writer: Writer, facts: JsonObject): void {
  const chain = CHAINS[`${run.state}>${to}`];
  if (chain === undefined) return;
  const entry = batch.task(run);
  entry.base ??= run.sortKey;
  const rows = chainRows(
    run.sortKey,
    run.state,
    chain.map((state) => ({ to: state, metadata: state === to ? { ...writer, ...facts } : { ...writer } })),
  );
  entry.rows.push(...rows);
  run.state = to;
  run.sortKey = rows.at(-1)?.sortKey ?? run.sortKey;
}

/** A task of which a step starts is in progress from then on. */
export function startTask(batch: Batch, run: TaskRun, writer: Writer): void {
  const first = run.sortKey === NO_ROW;
  const facts: JsonObject = first
    ? { initialization_completed: true, step_dependencies_established: run.steps.length }
    : {};
  moveTask(batch, run, "in_progress", writer, facts);
}

/** Every step is satisfied, or cancelled and skippable: the task is complete, and nobody's any more. */
export function completeTask(
  batch: Batch,
  run: TaskRun,
  writer: Writer,
  annotations: readonly EncodedAnnotation[],
): void {
  const cancelled =
    run.remaining === 0 ? [] : run.steps.filter(({ state }) => state === "cancelled").map(({ name }) => name);
  moveTask(batch, run, "complete", writer, {
    total_steps: run.steps.length,
    ...(cancelled.length === 0 ? {} : { cancelled_steps: cancelled.slice(0, 100) }),
  });
  const entry = batch.task(run);
  entry.completes = true;
  entry.annotations = annotations;
  entry.release = { wakeAt: null };
}

/** No step is left but cancelled ones, and not all of them are skippable: the task is over. */
export function cancelTask(batch: Batch, run: TaskRun, writer: Writer): void {
  const cancelled = run.steps.filter((step) => step.state === "cancelled").map((step) => step.name);
  moveTask(batch, run, "cancelled", writer, {
    reason: "steps_cancelled",
    cancelled_steps: cancelled.slice(0, 100),
    cancelled_steps_count: cancelled.length,
    total_steps: run.steps.length,
  });
  batch.task(run).release = { wakeAt: null };
}

/**
 * No step can go on and not all are satisfied: the task waits for somebody to act.
 * @param facts what else its row says
 */
export function failTask(batch: Batch, run: TaskRun, writer: Writer, facts: JsonObject): void {
  const failed = run.steps.filter((step) => step.state === "error").map((step) => step.name);
  const blocked = run.steps.filter((step) => step.state === "pending").length;
  moveTask(batch, run, "error", writer, {
    error_message: "steps_in_error_state",
    failed_steps: failed.slice(0, 100),
    failed_steps_count: failed.length,
    blocked_steps_count: blocked,
    total_steps: run.steps.length,
    ...facts,
  });
  batch.task(run).release = { wakeAt: null };
}
