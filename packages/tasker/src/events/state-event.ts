import type { JsonObject } from "../json/json-value.ts";
import { envelope } from "./envelope.ts";
import type { TaskerEvent } from "./event.ts";
import { stepEventNames, taskEventNames } from "./state-event-names.ts";
import { STEP_PAYLOADS } from "./step-payload.ts";
import { creationPayload, TASK_PAYLOADS } from "./task-payload.ts";
import type { CreationFacts, EventSubject, TransitionFacts } from "./transition-facts.ts";

/** Which events are wanted. What nobody wants is not made. */
export type Wants = (name: string) => boolean;

const ALL: Wants = () => true;

/**
 * The events that a transition row tells: that of the transition itself, and after it what else the row says. A function of
 * the row, whoever wrote it: the bus makes its events from the rows that were committed, the event log from those that it
 * reads. None for a row that the state machines do not know.
 */
export function stateEvents(subject: EventSubject, row: TransitionFacts, wants: Wants = ALL): readonly TaskerEvent[] {
  const step = subject.step ?? null;
  const id = step === null ? `task:${subject.taskId}:${row.sortKey}` : `step:${step.stepId}:${row.sortKey}`;
  const events: TaskerEvent[] = [];
  const add = (name: string, isFirst: boolean, payload: JsonObject) =>
    events.push(envelope(subject, isFirst ? id : `${id}:${name}`, name, row.at, payload));
  if (step === null) {
    for (const [place, name] of taskEventNames(row).entries()) {
      if (wants(name)) add(name, place === 0, TASK_PAYLOADS[name](row, subject));
    }
  } else {
    for (const [place, name] of stepEventNames(row).entries()) {
      if (wants(name)) add(name, place === 0, STEP_PAYLOADS[name](row));
    }
  }
  return events;
}

/** The event of a transition itself: the first of {@link stateEvents}; null if the row tells none. */
export function stateEvent(subject: EventSubject, row: TransitionFacts): TaskerEvent | null {
  return stateEvents(subject, row)[0] ?? null;
}

/** The event of a task's creation, `task.initialize_requested`: it has no transition row, the task's own row tells it. */
export function creationEvent(subject: EventSubject, facts: CreationFacts): TaskerEvent {
  const id = `task:${subject.taskId}:created`;
  return envelope(subject, id, "task.initialize_requested", facts.at, creationPayload(facts));
}
