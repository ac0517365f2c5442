-- Additive tables of the engine: who runs which task, under which definition. The shared tables are left as they are, and
-- a process that only knows those can ignore these: rows go when their task goes.

-- Fencing tokens: a task gets a new one each time it gets an owner.
create sequence tasker_epochs;

-- Numbers the commits of engines. A commit draws its number while it holds the run rows of its tasks, so within a task the
-- numbers follow the order of commits, which the ids of the two transition tables do not.
create sequence tasker_commit_seq;

-- Definitions by content: a run keeps the one it started with, whatever becomes of the template.
create table tasker_definitions (
  definition_hash varchar(64) primary key,
  namespace varchar(64) not null,
  name varchar(64) not null,
  version varchar(16) not null,
  definition jsonb not null,
  created_at timestamp(6) not null
);

-- One row per engine process. Times are the database's own.
create table tasker_processes (
  process_id bigint generated always as identity primary key,
  host varchar(255) not null,
  pid integer not null,
  engine_version varchar(32) not null,
  started_at timestamp(6) not null,
  heartbeat_at timestamp(6) not null,
  -- How long it may be silent. What is its own by its own clock ends no later than that after its last heartbeat.
  lease_ms integer not null,
  expires_at timestamp(6) not null,
  -- When its event loop last turned and its commits last went on, as of its last heartbeat.
  progress_at timestamp(6) not null,
  -- Whether the connection that beats holds a lock: where that is free, the process has ended or lost the connection.
  guarded boolean not null default false,
  -- Named tasks whose templates are registered in it: what it claims. For telling whether anybody would claim a task.
  kinds integer[] not null default '{}',
  -- Set when the process left or was declared dead: it owns nothing from then on.
  stopped_at timestamp(6),
  -- Set when none of its tasks is left in its name.
  released_at timestamp(6),
  -- Calls for permits with lower numbers were given up: what arrives of them late does nothing.
  first_permit_call bigint not null default 0,
  constraint released_only_after_stop check (released_at is null or stopped_at is not null)
);

create index tasker_processes_unreleased on tasker_processes (process_id) where released_at is null;

-- One row per task, written by submit.
create table tasker_task_runs (
  task_id bigint primary key references tasker_tasks (task_id) on delete cascade,
  definition_hash varchar(64) not null,
  task_namespace_id integer not null,
  named_task_id integer not null,
  -- The process that runs the task; 0: nobody.
  owner_id bigint not null default 0,
  epoch bigint not null default 0,
  -- Raised by whoever is not the owner and changes something of the task.
  revision integer not null default 0,
  -- Set with it: the owner is to load the task again. It clears the mark when it sees it.
  dirty boolean not null default false,
  -- Nothing of the task starts, and it is not claimed: it has no time to wake up at until it is resumed.
  paused boolean not null default false,
  -- When a paused task that had not begun wanted to wake up.
  resumes_at timestamp(6),
  -- The task and the step of it that wait for this one.
  parent_task_id bigint,
  parent_step_id bigint,
  -- The finished task that this one does again from some step on. That one may be gone by now.
  rerun_of bigint,
  priority smallint not null default 0,
  -- When an unowned task wants to be claimed. Null: it is over, or waits for somebody to act.
  wake_at timestamp(6),
  correlation_id varchar(128) not null,
  -- Its place in a distributed trace, as the headers of W3C Trace Context have it: what its submission was, below which everything
  -- is that belongs to it. Null: in no trace.
  traceparent varchar(55),
  tracestate varchar(512),
  -- What its encrypted values are bound to; a task that does another one again has that one's. Null: nothing is encrypted.
  seal varchar(32)
) with (fillfactor = 70);

-- Serves the claim (owner 0) and the takeover (owner dead). Only live tasks are in it.
create index tasker_task_runs_live on tasker_task_runs (owner_id, named_task_id, priority desc, wake_at)
  where wake_at is not null;

create index tasker_task_runs_children on tasker_task_runs (parent_task_id) where parent_task_id is not null;

-- What lists of tasks ask for beside that: those of one business transaction, and those that were paused.
create index tasker_task_runs_correlation on tasker_task_runs using hash (correlation_id);
create index tasker_task_runs_paused on tasker_task_runs (task_id) where paused;

-- What its owner has to look at, which is nothing nearly always.
create index tasker_task_runs_dirty on tasker_task_runs (owner_id) where dirty;
