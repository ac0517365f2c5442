import { expect } from "vitest";
import { findEventSubjects } from "../../src/actions/event-subjects.ts";
import type { Connection } from "../../src/database/database.ts";
import { EVENT_CATALOGUE } from "../../src/events/catalogue/catalogue.ts";
import { domainEvent } from "../../src/events/domain-event.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { creationEvent, stateEvents } from "../../src/events/state-event.ts";
import type { JsonObject } from "../../src/json/json-value.ts";
import type { State } from "../../src/states/state.ts";

/** Transition rows and stored events of tasks, with the process that wrote them: 0 for an operator. */
const ROWS = `
  select x.task_id, null::bigint as step_id, null::text as step_name, x.from_state, x.to_state, x.sort_key, x.metadata, x.created_at
  from tasker_task_transitions x where x.task_id = any($1)
  union all
  select w.task_id, w.workflow_step_id, n.name, x.from_state, x.to_state, x.sort_key, x.metadata, x.created_at
  from tasker_workflow_step_transitions x
  join tasker_workflow_steps w using (workflow_step_id) join tasker_named_steps n using (named_step_id)
  where w.task_id = any($1)`;

const STORED = `
  select e.task_id, e.workflow_step_id as step_id, n.name as step_name, e.event_id, e.name, e.payload, e.occurred_at
  from tasker_events e join tasker_workflow_steps w using (workflow_step_id) join tasker_named_steps n using (named_step_id)
  where e.task_id = any($1) and e.kind = 0`;

/** Every event that the rows of tasks tell, by its id. */
export async function eventsOfRows(
  connection: Connection,
  taskIds: readonly number[],
): Promise<ReadonlyMap<string, TaskerEvent>> {
  const subjects = await findEventSubjects(connection, taskIds);
  const told: TaskerEvent[] = [];
  for (const { subject, creation } of subjects.values()) told.push(creationEvent(subject, creation));
  const subjectOf = (row: Record<string, unknown>) => {
    const subject = subjects.get(Number(row.task_id))?.subject;
    if (subject === undefined) throw new Error(`task ${row.task_id} is gone`);
    const step = row.step_id === null ? null : { stepId: Number(row.step_id), name: String(row.step_name) };
    return { ...subject, step };
  };
  for (const row of await connection.query(ROWS, [taskIds])) {
    const facts = {
      from: row.from_state as State | null,
      to: row.to_state as State,
      sortKey: Number(row.sort_key),
      metadata: (row.metadata ?? {}) as JsonObject,
      at: (row.created_at as Date).getTime(),
    };
    told.push(...stateEvents(subjectOf(row), facts));
  }
  for (const row of await connection.query(STORED, [taskIds])) {
    const facts = { eventId: String(row.event_id), name: String(row.name), payload: row.payload as JsonObject };
    told.push(domainEvent(subjectOf(row), { ...facts, at: (row.occurred_at as Date).getTime() }));
  }
  return new Map(told.map((event) => [event.id, event]));
}

/**
 * Checks what an engine has published against the rows of its database: each event once, as its row tells it, with a payload
 * that its schema allows.
 */
export async function expectEventsOfRows(connection: Connection, events: readonly TaskerEvent[]): Promise<void> {
  expect(events.length, "an event was published twice").toBe(new Set(events.map(({ id }) => id)).size);
  for (const event of events) {
    const parsed = EVENT_CATALOGUE.get(event.name)?.payload.safeParse(event.payload);
    if (parsed?.success === false) throw new Error(`${event.name}: ${parsed.error.message}`);
  }
  const ids = [...new Set(events.flatMap(({ taskId }) => (taskId === null ? [] : [taskId])))];
  const rows = await connection.query("select task_id from tasker_tasks where task_id = any($1)", [ids]);
  const existing = new Set(rows.map((row) => Number(row.task_id)));
  const told = await eventsOfRows(connection, [...existing]);
  const seen = events.filter(({ taskId }) => existing.has(taskId ?? 0));
  expect(seen).toEqual(seen.map(({ id }) => told.get(id)));
}
