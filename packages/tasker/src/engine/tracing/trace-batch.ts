import { textIn } from "../../events/read-metadata.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { isSatisfied } from "../../states/guards.ts";
import type { Facts } from "../../tracing/span-attributes.ts";
import type { TaskTrace } from "../../tracing/task-trace.ts";
import type { Tracing } from "../../tracing/tracing.ts";
import type { Batch, StepEntry, TaskEntry } from "../batch.ts";
import { SORT_KEY_STEP, type TransitionRow } from "../step-move.ts";
import type { TaskRun } from "../task-run.ts";
import { runNumber } from "./run-number.ts";

/**
 * Brings a committed batch into the traces of its tasks: when they started, the spans of steps that have waited and of tasks that
 * have ended, and what happened to steps besides their attempts.
 */
export function traceBatch(tracing: Tracing, batch: Batch, refused: ReadonlySet<TaskRun>): void {
  for (const entry of [...batch.outcomes, ...batch.starts]) {
    const { trace } = entry.run;
    if (trace === null || refused.has(entry.run)) continue;
    if (entry.waited !== undefined) traceWait(tracing, trace, entry, runOf(batch.task(entry.run)), batch.nowMs);
    for (const row of entry.move.rows) noteRow(tracing, trace, entry, row, batch.nowMs);
  }
  for (const entry of batch.tasks) {
    const { trace } = entry.run;
    if (trace !== null && !refused.has(entry.run)) traceTask(tracing, trace, entry, batch.nowMs);
  }
}

/** A task that somebody else has ended while this process had it. */
export function traceForeignEnd(tracing: Tracing, run: TaskRun, nowMs: number): void {
  if (run.trace === null || run.trace.startedAt === null) return;
  const end = { state: run.state, at: nowMs, run: run.sortKey - SORT_KEY_STEP, facts: countSteps(run) };
  tracing.endTask(run.trace, run.view, end);
}

function traceTask(tracing: Tracing, trace: TaskTrace, { run, rows }: TaskEntry, nowMs: number): void {
  for (const { to, sortKey, metadata } of rows) {
    if (to === "in_progress") trace.startedAt = nowMs;
    if (to === "in_progress" || to === "pending") continue;
    const facts = {
      ...countSteps(run),
      error: textIn(metadata, "error_message"),
      failed_steps: listOf(metadata.failed_steps),
    };
    tracing.endTask(trace, run.view, { state: to, at: nowMs, run: sortKey - SORT_KEY_STEP, facts });
  }
}

function countSteps({ steps }: TaskRun): Facts {
  return { total_steps: steps.length, completed_steps: steps.filter(({ state }) => isSatisfied(state)).length };
}

/** The run of the task that a batch goes on with, which may end by it. */
function runOf({ run, base, rows }: TaskEntry): number {
  if (base !== null && rows[0]?.from === "in_progress") return base;
  return rows.find(({ to }) => to === "in_progress")?.sortKey ?? runNumber(run);
}

function traceWait(
  tracing: Tracing,
  trace: TaskTrace,
  { run, step, waited, move }: StepEntry,
  number: number,
  nowMs: number,
): void {
  if (waited === undefined) return;
  const { stepId, name, retryLimit } = step;
  const failed = move.rows.find(({ to }) => to === "error")?.metadata;
  const error =
    failed === undefined
      ? null
      : { message: textIn(failed, "error_message") ?? "", errorClass: textIn(failed, "error_class") ?? "Error" };
  tracing.endWait(
    trace,
    run.view,
    { stepId, name, retryLimit, attempt: move.attempts, executionId: waited.executionId },
    number,
    { waitingFor: waited.facts.kind, since: Date.parse(waited.facts.since), at: nowMs, error },
  );
}

function noteRow(
  tracing: Tracing,
  trace: TaskTrace,
  { step, move }: StepEntry,
  { to, metadata }: TransitionRow,
  nowMs: number,
): void {
  const name = eventOf(to, metadata);
  if (name === null) return;
  tracing.note(trace, name, nowMs, {
    step_id: step.stepId,
    step_name: step.name,
    attempt_number: move.attempts,
    reason: textIn(metadata, "reason") ?? textIn(metadata, "error_message"),
    backoff_seconds: typeof metadata.backoff_seconds === "number" ? metadata.backoff_seconds : null,
    resolution: textIn(metadata, "resolution"),
    circuit: textIn(metadata, "circuit_open"),
  });
}

/** The event on the task's span that tells of a row; null for what the span of an attempt tells. */
function eventOf(to: TransitionRow["to"], metadata: JsonObject): string | null {
  switch (to) {
    case "in_progress":
      return metadata.waiting_for === undefined ? null : "step.wait_started";
    case "error":
      if (metadata.circuit_open !== undefined) return "step.postponed";
      if (metadata.interrupted === true) return "step.interrupted";
      return metadata.backoff_until === undefined ? null : "observability.step.backoff";
    case "resolved_manually":
      return metadata.resolution === "skipped" ? "step.skipped" : "step.resolved_manually";
    case "cancelled":
      return "step.cancelled";
    default:
      return null;
  }
}

const listOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : null);
