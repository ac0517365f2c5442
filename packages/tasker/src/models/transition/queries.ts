import { expressionBuilder, sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable, TaskerTables } from "../../database/query/tables.ts";
import type { State } from "../../states/state.ts";
import type { Scope } from "../scope.ts";
import { OWNER_COLUMN, type TransitionRow, type TransitionTable } from "./transition-table.ts";

/** A scope as a piece of SQL; every row where there is none. */
export function conditionOf<T extends TransitionTable>(where: Scope<T> | undefined) {
  return where === undefined ? sql`true` : where(expressionBuilder<TaskerTables, T>());
}

/** Of the transitions to a state, among those of `where`, the one with the greatest sort key; undefined if there is none. */
export async function mostRecentToState<T extends TransitionTable>(
  connection: Connection,
  table: T,
  state: State,
  where?: Scope<T>,
): Promise<RowOfTable<T> | undefined> {
  const { rows } = await sql<RowOfTable<T>>`
    select * from ${sql.table(table)} where to_state = ${state} and ${conditionOf(where)}
    order by sort_key desc, id desc limit 1`.execute(queryBuilder(connection));
  return rows[0];
}

/**
 * How long the state before each of these transitions lasted; one query for any number of them.
 * @returns by id: seconds since the transition of the same task or step with the next smaller sort key, null for a first
 */
export async function loadDurationsSincePrevious(
  connection: Connection,
  table: TransitionTable,
  rows: readonly Pick<TransitionRow, "id">[],
): Promise<Map<number, number | null>> {
  if (rows.length === 0) return new Map();
  const owner = OWNER_COLUMN[table];
  const found = await connection.query(
    `select id, seconds from (
       select x.id, extract(epoch from x.created_at - lag(x.created_at) over trail)::float8 as seconds
       from ${table} x where x.${owner} in (select y.${owner} from ${table} y where y.id = any ($1::int8[]))
       window trail as (partition by x.${owner} order by x.sort_key)
     ) timed where id = any ($1::int8[])`,
    [rows.map((row) => row.id)],
  );
  return new Map(found.map(({ id, seconds }) => [Number(id), seconds === null ? null : Number(seconds)]));
}
