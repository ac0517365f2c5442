-- Durable subscribers to the event log: tasks, their transitions, those of their steps, and stored events.

create table tasker_event_subscribers (
  subscriber_id integer generated always as identity primary key,
  name varchar(255) not null constraint event_subscriber_name_unique unique,
  -- What it wants to be told, as whoever ran it last said it. For those who look at it.
  filter jsonb not null,
  -- How far it has read, by table.
  cursor jsonb not null,
  -- The least ids that it has still to read: nothing from there on may be deleted.
  next_task_id bigint not null,
  next_task_row_id bigint not null,
  next_step_row_id bigint not null,
  next_event_id bigint not null,
  -- Events from before are passed over, and so is one event; events from `until_at` on too. Null: no such bound.
  since_at timestamp(6),
  after_event varchar(512),
  until_at timestamp(6),
  -- Where a replay ends, by table. Null: never.
  end_at jsonb,
  -- Of a replay that leaves nothing behind: to be deleted when nobody has run it for a minute.
  is_temporary boolean not null default false,
  -- Who runs it, until when if it does not say more (the database's time), and the fencing token of that.
  owner varchar(255),
  lease_until timestamp(6),
  epoch bigint not null default 0,
  created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);

-- Events that a subscriber could not take yet: one that failed, and those of the same task that came after it.
create table tasker_event_deliveries (
  delivery_id bigint generated always as identity primary key,
  subscriber_id integer not null references tasker_event_subscribers (subscriber_id) on delete cascade,
  task_id bigint,
  event jsonb not null,
  -- Attempts so far.
  attempts integer not null,
  -- When it is tried next; null: when those of its task that came before it are through.
  due_at timestamp(6),
  -- What the last attempt ended with.
  error jsonb,
  created_at timestamp(6) not null
);

create index tasker_event_deliveries_due on tasker_event_deliveries (subscriber_id, due_at) where due_at is not null;
create index tasker_event_deliveries_line on tasker_event_deliveries (subscriber_id, task_id, delivery_id);

-- Events that a subscriber was not able to take in all its attempts.
create table tasker_dead_letters (
  dead_letter_id bigint generated always as identity primary key,
  subscriber_id integer not null references tasker_event_subscribers (subscriber_id) on delete cascade,
  task_id bigint,
  event_id varchar(512) not null,
  event_name varchar(255) not null,
  event jsonb not null,
  attempts integer not null,
  error jsonb,
  -- When it was first to be delivered, and when it was given up.
  first_at timestamp(6) not null,
  died_at timestamp(6) not null
);

create index tasker_dead_letters_of on tasker_dead_letters (subscriber_id, dead_letter_id);
