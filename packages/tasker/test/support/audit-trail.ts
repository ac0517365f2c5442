import { expect } from "vitest";
import type { Connection, Database } from "../../src/database/database.ts";

/** A rule of the data model, as a query for the rows that break it. */
interface AuditRule {
  readonly rule: string;
  readonly sql: string;
}

/**
 * What the rules read, as tables of the transaction that checks: `chained`, both transition tables with their owner, the
 * task and the state before, and `steps`, every step with what its history says. Rows without `writer` are those of
 * somebody else than an engine.
 */
const PREPARATION = `
  create temporary table chained on commit drop as
  with history as (
    select 'task' as kind, x.task_id as owner, x.task_id, x.id, x.from_state, x.to_state, x.metadata, x.sort_key,
      x.most_recent, x.created_at from tasker_task_transitions x
    union all
    select 'step', x.workflow_step_id, w.task_id, x.id, x.from_state, x.to_state, x.metadata, x.sort_key,
      x.most_recent, x.created_at
    from tasker_workflow_step_transitions x join tasker_workflow_steps w using (workflow_step_id)
  )
  select h.*, coalesce(h.metadata ? 'writer', false) as ours, (h.metadata ->> 'seq')::bigint as seq,
    coalesce(lag(h.to_state) over o, 'pending') as before, lag(h.sort_key) over o as key_before,
    row_number() over o as place,
    count(*) filter (where h.most_recent) over a as currents, lead(h.id) over o is null as newest
  from history h window o as (partition by h.kind, h.owner order by h.sort_key), a as (partition by h.kind, h.owner);

  create temporary table steps on commit drop as
  select w.*, coalesce(c.to_state, 'pending') as state, c.metadata, c.created_at as since,
    not coalesce(h.foreign_rows, false) as ours, coalesce(h.starts, 0) as starts,
    coalesce(h.given_back, 0) as given_back, h.last_start
  from tasker_workflow_steps w
  left join chained c on c.kind = 'step' and c.owner = w.workflow_step_id and c.newest
  left join (
    select x.owner, bool_or(not x.ours) as foreign_rows, count(*) filter (where x.to_state = 'in_progress') as starts,
      count(*) filter (where x.metadata ? 'interrupted' and not x.metadata ? 'permanent') as given_back,
      max(x.created_at) filter (where x.to_state = 'in_progress') as last_start
    from chained x where x.kind = 'step' group by x.owner
  ) h on h.owner = w.workflow_step_id;

  create index on chained (owner, sort_key);
  analyze chained; analyze steps`;

const LEGAL = `(values
  ('task', 'pending', 'in_progress'), ('task', 'pending', 'cancelled'), ('task', 'pending', 'error'),
  ('task', 'in_progress', 'pending'), ('task', 'in_progress', 'complete'), ('task', 'in_progress', 'error'),
  ('task', 'in_progress', 'cancelled'), ('task', 'error', 'pending'), ('task', 'error', 'resolved_manually'),
  ('task', 'complete', 'cancelled'), ('task', 'resolved_manually', 'cancelled'),
  ('step', 'pending', 'in_progress'), ('step', 'pending', 'error'), ('step', 'pending', 'cancelled'),
  ('step', 'pending', 'resolved_manually'), ('step', 'in_progress', 'complete'), ('step', 'in_progress', 'error'),
  ('step', 'in_progress', 'cancelled'), ('step', 'error', 'pending'), ('step', 'error', 'resolved_manually')
) as legal(kind, "from", "to")`;

