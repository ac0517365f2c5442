import { sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { Scope } from "../scope.ts";
import { conditionOf } from "./queries.ts";
import type { TransitionTable } from "./transition-table.ts";

/** Which transitions are counted, and when it is. */
export interface StatisticsOptions<T extends TransitionTable> {
  /** Default: all of them. */
  readonly where?: Scope<T>;
  /** Default: the machine's time. */
  readonly now?: Date;
}

/** How often things moved, and how fast. */
export interface TransitionStatistics {
  readonly total_transitions: number;
  /** Number of transitions to each state that was entered. */
  readonly states: Readonly<Record<string, number>>;
  /** Number of transitions of the last 24 hours. */
  readonly recent_activity: number;
  /** Seconds, over all transitions in the order of their time; null if there are fewer than two. */
  readonly average_time_between_transitions: number | null;
}

interface Group {
  readonly to_state: string | null;
  readonly transitions: number;
  readonly recent: number;
  readonly span: number | null;
}

const DAY_MS = 86_400_000;

/** Counts transitions with one query. The mean of the gaps is the whole span by their number. */
export async function loadStatistics<T extends TransitionTable>(
  connection: Connection,
  table: T,
  { where, now = new Date() }: StatisticsOptions<T>,
): Promise<TransitionStatistics> {
  const { rows } = await sql<Group>`
    select to_state, count(*) as transitions,
      count(*) filter (where created_at > ${new Date(now.getTime() - DAY_MS)}::timestamp) as recent,
      extract(epoch from max(created_at) - min(created_at))::float8 as span
    from ${sql.table(table)} where ${conditionOf(where)}
    group by grouping sets ((to_state), ()) order by to_state`.execute(queryBuilder(connection));
  const sum = rows.find((row) => row.to_state === null);
  const total = sum?.transitions ?? 0;
  return {
    total_transitions: total,
    states: Object.fromEntries(rows.flatMap((row) => (row.to_state === null ? [] : [[row.to_state, row.transitions]]))),
    recent_activity: sum?.recent ?? 0,
    average_time_between_transitions: total < 2 ? null : (sum?.span ?? 0) / (total - 1),
  };
}
