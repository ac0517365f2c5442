import type { EventBus } from "../events/bus/event-bus.ts";
import type { EventName } from "../events/catalogue/catalogue.ts";
import { makeEvent } from "../events/make-event.ts";
import type { Batch, TaskEntry } from "./batch.ts";
import { subjectOf } from "./event-subject.ts";
import type { TaskRun } from "./task-run.ts";

/** The events that {@link tellWorkflow} tells. */
const NAMES: readonly EventName[] = [
  "step.fanned_out",
  "task.compensation_started",
  "workflow.viable_steps_discovered",
  "workflow.no_viable_steps",
  "workflow.task_finalization_started",
  "workflow.task_finalization_completed",
  "workflow.task_reenqueue_requested",
  "workflow.task_reenqueue_delayed",
  "workflow.steps_execution_started",
  "workflow.steps_execution_completed",
];

/** Tells what a committed batch means for the work on its tasks. Costs nothing to speak of if nobody listens. */
export function tellWorkflow(bus: EventBus, batch: Batch, refused: ReadonlySet<TaskRun>, now: number): void {
  if (!NAMES.some((name) => bus.wants(name))) return;
  tellOutcomes(bus, batch, refused);
  for (const entry of batch.tasks) {
    if (refused.has(entry.run)) continue;
    tellAdded(bus, entry);
  }
  tellViable(bus, batch, refused);
  tellStarts(bus, batch, refused);
  for (const entry of batch.tasks) {
    if (refused.has(entry.run)) continue;
    tellEnd(bus, entry, batch.nowMs, now);
    tellRelease(bus, entry, now);
  }
}

function tellOutcomes(bus: EventBus, batch: Batch, refused: ReadonlySet<TaskRun>): void {
  for (const [run, entries] of Map.groupBy(batch.outcomes, (entry) => entry.run)) {
    if (refused.has(run)) continue;
    bus.tell("workflow.steps_execution_completed", subjectOf(run), () => ({
      processed_count: entries.length,
      successful_count: entries.filter(({ move }) => move.rows.at(-1)?.to === "complete").length,
    }));
  }
}

function tellStarts(bus: EventBus, batch: Batch, refused: ReadonlySet<TaskRun>): void {
  const begun = batch.starts.filter(({ move }) => move.rows.at(-1)?.to === "in_progress");
  for (const [run, entries] of Map.groupBy(begun, (entry) => entry.run)) {
    if (refused.has(run)) continue;
    bus.tell("workflow.steps_execution_started", subjectOf(run), () => ({
      step_count: entries.length,
      processing_mode: "concurrent",
    }));
  }
}

function tellViable(bus: EventBus, batch: Batch, refused: ReadonlySet<TaskRun>): void {
  for (const [run, found] of Map.groupBy(batch.viable, (entry) => entry.run)) {
    if (refused.has(run)) continue;
    bus.tell("workflow.viable_steps_discovered", subjectOf(run), () => ({
      step_ids: found.map(({ step }) => step.stepId),
      step_names: found.map(({ step }) => step.name),
      step_count: found.length,
      processing_mode: "concurrent",
    }));
  }
}

/** The steps that a task got: instances of mapped steps, and steps that undo others. */
function tellAdded(bus: EventBus, { run, added }: TaskEntry): void {
  if (added === null) return;
  const steps = added.steps.map((step, place) => ({ step, stepId: added.stepIds[place] ?? 0 }));
  const byRole = Map.groupBy(steps, ({ step }) => run.compiled.stepNamed.roleOf(step.name).kind);
  for (const [mapped, instances] of Map.groupBy(byRole.get("instance") ?? [], ({ step }) => step.like)) {
    bus.tell("step.fanned_out", subjectOf(run, mapped), () => ({
      instances: instances.length,
      step_ids: instances.map(({ stepId }) => stepId),
    }));
  }
  const undoing = byRole.get("undo") ?? [];
  if (undoing.length === 0) return;
  bus.tell("task.compensation_started", subjectOf(run), () => ({
    steps: undoing.map(({ step }) => step.like.name),
  }));
}

function tellEnd(bus: EventBus, { run, rows }: TaskEntry, decidedAt: number, now: number): void {
  const end = rows.at(-1)?.to ?? "pending";
  if (end === "pending" || end === "in_progress") return;
  const facts = { final_status: end, total_steps: run.steps.length };
  if (bus.wants("workflow.task_finalization_started")) {
    bus.publish(makeEvent("workflow.task_finalization_started", subjectOf(run), facts, decidedAt));
  }
  bus.tell("workflow.task_finalization_completed", subjectOf(run), () => ({
    ...facts,
    duration: Math.max(0, now - decidedAt) / 1_000,
  }));
  if (end === "error") tellNoneViable(bus, run, "blocked");
}

function tellRelease(bus: EventBus, { run, release }: TaskEntry, now: number): void {
  if (release === null || run.isEnded) return;
  const { wakeAt } = release;
  const subject = subjectOf(run);
  if (wakeAt === null || wakeAt > now) tellNoneViable(bus, run, wakeAt === null ? "paused" : "waiting");
  if (wakeAt === null) return;
  const reason = run.waitingCount > 0 ? "waiting_for_dependencies" : "processing";
  if (wakeAt > now) {
    bus.tell("workflow.task_reenqueue_delayed", subject, () => ({
      reason,
      delay_seconds: (wakeAt - now) / 1_000,
      scheduled_for: new Date(wakeAt).toISOString(),
    }));
  } else bus.tell("workflow.task_reenqueue_requested", subject, () => ({ reason: "has_ready_steps" }));
}

function tellNoneViable(bus: EventBus, run: TaskRun, reason: string): void {
  bus.tell("workflow.no_viable_steps", subjectOf(run), () => ({ reason, total_steps_checked: run.remaining }));
}
