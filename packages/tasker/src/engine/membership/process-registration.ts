import { hostname } from "node:os";
import type { Connection } from "../../database/database.ts";
import { int4, int8, timestamp, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";

/**
 * Registers a process; its lease ends `$4` milliseconds from now by the database's clock. Up to 100 rows go of processes that
 * have had nothing for a day.
 */
export const registerProcess = statement({
  name: "register_process",
  text: `
    with old as (
      select p.process_id from tasker_processes p
      where p.released_at < clock_timestamp() at time zone 'UTC' - interval '1 day'
        and not exists (select from tasker_permits t where t.process_id = p.process_id)
        and not exists (select from tasker_step_executions x where x.process_id = p.process_id and x.state = 'running')
      order by p.process_id limit 100 for update of p skip locked
    ), forgotten as (
      delete from tasker_processes p using old where p.process_id = old.process_id
    )
    insert into tasker_processes
      (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at)
    select $1, $2, $3, t.now, t.now, $4, t.now + $4::int4 * interval '1 millisecond', t.now
    from (select clock_timestamp() at time zone 'UTC' as now) t
    returning process_id`,
  parameters: [varchar, int4, varchar, int4],
  columns: { process_id: int8 },
});

/** Ends a process's ownership of anything, by its own will. */
export const leave = statement({
  name: "leave",
  text: `
    update tasker_processes set stopped_at = clock_timestamp() at time zone 'UTC'
    where process_id = $1 and stopped_at is null`,
  parameters: [int8],
  columns: {},
});

/** Declares every other process with an engine than `$1` dead: workers come through this one. Their tasks are given back by {@link releaseTasksOfStopped}. */
export const stopEveryOther = statement({
  name: "stop_every_other",
  text: `
    update tasker_processes set stopped_at = clock_timestamp() at time zone 'UTC'
    where released_at is null and stopped_at is null and process_id <> $1 and kind = 'engine'`,
  parameters: [int8],
  columns: {},
});

/**
 * Gives back up to 1,000 tasks of each stopped process, to be claimed at once: who owns a task took it when it was due, which a
 * wake-up time later than `$1` says only if the clock was wrong by which it was written.
 * Locked ones are left for the next time: a process that was stopped inside a commit must not hold up the takeover.
 *
 * The owners are read from the tasks, not from the processes that are marked as having none left: a process that was
 * declared dead and does not know it yet may have taken a task after it was marked. One index probe for each owner.
 */
export const releaseTasksOfStopped = statement({
  name: "release_tasks_of_stopped",
  text: `
    with recursive owners as (
      (select r.owner_id from tasker_task_runs r where r.owner_id > 0 and r.wake_at is not null order by r.owner_id limit 1)
      union all
      select (
        select r.owner_id from tasker_task_runs r
        where r.owner_id > o.owner_id and r.wake_at is not null order by r.owner_id limit 1
      ) from owners o where o.owner_id is not null
    ), left_behind as (
      select c.task_id from owners o
      cross join lateral (
        select r.task_id from tasker_task_runs r
        where r.owner_id = o.owner_id and r.wake_at is not null limit 1000 for no key update of r skip locked
      ) c
      where o.owner_id is not null and not exists (
        select from tasker_processes p where p.process_id = o.owner_id and p.stopped_at is null
      )
    )
    update tasker_task_runs r set owner_id = 0, wake_at = least(r.wake_at, $1)
    from left_behind l where r.task_id = l.task_id
    returning r.task_id`,
  parameters: [timestamp],
  columns: { task_id: int8 },
});

/**
 * Marks stopped processes of which no task is left. Permits of processes that are gone are free from then on, each as soon as
 * its task is not that process's any more: until then the process may still run the step. That of a remote worker's attempt is
 * the attempt's.
 */
export const markReleased = statement({
  name: "mark_released",
  text: `
    with alive as materialized (
      select a.process_id from tasker_processes a where a.released_at is null and a.stopped_at is null
    ), waits as (
      delete from tasker_limit_waits w where w.process_id not in (select a.process_id from alive a)
    ), permits as (
      delete from tasker_permits t
      where t.process_id not in (select a.process_id from alive a) and not exists (
        select from tasker_task_runs r where r.task_id = t.task_id and r.owner_id = t.process_id
      ) and (t.execution_id is null or not tasker_is_outside(t.workflow_step_id, t.execution_id))
    )
    update tasker_processes p set released_at = clock_timestamp() at time zone 'UTC'
    where p.released_at is null and p.stopped_at is not null and not exists (
      select from tasker_task_runs r where r.owner_id = p.process_id and r.wake_at is not null
    )`,
  parameters: [],
  columns: {},
});

/** Registers this process and gives its id. */
export async function register(connection: Connection, version: string, leaseMs: number): Promise<number> {
  const rows = await connection.run(registerProcess, [hostname().slice(0, 255), process.pid, version, leaseMs]);
  return rows[0]?.process_id ?? 0;
}

/**
 * Takes the tasks of processes that have left or were declared dead from them, so that anybody can claim them.
 * @returns how many tasks were given back
 */
export async function takeOver(connection: Connection, now: Date): Promise<number> {
  let released = 0;
  for (;;) {
    const rows = await connection.run(releaseTasksOfStopped, [now]);
    released += rows.length;
    if (rows.length < 1_000) break;
  }
  await connection.run(markReleased, []);
  return released;
}
