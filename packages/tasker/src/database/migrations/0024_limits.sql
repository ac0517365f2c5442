-- Limits on how many steps run at the same time, and on how many start within a time. A limiter is what is counted: a JSON
-- array of its namespace, its kind (handler, name, step, system), its name and, where it is one per value of a key, that
-- value. It has no row of its own: one that nobody uses leaves nothing behind.

-- A step that runs under a limiter, or is about to. A process takes permits before it starts a step and gives them back when
-- the step's outcome is committed; those of a process that died go when its task is taken over. A step under several limiters
-- has a row for each. Of one that a remote worker runs they are as long as it does, whoever owns the task.
create table tasker_permits (
  process_id bigint not null,
  -- Drawn by the process.
  permit_no bigint not null,
  limiter text not null,
  task_id bigint not null,
  workflow_step_id bigint not null,
  -- Of an attempt that a remote worker will run: its id.
  execution_id varchar(64),
  granted_at timestamp(6) not null,
  primary key (process_id, permit_no, limiter)
);

create index tasker_permits_limiter on tasker_permits (limiter);
create index tasker_permits_outside on tasker_permits (task_id) where execution_id is not null;

-- Starts of steps under a limiter with a rate. Those of one moment share a row.
create table tasker_rate_starts (
  limiter text not null,
  started_at timestamp(6) not null,
  starts integer not null,
  -- When they count no longer.
  ends_at timestamp(6) not null,
  primary key (limiter, started_at)
);

create index tasker_rate_starts_ended on tasker_rate_starts (ends_at);

-- Steps that wait in a process for a limiter, those with the same limits in one row. Others let a step go first that has waited
-- longer, and see how many wait.
create table tasker_limit_waits (
  process_id bigint not null,
  -- Drawn by the process.
  group_no bigint not null,
  -- The limiter that keeps them.
  limiter text not null,
  waiting integer not null,
  -- Since when the first of them has been ready.
  oldest_at timestamp(6) not null,
  -- When the process will ask for them again. Past, if it has no room for them.
  next_at timestamp(6) not null,
  primary key (process_id, group_no)
);

create index tasker_limit_waits_limiter on tasker_limit_waits (limiter);
