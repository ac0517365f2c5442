import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { array, bool, int4, int8, json, nullable, text, textOf, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import type { VisibleNamespaces } from "../../models/visible-namespaces.ts";

/** Whether a process holds its lease: it does, it is late, or it has left or was declared dead. */
export type LeaseState = "live" | "late" | "stopped";

/**
 * Processes with tasks, or that may take some, and workers: those that are not gone, the youngest first. Whether they live is the database's
 * to say, by its own clock. `$1`: namespaces of which templates and figures are told of; null: all.
 */
export const selectProcesses = statement({
  name: "reading_processes",
  text: `
    select p.process_id, p.host, p.pid, p.engine_version, p.started_at, p.heartbeat_at, p.lease_ms, p.expires_at,
      p.progress_at, p.stopped_at, p.spare_slots,
      case when p.stopped_at is not null then 'stopped' when p.expires_at > clock_timestamp() at time zone 'UTC' then 'live'
        else 'late' end as lease,
      k.kinds, p.kind::text as kind, p.name, p.language, p.handlers, p.queues,
      array(select n from unnest(p.namespaces) as n where $1::text[] is null or n = any($1)) as namespaces,
      p.namespaces is null as serves_all,
      (
        select count(*)::int4 from tasker_task_runs r
        where r.owner_id = p.process_id and r.wake_at is not null and ($1::text[] is null or r.named_task_id = any(v.ids))
      ) as owned_tasks,
      (
        select count(*)::int4 from tasker_step_executions e
        where e.process_id = p.process_id and e.state = 'running'
          and ($1::text[] is null or e.task_namespace_id = any(v.spaces))
      ) as executions
    from tasker_processes p
    cross join (
      select array_agg(n.named_task_id) as ids, array_agg(distinct n.task_namespace_id) as spaces
      from tasker_named_tasks n join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
      where $1::text[] is not null and s.name = any($1)
    ) v
    cross join lateral (
      select coalesce(json_agg(json_build_object('namespace', s.name, 'name', n.name, 'version', n.version)
        order by s.name, n.name, n.version), '[]') as kinds, count(*) as seen
      from tasker_named_tasks n
      join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
      where n.named_task_id = any(p.kinds) and ($1::text[] is null or s.name = any($1))
    ) k
    where p.released_at is null and ($1::text[] is null or k.seen > 0 or p.namespaces && $1::varchar[])
    order by p.process_id desc limit $2::int4`,
  parameters: [nullable(array(text)), int4],
  columns: {
    process_id: int8,
    host: varchar,
    pid: int4,
    engine_version: varchar,
    started_at: timestamp,
    heartbeat_at: timestamp,
    lease_ms: int4,
    expires_at: timestamp,
    progress_at: timestamp,
    stopped_at: nullable(timestamp),
    spare_slots: int4,
    lease: textOf<LeaseState>(),
    kinds: json,
    kind: textOf<"engine" | "worker">(),
    name: nullable(varchar),
    language: nullable(varchar),
    handlers: array(varchar),
    queues: array(varchar),
    namespaces: array(varchar),
    serves_all: bool,
    owned_tasks: int4,
    executions: int4,
  },
});

/** Most processes that are told of. */
const MOST_PROCESSES = 1_000;

const Kinds = z.array(z.object({ namespace: z.string(), name: z.string(), version: z.string() }));

/** A process that runs tasks, or attempts of others; or a worker, by the language in which it is written. */
export interface ReadProcess
  extends Omit<RowOf<(typeof selectProcesses)["columns"]>, "kinds" | "namespaces" | "serves_all"> {
  /** The templates that are registered in it. */
  readonly kinds: z.infer<typeof Kinds>;
  /** Where a worker takes steps, as far as somebody may see it; null: in all, or it is none. */
  readonly namespaces: readonly string[] | null;
}

/** The processes that have templates of namespaces that somebody may see, at most a thousand; of others nothing is told. */
export async function readProcesses(connection: Connection, scope: VisibleNamespaces): Promise<ReadProcess[]> {
  const rows = await connection.run(selectProcesses, [scope === "all" ? null : scope, MOST_PROCESSES]);
  return rows.map(({ serves_all: servesAll, ...row }) => ({
    ...row,
    kinds: Kinds.parse(row.kinds),
    namespaces: servesAll ? null : row.namespaces,
  }));
}
