import { envelope } from "../../events/envelope.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { textIn } from "../../events/read-metadata.ts";
import { creationEvent, stateEvents, type Wants } from "../../events/state-event.ts";
import type { EventSubject } from "../../events/transition-facts.ts";
import { isState } from "../../states/state.ts";
import type { LogRow } from "./log-row.ts";
import type { NameBook } from "./name-book.ts";

/** The events that a row of the log tells, of those that are wanted. */
export function eventsOf(row: LogRow, names: NameBook, wants: Wants): readonly TaskerEvent[] {
  if (row.source === "events") return storedEvent(row, names, wants);
  const subject = subjectOf(row, names);
  if (subject === null) return [];
  const { fromState, toState, sortKey, details, at } = row;
  if (row.source === "tasks") {
    if (!wants("task.initialize_requested")) return [];
    const facts = {
      initiator: textIn(details, "initiator"),
      sourceSystem: textIn(details, "source_system"),
      reason: textIn(details, "reason"),
      at,
    };
    return [creationEvent(subject, facts)];
  }
  if (!isState(toState)) return [];
  return stateEvents(
    subject,
    { from: isState(fromState) ? fromState : null, to: toState, sortKey, metadata: details, at },
    wants,
  );
}

function subjectOf(row: LogRow, names: NameBook): EventSubject | null {
  const task = names.taskOf(row);
  const stepName = names.stepOf(row);
  const { taskId, stepId, correlationId, requestedAt } = row;
  if (task === null || taskId === null) return null;
  const { namespace, name: taskName, version } = task;
  const step = stepId === null || stepName === null ? null : { stepId, name: stepName };
  return { taskId, namespace, taskName, version, correlationId, requestedAt, step };
}

function storedEvent(row: LogRow, names: NameBook, wants: Wants): readonly TaskerEvent[] {
  const { name, eventId, taskId, stepId, correlationId, at, details } = row;
  if (name === null || eventId === null || !wants(name)) return [];
  const task = names.taskOf(row);
  const about = {
    taskId,
    namespace: task?.namespace ?? null,
    taskName: task?.name ?? null,
    version: task?.version ?? null,
    correlationId,
    step: { stepId, name: names.stepOf(row) },
  };
  return [envelope(about, eventId, name, at, details)];
}
