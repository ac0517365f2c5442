import type { Connection } from "../../database/database.ts";
import { int4, int8, text } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { RuleBreaches } from "../history-report.ts";

/** The name of the rule, and what is so where it is kept. */
export const CONCURRENCY_LIMITS = {
  name: "concurrency limits",
  verifies: "no more executions run under a limiter at the same time than the limits allow that they have started with",
} as const;

/**
 * A step holds its permits from before its start is committed until after its end is, and the numbers of commits rise in all
 * tasks together: those of which the starts and ends overlap held permits at the same time. Left out is what ended without
 * its process: an interruption is written down when the permits are gone. Grants are not in the order of the starts, so the
 * greatest of the limits of all that run counts. `$1`: how many breaches are listed.
 */
export const concurrencyLimitsStatement = statement({
  name: "check_concurrency_limits",
  text: `
    with starts as (
      select w.task_id, x.workflow_step_id as step_id, x.sort_key, x.metadata, (x.metadata ->> 'seq')::int8 as seq
      from tasker_workflow_step_transitions x
      cross join lateral (
        select q.task_id from tasker_workflow_steps q where q.workflow_step_id = x.workflow_step_id limit 1
      ) w
      where x.to_state = 'in_progress' and x.metadata ? 'concurrency_limits' and x.metadata ->> 'seq' ~ '^\\d{1,18}$'
    ), lasting as (
      select s.*, case when e.metadata ->> 'seq' ~ '^\\d{1,18}$' then (e.metadata ->> 'seq')::int8 end as ended, r.namespace
      from starts s
      cross join lateral (
        select q.task_namespace_id as namespace, q.owner_id, q.epoch from tasker_task_runs q where q.task_id = s.task_id
        limit 1
      ) r
      left join lateral (
        select q.metadata from tasker_workflow_step_transitions q
        where q.workflow_step_id = s.step_id and q.sort_key > s.sort_key order by q.sort_key limit 1
      ) e on true
      where case when e.metadata is null
        then s.metadata ->> 'writer' = r.owner_id::text and s.metadata ->> 'epoch' = r.epoch::text
        else e.metadata ->> 'seq' ~ '^\\d{1,18}$' and not e.metadata ? 'interrupted' end
    ), intervals as materialized (
      select l.task_id, l.step_id, l.seq, l.ended, l.namespace, u.limiter, u.most::int4 as most from lasting l
      cross join lateral rows from (
        jsonb_array_elements_text(l.metadata -> 'limiters'), jsonb_array_elements_text(l.metadata -> 'concurrency_limits')
      ) as u(limiter, most)
      where u.most is not null
    ), swept as (
      select c.*, sum(c.change) over (partition by c.namespace, c.limiter order by c.at rows unbounded preceding) as running
      from (
        select i.*, i.seq as at, 1 as change from intervals i
        union all
        select i.*, i.ended, -1 from intervals i where i.ended is not null
      ) c
    ), broken as (
      select s.task_id, s.step_id, s.limiter, s.running, a.most, s.seq from swept s
      cross join lateral (
        select max(i.most) as most from intervals i
        where i.namespace = s.namespace and i.limiter = s.limiter and i.seq <= s.seq
          and (i.ended is null or i.ended > s.seq)
      ) a
      where s.change = 1 and s.running > s.most and s.running > a.most
    )
    select b.task_id, b.step_id, format('%s executions under %s at seq %s, of which at most %s may run', b.running, b.limiter,
      b.seq, b.most) as found, count(*) over () as total
    from broken b order by b.seq limit $1::int4`,
  parameters: [int4],
  columns: { task_id: int8, step_id: int8, found: text, total: int8 },
});

/** Finds starts for which there was no room, over the whole database. */
export async function findExceededLimits(connection: Connection, listed: number): Promise<RuleBreaches> {
  const rows = await connection.run(concurrencyLimitsStatement, [listed]);
  const findings = rows.map((row) => ({ taskId: row.task_id, stepId: row.step_id, found: row.found, unclear: false }));
  return { findings, violations: rows[0]?.total ?? 0, unclear: 0 };
}
