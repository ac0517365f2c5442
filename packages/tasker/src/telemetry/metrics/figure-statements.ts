import { float8, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/** Name of the row that processes share. */
export const FIGURES = "database";

/**
 * Takes the turn to count for all processes, for `$2` milliseconds. No row: another process has it, or had it lately.
 */
export const takeTurn = statement({
  name: "take_figures_turn",
  text: `
    insert into tasker_figures as f (name, next_at)
    select $1, t.now + $2::int4 * interval '1 millisecond' from (select clock_timestamp() at time zone 'UTC' as now) t
    on conflict (name) do update set next_at = excluded.next_at
    where f.next_at <= clock_timestamp() at time zone 'UTC'
    returning f.name`,
  parameters: [varchar, int4],
  columns: { name: varchar },
});

/** Stores what was counted; it is not counted again for `$3` milliseconds. */
export const storeFigures = statement({
  name: "store_figures",
  text: `
    update tasker_figures f
    set figures = $2, sampled_at = t.now, next_at = t.now + $3::int4 * interval '1 millisecond'
    from (select clock_timestamp() at time zone 'UTC' as now) t
    where f.name = $1`,
  parameters: [text, jsonb, int4],
  columns: {},
});

/** What was counted last, and how long ago, in milliseconds. */
export const readFigures = statement({
  name: "read_figures",
  text: `
    select f.figures,
      (extract(epoch from clock_timestamp() at time zone 'UTC' - f.sampled_at) * 1000)::float8 as age_ms
    from tasker_figures f where f.name = $1`,
  parameters: [text],
  columns: { figures: nullable(jsonb), age_ms: nullable(float8) },
});

/**
 * Live tasks by namespace and name, as of `$1`: those that a process runs, those that wait for one, those that are to begin or
 * go on later, and those whose process has been gone for `$2` milliseconds without anybody having taken them. One scan of the
 * index of live tasks, without the table as far as that was vacuumed.
 */
export const countLiveTasks = statement({
  name: "count_live_tasks_by_name",
  text: `
    with live as materialized (
      select r.owner_id, r.named_task_id, count(*) as tasks, count(*) filter (where r.wake_at <= $1) as due,
        min(r.wake_at) as first_wake_at
      from tasker_task_runs r where r.wake_at is not null
      group by r.owner_id, r.named_task_id
    ), gone as (
      select o.owner_id from (select distinct l.owner_id from live l where l.owner_id <> 0) o
      where not exists (
        select from tasker_processes p where p.process_id = o.owner_id
          and coalesce(p.stopped_at, p.expires_at)
            > clock_timestamp() at time zone 'UTC' - $2::int4 * interval '1 millisecond'
      )
    )
    select s.name as namespace, t.name as task_name,
      (coalesce(sum(l.tasks) filter (where l.owner_id <> 0), 0))::int8 as owned,
      (coalesce(sum(l.due) filter (where l.owner_id = 0), 0))::int8 as due,
      (coalesce(sum(l.tasks - l.due) filter (where l.owner_id = 0), 0))::int8 as delayed,
      (coalesce(sum(l.tasks) filter (where l.owner_id in (select g.owner_id from gone g)), 0))::int8 as orphaned,
      greatest(0, coalesce(extract(epoch from $1 - min(l.first_wake_at) filter (where l.owner_id = 0)), 0))::float8
        as oldest_due_seconds
    from live l
    join tasker_named_tasks t on t.named_task_id = l.named_task_id
    join tasker_task_namespaces s on s.task_namespace_id = t.task_namespace_id
    group by s.name, t.name order by s.name, t.name`,
  parameters: [timestamp, int4],
  columns: {
    namespace: varchar,
    task_name: varchar,
    owned: int8,
    due: int8,
    delayed: int8,
    orphaned: int8,
    oldest_due_seconds: float8,
  },
});

/** Processes that have or may have tasks: those whose lease lasts, and those that have left or fallen silent. */
export const countProcesses = statement({
  name: "count_processes",
  text: `
    select count(*) filter (where p.stopped_at is null and p.expires_at > t.now) as alive,
      count(*) filter (where p.stopped_at is not null or p.expires_at <= t.now) as gone
    from tasker_processes p, (select clock_timestamp() at time zone 'UTC' as now) t
    where p.released_at is null`,
  parameters: [],
  columns: { alive: int8, gone: int8 },
});
