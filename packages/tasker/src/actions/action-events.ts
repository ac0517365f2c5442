import type { Connection } from "../database/database.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import { creationEvent, stateEvents } from "../events/state-event.ts";
import type { EventSubject } from "../events/transition-facts.ts";
import type { JsonObject } from "../json/json-value.ts";
import { isState } from "../states/state.ts";
import type { StepAction, TaskAction } from "./action-result.ts";
import { readActionRows } from "./action-rows.ts";
import type { OperatorNote } from "./check-request.ts";
import { type FoundSubject, findEventSubjects } from "./event-subjects.ts";

/** An action that was done and is committed. */
export interface DoneAction {
  readonly action: StepAction | TaskAction;
  readonly note: OperatorNote;
  readonly taskId: number;
  /** The step that was named, or null. */
  readonly step: { readonly id: number; readonly name: string } | null;
  /** Between these are the numbers of the rows that it wrote; null: it made a new task. */
  readonly seqs: { readonly first: number; readonly last: number } | null;
  readonly newTaskId: number | null;
}

/** Events of what moves nothing. */
const OF_ACTIONS = {
  pause_task: "task.paused",
  resume_task: "task.resumed",
  reset_attempts: "step.reset",
  edit_step: "step.edited",
} as const;

const WITH_CHILDREN: readonly string[] = ["cancel_task", "cancel_step"];

/**
 * Publishes what an action has made true: the events of the rows that it wrote, in their order, then its own. The rows are
 * read for that, if anybody listens.
 */
export async function tellAction(connection: Connection, bus: EventBus, done: DoneAction): Promise<void> {
  if (!bus.hasListeners) return;
  const { action, taskId, seqs, step, newTaskId } = done;
  const rows = await connection.run(readActionRows, [
    newTaskId ?? taskId,
    WITH_CHILDREN.includes(action),
    action === "cancel_step" ? (step?.id ?? null) : null,
    seqs?.first ?? 0,
    seqs?.last ?? Number.MAX_SAFE_INTEGER,
    action,
  ]);
  const ids = new Set([taskId, ...(newTaskId === null ? [] : [newTaskId]), ...rows.map((row) => row.task_id)]);
  const found = await findEventSubjects(connection, [...ids]);
  if (newTaskId !== null) tellCreated(bus, found.get(newTaskId));
  for (const row of rows) {
    const subject = found.get(row.task_id)?.subject;
    const { from_state: from, to_state: to, step_id: stepId, step_name: stepName } = row;
    if (subject === undefined || !isState(to)) continue;
    const about: EventSubject = stepId === null ? subject : { ...subject, step: { stepId, name: stepName ?? "" } };
    const facts = {
      from: isState(from) ? from : null,
      to,
      sortKey: row.sort_key,
      metadata: row.metadata as JsonObject,
      at: row.created_at.getTime(),
    };
    for (const event of stateEvents(about, facts, (name) => bus.wants(name))) bus.publish(event);
  }
  const subject = found.get(taskId)?.subject;
  if (subject !== undefined) tellDone(bus, subject, done);
}

function tellCreated(bus: EventBus, created: FoundSubject | undefined): void {
  if (created === undefined || !bus.wants("task.initialize_requested")) return;
  bus.publish(creationEvent(created.subject, created.creation));
}

function tellDone(bus: EventBus, subject: EventSubject, { action, note, step, newTaskId }: DoneAction): void {
  const { actor, reason } = note;
  const about = step === null ? subject : { ...subject, step: { stepId: step.id, name: step.name } };
  if (newTaskId !== null) bus.tell("task.rerun", about, () => ({ actor, reason, new_task_id: newTaskId }));
  if (action in OF_ACTIONS) {
    bus.tell(OF_ACTIONS[action as keyof typeof OF_ACTIONS], about, () => ({ actor, reason }));
  }
}
