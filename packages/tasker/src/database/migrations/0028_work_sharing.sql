-- Work that a process shares with others. A step that is ready in the process that owns its task can be offered; whoever takes
-- the offer runs the attempt and writes down what came of it; the owner, and nobody else, writes the transitions.

-- Slots of a process that have nothing to do: the others offer steps only where somebody waits for them.
alter table tasker_processes add column spare_slots integer not null default 0;

-- Ready steps that are offered. A row goes when somebody takes the step, or when its owner takes it back.
create table tasker_ready_steps (
  workflow_step_id bigint primary key,
  task_id bigint not null references tasker_tasks (task_id) on delete cascade,
  task_namespace_id integer not null,
  named_task_id integer not null,
  -- The process that offers the step, and how it holds the task: an offer of another epoch or revision is not taken.
  owner_id bigint not null,
  epoch bigint not null,
  revision integer not null,
  -- Id and number that the attempt will have.
  execution_id varchar(64) not null,
  attempt integer not null,
  -- Deadline of the attempt, in milliseconds from its start; null for none.
  timeout_ms bigint,
  -- Who may take it: `@engines` is for processes with an engine, every other queue for remote workers.
  queue varchar(64) not null default '@engines',
  -- Its handler_class, if it is for remote workers.
  handler varchar(255),
  -- The higher goes first.
  priority bigint not null,
  run_at timestamp(6) not null,
  offered_at timestamp(6) not null
);

create index tasker_ready_steps_next on tasker_ready_steps (queue, named_task_id, priority desc, run_at);
create index tasker_ready_steps_handler on tasker_ready_steps (queue, handler, priority desc, run_at) where handler is not null;
create index tasker_ready_steps_task on tasker_ready_steps (task_id);

-- Attempts that run outside the process that owns the task, from the statement that started them on, and late results that
-- were refused. A row goes with the commit that writes its outcome; one that is refused stays as long as its task.
create table tasker_step_executions (
  execution_id varchar(64) primary key,
  workflow_step_id bigint not null,
  task_id bigint not null references tasker_tasks (task_id) on delete cascade,
  task_namespace_id integer not null,
  -- The process that owns the task and waits for the outcome: whoever takes the task over takes this over, too.
  owner_id bigint not null,
  -- Epoch of the task when the attempt started.
  epoch bigint not null,
  attempt integer not null,
  -- The process that runs the attempt, and what it called the statement that started it: repeated, that gets the same answer.
  process_id bigint not null,
  nonce varchar(64),
  -- running; finished: the outcome waits for the owner; revoked: nobody waits for the outcome any more; refused: one came
  -- all the same
  state varchar(16) not null,
  started_at timestamp(6) not null,
  deadline_at timestamp(6),
  -- By the database's clock, unlike the other times.
  heartbeat_at timestamp(6) not null,
  -- How long it may go without a heartbeat, in milliseconds; null: as long as its owner says.
  silence_ms integer,
  finished_at timestamp(6),
  -- {kind: success, failure, postponed or interrupted, and what belongs to it}; of a success the results are beside it.
  outcome jsonb,
  results jsonb,
  -- What a remote worker told of how far it is.
  progress jsonb,
  -- Why it was revoked or refused.
  reason text,
  constraint known_state check (state in ('running', 'finished', 'revoked', 'refused')),
  constraint outcome_iff_over check ((outcome is null) = (state in ('running', 'revoked')))
);

create index tasker_step_executions_task on tasker_step_executions (task_id);
create index tasker_step_executions_owner on tasker_step_executions (owner_id) where state in ('running', 'finished');
create index tasker_step_executions_process on tasker_step_executions (process_id) where state = 'running';
