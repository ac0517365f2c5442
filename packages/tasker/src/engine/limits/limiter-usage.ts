import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { array, int8, nullable, text, timestamp } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { LimiterKind } from "./limiter.ts";

/** How a limiter stands. */
export interface LimiterUsage {
  /** By which limiters are ordered: namespace, kind, name and key as a JSON array. */
  readonly id: string;
  readonly namespace: string;
  readonly kind: LimiterKind;
  /** Name of the handler, the external system or the limit; of a step's own limit `task.step`. */
  readonly name: string;
  /** Value of its key, a long one as its hash; null if nothing stands there in the context; undefined if it has no key. */
  readonly key: string | null | undefined;
  /** Steps that hold a permit. A limiter that has only a rate gives none. */
  readonly inUse: number;
  /** Those among them whose process is gone: they are free as soon as their tasks are taken over. */
  readonly leftBehind: number;
  /** Steps that are ready and that this limiter keeps, when their processes asked last. */
  readonly waiting: number;
  /** Since when the first of them has been ready. */
  readonly waitingSince: Date | null;
  /** When one of them is asked for again. */
  readonly nextAt: Date | null;
}

/** The limiters of some namespaces (null: all) that are in use or waited for, after one. */
export const limiterUsageStatement = statement({
  name: "limiter_usage",
  text: `
    select u.limiter, sum(u.in_use)::int8 as in_use, sum(u.left_behind)::int8 as left_behind, sum(u.waiting)::int8 as waiting,
      min(u.oldest_at) as waiting_since, min(u.next_at) as next_at
    from (
      select t.limiter, 1 as in_use, case when p.process_id is null then 1 else 0 end as left_behind, 0 as waiting,
        null::timestamp as oldest_at, null::timestamp as next_at
      from tasker_permits t left join tasker_processes p on p.process_id = t.process_id and p.stopped_at is null
      where $2::text is null or t.limiter > $2
      union all
      select w.limiter, 0, 0, w.waiting, w.oldest_at, w.next_at from tasker_limit_waits w
      where $2::text is null or w.limiter > $2
    ) u
    where $1::text[] is null or u.limiter::json ->> 0 = any($1)
    group by u.limiter order by u.limiter limit $3`,
  parameters: [nullable(array(text)), nullable(text), nullable(int8)],
  columns: {
    limiter: text,
    in_use: int8,
    left_behind: int8,
    waiting: int8,
    waiting_since: nullable(timestamp),
    next_at: nullable(timestamp),
  },
});

const LimiterId = z
  .tuple([z.string(), z.enum(["handler", "name", "step", "system"]), z.string()])
  .rest(z.string().nullable());

/** Which limiters are asked for. */
interface LimiterSelection {
  /** Only those of these namespaces. Default: all. */
  readonly namespaces?: readonly string[] | undefined;
  /** Only those that come after the one with this id. Default: from the first one on. */
  readonly after?: string | undefined;
  /** Default: all. */
  readonly limit?: number;
}

/**
 * How limiters stand, over all processes: those that are in use or that steps wait for, by their ids.
 * @param selection only those of a namespace, or of a selection; default: all
 */
export async function limiterUsage(
  connection: Connection,
  selection: string | LimiterSelection | null = null,
): Promise<LimiterUsage[]> {
  const { namespaces, after, limit }: LimiterSelection =
    typeof selection === "string" ? { namespaces: [selection] } : (selection ?? {});
  const rows = await connection.run(limiterUsageStatement, [namespaces ?? null, after ?? null, limit ?? null]);
  return rows.map((row) => {
    const [ofNamespace, kind, name, key] = LimiterId.parse(JSON.parse(row.limiter));
    return {
      id: row.limiter,
      namespace: ofNamespace,
      kind,
      name,
      key,
      inUse: row.in_use,
      leftBehind: row.left_behind,
      waiting: row.waiting,
      waitingSince: row.waiting_since,
      nextAt: row.next_at,
    };
  });
}
