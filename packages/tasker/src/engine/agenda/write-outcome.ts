import type { Batch } from "../batch.ts";
import { decideStep, type StepDecision } from "../decide-step.ts";
import type { Execution } from "../execution.ts";
import { type LaneHost, writerOf } from "../lane-host.ts";
import { readableResults, type StepResolution } from "../step-resolution.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";
import type { Ending } from "./step-waits.ts";

/** What a step's attempt came to, to be written. */
export interface EndedStep extends Ending {
  /** Null where the step has no execution in this process. */
  readonly execution: Execution | null;
}

/** Where steps go that may start. */
export interface NextSteps {
  enqueue(run: TaskRun, step: StepRun): void;
  /** Takes a step that may start in a later batch. */
  reopen(run: TaskRun, step: StepRun): void;
}

/**
 * Puts what a step's attempt came to into a batch, and brings the task in memory to where the batch will leave it.
 * @param next takes steps that may start after it, and the step itself if it may start again: in a later batch, because one
 * moves a step once
 */
export function writeOutcome(batch: Batch, host: LaneHost, ended: EndedStep, next: NextSteps): void {
  const { run, step, execution, signalId } = ended;
  // Of an execution it was protected where its handler ran.
  const outcome = execution === null ? host.protection.protect(run, step.name, ended.outcome) : ended.outcome;
  const { wait } = step;
  const spanId = execution?.spanId ?? null;
  const decision = decideStep({
    step,
    definition: run.compiled.stepNamed.get(step.name),
    executionId: execution?.executionId ?? step.wait?.executionId ?? step.lostExecutionId ?? "unknown",
    outcome,
    nowMs: batch.nowMs,
    random: host.random(),
    rules: host.rulesFor(run.view),
    writer: writerOf(host, run),
    spanId,
  });
  const { move, dueAt } = decision;
  const signal = signalId === undefined ? {} : { signalId };
  batch.addOutcome({ run, step, execution, move, dueAt, ...signal, ...(wait === null ? {} : { waited: wait }) });
  if (spanId !== null) step.previousSpanId = spanId;
  run.activeCount -= 1;
  const gate = run.gateOf(step);
  gate?.leave(step);
  apply(run, step, decision, next);
  if (decision.next === "open" && !(outcome.kind === "interrupted" && outcome.isUnbegun)) step.interruptions += 1;
  step.blockedBy = outcome.kind === "postponed" ? outcome.circuit : null;
  for (let other = gate?.next(); other != null; other = gate?.next()) next.enqueue(run, other);
}

function apply(
  run: TaskRun,
  step: StepRun,
  { move, next, dueAt, resolution }: StepDecision,
  { enqueue, reopen }: NextSteps,
): void {
  const row = move.rows.at(-1);
  if (row === undefined) return;
  step.state = row.to;
  step.sortKey = row.sortKey;
  step.attempts = move.attempts;
  step.execution = null;
  step.lostExecutionId = null;
  step.wait = null;
  step.dueAt = dueAt;
  if (move.results !== null) step.results = move.results;
  if (resolution !== null) resolveStep(run, step, resolution);
  if (move.retryable !== null) step.retryable = move.retryable;
  if (next === "satisfied") run.satisfy(step, (child) => enqueue(run, child));
  if (next === "retry") run.waitingCount += 1;
  if (next === "open") reopen(run, step);
}

/** Tells a step in memory how it was resolved; its results are what its children read then. */
export function resolveStep(run: TaskRun, step: StepRun, resolution: StepResolution): void {
  step.resolution = resolution;
  step.results = readableResults(resolution, step.results, run.compiled.stepNamed.get(step.name));
}
