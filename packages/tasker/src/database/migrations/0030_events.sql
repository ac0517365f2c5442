-- Events that no transition row tells of: what handlers published, written with the outcome of their attempt, and what is
-- stored on request. Together with the transitions they are the event log. Rows of a task go with it.
create table tasker_events (
  id bigint generated always as identity primary key,
  -- 0: published by a handler; 1: stored on request.
  kind smallint not null,
  name varchar(255) not null,
  -- The same wherever the event is told: custom:<execution>:<position> for one of a handler.
  event_id varchar(512) not null,
  task_id bigint references tasker_tasks (task_id) on delete cascade,
  workflow_step_id bigint,
  -- Its place in the story of its task, as transitions have it in their metadata; null if it has none.
  seq bigint,
  payload jsonb not null,
  -- When it was published, and the time of the commit that wrote it, both by the clock of the writer.
  occurred_at timestamp(6) not null,
  created_at timestamp(6) not null,
  constraint known_kind check (kind in (0, 1))
);

create index tasker_events_task on tasker_events (task_id);
-- To begin after an event, by its id.
create index tasker_events_event on tasker_events using hash (event_id);
-- Those of no task go by their age.
create index tasker_events_loose on tasker_events (created_at) where task_id is null;
