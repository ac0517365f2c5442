import { array, bool, int8, json, nullable } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * Writes tasks whose stories are told: any number of tasks for each story, in one statement.
 *   $1 stories   [{a: number of the story, n: named task, ns: namespace, h: definition hash, k: number of steps, c: complete,
 *                  w: wake-up time or null, u: end}]
 *   $2 steps     [{a, p: place from 1, n: named step, y: retryable, l: limit, k: skippable, ip: in process, pr: processed,
 *                  pa: processed at, t: attempts, la: last attempted at, bo: backoff seconds, r: results, u: end}]
 *   $3 edges     [{a, f: from place, t: to place}]
 *   $4 rows      [{a, p: place of the step, 0 for the task, q: place in the story, k: sort key, f: from, g: to, m: metadata,
 *                  at, x: number of the attempt or null, d: when its retry is due or null, r: most recent}]
 *   $5 tasks     [{a, at: creation, c: context, i: identity hash, by: initiator, corr: correlation id}]
 *   $6 writer; $7 epoch; $8 whether run rows are written, and metadata; $9 whether steps get the context as inputs
 * Moments of stories are milliseconds from the creation of the task. Every join is one of a task with its story, so that it
 * costs what the rows cost: the caller forbids nested loops, which the planner would take for want of estimates.
 */
export const writeTasks = statement({
  name: "testing_write_tasks",
  text: `
    with stories as materialized (
      select * from json_to_recordset($1) as s(a int, n int, ns int, h varchar, k int, c bool, w bigint, u bigint)
    ), step_plans as materialized (
      select * from json_to_recordset($2) as s(a int, p int, n int, y bool, l int, k bool, ip bool, pr bool, pa bigint, t int,
        la bigint, bo int, r jsonb, u bigint)
    ), edge_plans as materialized (
      select * from json_to_recordset($3) as s(a int, f int, t int)
    ), row_plans as materialized (
      select * from json_to_recordset($4) as s(a int, p int, q int, k int, f varchar, g varchar, m jsonb, at bigint, x int,
        d bigint, r bool)
    ), asked as materialized (
      select i.*, s.n, s.ns, s.h, s.k, s.c as complete, s.w, s.u
      from rows from (json_to_recordset($5) as (a int, at timestamp, c jsonb, i varchar, by varchar, corr varchar))
        with ordinality as i(a, at, c, i, by, corr, o)
      join stories s on s.a = i.a
    ), tasks as materialized (
      select q.*, nextval('tasker_tasks_task_id_seq') as task_id, array(
        select nextval('tasker_workflow_steps_workflow_step_id_seq') from generate_series(1, q.k) where q.o is not null
      ) as step_ids
      from (select * from asked order by o) q
    ), commit as materialized (
      select nextval('tasker_commit_seq') * 65536 as first where $8
    ), new_tasks as (
      insert into tasker_tasks
        (task_id, named_task_id, complete, requested_at, initiator, source_system, reason, bypass_steps, tags, context,
         identity_hash, created_at, updated_at)
      select task_id, n, complete, at, by, 'unknown', 'unknown', '[]', '[]', c, i, at, at + u * interval '1 ms'
      from tasks
    ), new_runs as (
      insert into tasker_task_runs
        (task_id, definition_hash, task_namespace_id, named_task_id, owner_id, epoch, wake_at, correlation_id)
      select task_id, h, ns, n, 0, $7, at + w * interval '1 ms', corr from tasks where $8
    ), new_steps as (
      insert into tasker_workflow_steps
        (workflow_step_id, task_id, named_step_id, retryable, retry_limit, in_process, processed, processed_at, attempts,
         last_attempted_at, backoff_request_seconds, inputs, results, created_at, updated_at, skippable)
      select t.step_ids[p.p], t.task_id, p.n, p.y, p.l, p.ip, p.pr, t.at + p.pa * interval '1 ms', p.t,
        t.at + p.la * interval '1 ms', p.bo, case when $9 then t.c end, p.r, t.at, t.at + p.u * interval '1 ms', p.k
      from tasks t join step_plans p on p.a = t.a
    ), new_edges as (
      insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
      select t.step_ids[p.f], t.step_ids[p.t], 'provides', t.at, t.at from tasks t join edge_plans p on p.a = t.a
    ), new_task_rows as (
      insert into tasker_task_transitions
        (task_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select t.task_id, p.f, p.g, case when $8 then p.m || jsonb_build_object('seq', c.first + p.q) else p.m end, p.k, p.r,
        t.at + p.at * interval '1 ms', t.at + p.at * interval '1 ms'
      from tasks t join row_plans p on p.a = t.a and p.p = 0 left join commit c on true
    ), new_step_rows as (
      insert into tasker_workflow_step_transitions
        (workflow_step_id, from_state, to_state, metadata, sort_key, most_recent, created_at, updated_at)
      select t.step_ids[p.p], p.f, p.g, case
          when not $8 then p.m
          when p.x is null then p.m || jsonb_build_object('seq', c.first + p.q)
          when p.d is null then p.m || jsonb_build_object(
            'seq', c.first + p.q, 'execution_id', $6::bigint || '.' || t.step_ids[p.p] || '.' || p.x)
          else p.m || jsonb_build_object(
            'seq', c.first + p.q, 'execution_id', $6::bigint || '.' || t.step_ids[p.p] || '.' || p.x,
            'backoff_until', to_char(t.at + p.d * interval '1 ms', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        end, p.k, p.r, t.at + p.at * interval '1 ms', t.at + p.at * interval '1 ms'
      from tasks t join row_plans p on p.a = t.a and p.p > 0 left join commit c on true
    )
    select task_id, step_ids from tasks order by o`,
  parameters: [json, json, json, json, json, int8, int8, bool, bool],
  columns: { task_id: nullable(int8), step_ids: nullable(array(int8)) },
});
