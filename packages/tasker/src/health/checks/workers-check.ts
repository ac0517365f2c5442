import { bool, float8, int4, int8, nullable, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { Ask } from "../bounded.ts";
import type { HealthCheck } from "../health-report.ts";

/** Milliseconds that a task may be due without a process before that is a sign of trouble. */
const PATIENCE_MS = 15_000;

/**
 * Processes whose lease lasts, those that are gone with tasks in their name, the longest silence of one that lives, in seconds;
 * and, if none lives, whether tasks have been due since `$1 - $2 ms`. Reads the processes, and only without any live one the index of live
 * tasks up to the first that is due.
 */
export const lookAtWorkers = statement({
  name: "health_workers",
  text: `
    with counted as materialized (
      select count(*) filter (where p.stopped_at is null and p.expires_at > t.now) as alive,
        count(*) filter (where p.stopped_at is not null or p.expires_at <= t.now) as gone,
        (extract(epoch from max(t.now - p.heartbeat_at) filter (
          where p.stopped_at is null and p.expires_at > t.now
        )))::float8 as longest_silence
      from tasker_processes p, (select clock_timestamp() at time zone 'UTC' as now) t
      where p.released_at is null
    )
    select c.alive, c.gone, c.longest_silence,
      case when c.alive > 0 then false else exists (
        select from tasker_task_runs r where r.owner_id = 0 and r.wake_at < $1::timestamp - $2::int4 * interval '1 millisecond'
      ) end as tasks_wait
    from counted c`,
  parameters: [timestamp, int4],
  columns: { alive: int8, gone: int8, longest_silence: nullable(float8), tasks_wait: bool },
});

/** Whether processes live that could run tasks, if there are any to run. */
export function workersCheck(ask: Ask, now: () => Date): HealthCheck {
  return {
    name: "workers",
    failure: "Processes cannot be counted",
    async run() {
      const [found] = await ask((connection) => connection.run(lookAtWorkers, [now(), PATIENCE_MS]));
      const { alive = 0, gone = 0, longest_silence: silence = null, tasks_wait: tasksWait = false } = found ?? {};
      const details = {
        alive,
        gone,
        ...(silence === null ? {} : { longest_silence_seconds: Math.round(silence * 1_000) / 1_000 }),
      };
      if (tasksWait) return { healthy: false, message: "Tasks wait and no process lives that could run them", details };
      return { healthy: true, message: alive === 1 ? "1 process lives" : `${alive} processes live`, details };
    },
  };
}