const RULES: readonly AuditRule[] = [
  {
    rule: "every transition is one that its machine allows",
    sql: `select kind, owner, before, to_state from chained c
      where not (place = 1 and to_state = 'pending' and not ours) and not exists (select from ${LEGAL} where legal.kind = c.kind and "from" = c.before and "to" = c.to_state)`,
  },
  {
    rule: "from_state is the state before; only other writers may leave it out, or be without one",
    sql: `select kind, owner, sort_key, from_state, before from chained
      where (ours and from_state is distinct from before) or from_state = '' or from_state <> before`,
  },
  {
    rule: "one row of an owner is the current one, and it has the greatest sort key",
    sql: `select kind, owner, sort_key, currents from chained where currents <> 1 or most_recent <> newest`,
  },
  {
    rule: "sort keys are 10, 20, 30, ...; those of other writers rise in steps of their own, from 0 at least",
    sql: `select kind, owner, sort_key, key_before from chained where case
      when ours then sort_key <> coalesce(key_before, 0) + 10
      else sort_key < 0 or sort_key <= key_before end`,
  },
  {
    rule: "metadata is an object",
    sql: `select kind, owner, metadata from chained
      where jsonb_typeof(metadata) <> 'object' or (ours and metadata is null)`,
  },
  {
    rule: "seq is there, once in its task, and rises with the sort key of each owner and with the time of the commit",
    sql: `with numbered as (
        select *, lag(seq) over (partition by kind, owner order by sort_key) as seq_before,
          lag(created_at) over (partition by task_id order by seq) as time_before,
          count(*) over (partition by task_id, seq) as same
        from chained where ours
      ) select kind, owner, sort_key, seq, seq_before from numbered
      where seq is null or same > 1 or seq <= seq_before or created_at < time_before`,
  },
  {
    rule: "a step starts after each of its parents is satisfied",
    sql: `select e.from_step_id, e.to_step_id from tasker_workflow_step_edges e
      join chained child on child.kind = 'step' and child.owner = e.to_step_id and (child.to_state = 'in_progress'
        or (child.metadata ->> 'resolution' in ('skipped', 'bypassed') and child.metadata ->> 'writer' <> '0'))
      where child.ours and not exists (
        select from chained parent where parent.kind = 'step' and parent.owner = e.from_step_id
          and parent.to_state in ('complete', 'resolved_manually') and (parent.seq < child.seq or not parent.ours)
      )`,
  },
  {
    rule: "an execution starts once and ends once, unless it is running or was cut off by somebody else",
    sql: `with executions as (
        select owner, metadata ->> 'execution_id' as execution,
          count(*) filter (where to_state = 'in_progress') as starts,
          count(*) filter (where to_state in ('complete', 'error', 'cancelled')) as ends,
          max(sort_key) as last
        from chained where kind = 'step' and metadata ->> 'execution_id' <> 'unknown' group by 1, 2
      ) select x.* from executions x
      where x.starts <> 1 or x.ends > 1 or (x.ends = 0 and not exists (
        select from chained c where c.kind = 'step' and c.owner = x.owner
          and ((c.sort_key = x.last and c.newest) or (c.sort_key = x.last + 10 and not c.ours))
      ))`,
  },
  {
    rule: "attempts are the starts less those that were given back and those that an operator had forgotten",
    sql: `with forgotten as (
        select a.workflow_step_id as id, (a.details ->> 'attempts')::bigint as attempts from tasker_operator_actions a
        where a.action = 'reset_attempts'
        union all
        select e.key::bigint, e.value::bigint from tasker_operator_actions a
        cross join lateral jsonb_each_text(a.details -> 'attempts') e where a.action = 'rerun_from'
      ) select workflow_step_id, attempts, starts, given_back from steps s
      where ours and attempts is distinct from
        (starts - given_back - (select coalesce(sum(f.attempts), 0) from forgotten f where f.id = s.workflow_step_id))`,
  },
  {
    rule: "in_process, processed, processed_at and last_attempted_at are as the history implies",
    sql: `select workflow_step_id, state, in_process, processed, processed_at, last_attempted_at from steps
      where ours and (in_process <> (state = 'in_progress') or processed <> (state in ('complete', 'resolved_manually'))
        or processed_at is distinct from case when state in ('complete', 'resolved_manually') then since end
        or last_attempted_at is distinct from last_start)`,
  },
  {
    rule: "backoff_request_seconds is the wait of the retry that is to come, rounded up, and otherwise null",
    sql: `select workflow_step_id, state, backoff_request_seconds, metadata from steps
      where ours and backoff_request_seconds is distinct from case when state = 'error'
        then ceil((metadata ->> 'backoff_seconds')::numeric)::integer end`,
  },
  {
    rule: "the results of a failed step hold its error, those of a step that never ended are empty",
    sql: `select workflow_step_id, state, results, metadata from steps where ours and (
        (state = 'error' and (results ->> 'error' is null or results ->> 'error_class' is null
          or not results ? 'backtrace'
          or (not metadata ? 'interrupted' and results ->> 'error' <> metadata ->> 'error_message')))
        or (starts = 0 and not coalesce(metadata ? 'resolution', false) and results is distinct from '{}'::jsonb))`,
  },
  {
    rule: "a failed step reads as error until its next attempt starts: only an interruption or an operator leaves one pending",
    sql: `select owner, sort_key, metadata from chained
      where kind = 'step' and ours and newest and to_state = 'pending' and not metadata ?| array['interruptions', 'action']`,
  },
  {
    rule: "a task's mark and its transition to complete are written together",
    sql: `select k.task_id, k.updated_at, c.created_at from tasker_tasks k
      join chained c on c.kind = 'task' and c.owner = k.task_id and c.newest and c.ours and c.to_state = 'complete'
      where k.updated_at < c.created_at`,
  },
  {
    rule: "a step that failed for good is not retryable",
    sql: `select workflow_step_id from steps
      where ours and state = 'error' and metadata @> '{"permanent": true}' and retryable`,
  },
  {
    rule: "a task is marked complete if and only if its state is complete",
    sql: `select k.task_id, k.complete, c.to_state from tasker_tasks k
      left join chained c on c.kind = 'task' and c.owner = k.task_id and c.newest
      where k.complete is distinct from (coalesce(c.to_state, 'pending') = 'complete') and coalesce(c.ours, true)`,
  },
  {
    rule: "every step of a complete task is satisfied, or cancelled and skippable; none of a failed one can go on",
    sql: `select k.task_id, s.workflow_step_id, c.to_state, s.state, s.metadata from tasker_tasks k
      join chained c on c.kind = 'task' and c.owner = k.task_id and c.newest and c.ours
      join steps s on s.task_id = k.task_id
      where (c.to_state = 'complete' and s.state not in ('complete', 'resolved_manually')
          and not (s.state = 'cancelled' and s.skippable))
        or (c.to_state = 'error' and (s.state = 'in_progress' or (s.state = 'error' and s.ours
          and s.metadata @> '{"retry_available": true}')))`,
  },
  {
    rule: "no step of a task that an operator has cancelled is open",
    sql: `select k.task_id, s.workflow_step_id, s.state from tasker_tasks k
      join chained c on c.kind = 'task' and c.owner = k.task_id and c.newest and c.metadata ->> 'action' = 'cancel_task'
      join steps s on s.task_id = k.task_id where s.state in ('pending', 'in_progress', 'error')`,
  },
  {
    rule: "what an operator has written names action, actor and reason, and is written down as an action",
    sql: `select c.kind, c.owner, c.metadata from chained c
      where c.metadata ->> 'writer' = '0' and c.metadata ? 'action' and not exists (
        select from tasker_operator_actions a where a.action = c.metadata ->> 'action' and a.actor = c.metadata ->> 'actor'
          and a.reason = c.metadata ->> 'reason'
          and (a.task_id = c.task_id or (a.details ->> 'new_task_id')::bigint = c.task_id)
      )`,
  },
  {
    rule: "a live task has a live owner, a time to wake up at or is paused; one that is over has no owner and no time",
    sql: `select k.task_id, c.to_state, r.owner_id, r.wake_at from tasker_tasks k
      join tasker_task_runs r using (task_id)
      left join chained c on c.kind = 'task' and c.owner = k.task_id and c.newest
      left join tasker_processes p on p.process_id = r.owner_id and p.stopped_at is null
        and p.expires_at > clock_timestamp() at time zone 'UTC'
      where coalesce(c.ours, true) and case
        when coalesce(c.to_state, 'pending') in ('pending', 'in_progress')
          then (r.wake_at is null and not r.paused) or (r.owner_id <> 0 and p.process_id is null)
        else r.wake_at is not null or r.owner_id <> 0 end`,
  },
  {
    rule: "a permit is that of a process that is alive, or that may still run the task",
    sql: `select t.limiter, t.process_id, t.task_id from tasker_permits t
      where not exists (select from tasker_processes p where p.process_id = t.process_id and p.stopped_at is null)
        and not exists (select from tasker_task_runs r where r.task_id = t.task_id and r.owner_id = t.process_id)`,
  },
  {
    rule: "no edge and no step of a task is there twice",
    sql: `select from_step_id::text || '>' || to_step_id as what from tasker_workflow_step_edges
      group by from_step_id, to_step_id having count(*) > 1
      union all select task_id || ':' || named_step_id from tasker_workflow_steps
      group by task_id, named_step_id having count(*) > 1`,
  },
];

/** Everything in the database that breaks a rule of the data model, a line for each row. */
export function findAuditViolations(database: Database): Promise<string[]> {
  return database.transaction(async (transaction) => {
    // One snapshot for all rules: engines may be writing.
    await transaction.execute("set transaction isolation level repeatable read");
    await transaction.execute(PREPARATION);
    const violations: string[] = [];
    for (const { rule, sql } of RULES) violations.push(...(await findBreaches(transaction, rule, sql)));
    return violations;
  });
}

async function findBreaches(connection: Connection, rule: string, sql: string): Promise<string[]> {
  const rows = await connection.query(`${sql} limit 5`);
  return rows.map((row) => `${rule}: ${JSON.stringify(row)}`);
}

/** Asserts that the whole database keeps the rules of the data model. Call it at the end of a scenario. */
export async function expectCleanAuditTrail(database: Database): Promise<void> {
  expect(await findAuditViolations(database)).toEqual([]);
}
