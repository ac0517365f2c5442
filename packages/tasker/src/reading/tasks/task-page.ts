import { sql } from "kysely";
import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { type CursorKey, decodeCursor, encodeCursor } from "../paging/cursor.ts";
import { momentKey } from "../paging/moment-key.ts";
import { IdKey, type Page, type PageRequest, pageLimit } from "../paging/page.ts";
import { countTasks } from "./count-tasks.ts";
import { findKinds } from "./find-kinds.ts";
import { type ListedTask, listedTasksStatement } from "./listed-task.ts";
import { conditionsOf, type Fragment, momentConditions } from "./task-conditions.ts";
import type { ScopedFilter, TaskOrder } from "./task-filter.ts";
import { chooseSource, idsOf, MOST_LOOKED_AT, orderedIdsOf, type TaskSource } from "./task-source.ts";

/** Which tasks are asked for. */
export interface TaskPageRequest extends PageRequest, ScopedFilter {
  /** Default: `-task_id`, the newest first. */
  readonly order?: TaskOrder | undefined;
  /** Whether all tasks that the filter fits are counted, which takes as long as looking at each. Default: false. */
  readonly total?: boolean | undefined;
}

/** A page of tasks. */
export interface TaskPage extends Page<ListedTask> {
  /** How many tasks the filter fits, of all pages; null where that was not asked for. */
  readonly total: number | null;
}

const MomentKey = z.tuple([momentKey, z.int().nonnegative()]);

/**
 * A page of tasks in the order of their ids or of when they were requested. What is inserted between two pages moves nothing
 * from one to the other. A page whose filter has no index looks at {@link MOST_LOOKED_AT} tasks at most: it may have found
 * fewer than asked for, or none, and the next one goes on where it stopped.
 * @throws InvalidRequestError for a limit or a cursor that is none
 */
export async function readTaskPage(connection: Connection, request: TaskPageRequest): Promise<TaskPage> {
  const limit = pageLimit(request);
  const order = orderOf(request.order ?? "-task_id");
  const after = request.cursor === undefined ? null : decodeCursor(order.list, order.shape, request.cursor);
  const kinds = await findKinds(connection, request);
  const conditions = conditionsOf(request, kinds);
  const source = await chooseSource(connection, request, kinds);
  const { rows } = await findPage({
    order,
    after,
    limit,
    conditions,
    source,
    moments: momentConditions("b", request),
  }).execute(queryBuilder(connection));
  const found = rows.filter(({ key }) => key !== null).map(({ key }) => order.shape.parse(key));
  const ids = found.slice(0, limit).map((key) => Number(key.at(-1)));
  const last = found.length > limit ? found[limit - 1] : rows[0]?.bound;
  return {
    items: await connection.run(listedTasksStatement, [ids]),
    nextCursor: last === null || last === undefined ? null : encodeCursor(order.list, order.shape.parse(last)),
    total: request.total === true ? await countTasks(connection, conditions, source) : null,
  };
}

/** The cursor of the tasks after one of this id, the newest first. */
export function cursorAfterTask(taskId: number): string {
  return encodeCursor(orderOf("-task_id").list, [taskId]);
}

interface Order {
  /** Name of the list, for cursors. */
  readonly list: string;
  readonly shape: z.ZodType<CursorKey>;
  readonly byMoment: boolean;
  readonly descending: boolean;
}

function orderOf(order: TaskOrder): Order {
  const byMoment = order.endsWith("requested_at");
  const shape: z.ZodType<CursorKey> = byMoment ? MomentKey : IdKey;
  return { list: `tasks:${order}`, shape, byMoment, descending: order.startsWith("-") };
}

interface FoundKey {
  /** Null in the only row of a page without tasks. */
  readonly key: unknown;
  /** Where the look ended without having looked at everything, if it found no more than a page; otherwise null. */
  readonly bound: unknown;
}

interface Search {
  readonly order: Order;
  readonly after: CursorKey | null;
  readonly limit: number;
  readonly conditions: readonly Fragment[];
  readonly source: TaskSource;
  /** Those of the conditions that are about the time, over rows `b` of tasks. */
  readonly moments: readonly Fragment[];
}

/**
 * Finds the keys of a page and of one task more. The tasks of the source are looked at one by one in the order of the page, and
 * no further than needed. How far that was is asked in the same snapshot, and only if too few were found.
 */
function findPage(search: Search) {
  const { order, limit, conditions, source } = search;
  const direction = sql.raw(order.descending ? "desc" : "asc");
  const sorting = order.byMoment
    ? sql`b.requested_at ${direction}, b.task_id ${direction}`
    : sql`b.task_id ${direction}`;
  const key = order.byMoment
    ? sql`json_build_array(b.requested_at::text, b.task_id)`
    : sql`json_build_array(b.task_id)`;
  const isWhole = source.isSmall || conditions.length === 0;
  const window = isWhole ? sql`` : sql`limit ${sql.lit(MOST_LOOKED_AT)}`;
  const looked = sql`select b.* from (${candidatesOf(search)}) b order by ${sorting} ${window}`;
  const bound = isWhole
    ? sql`null::json`
    : sql`(select ${key} from (${looked}) b order by ${sorting} offset ${sql.lit(MOST_LOOKED_AT - 1)} limit 1)`;
  return sql<FoundKey>`
    with page as materialized (
      select ${key} as key, row_number() over () as place
      from (
        select b.* from (${looked}) b
        cross join lateral (select from tasker_tasks t where t.task_id = b.task_id and ${all(conditions)} limit 1) t
        order by ${sorting} limit ${sql.lit(limit + 1)}
      ) b
    )
    select p.key, case when (select count(*) from page) <= ${sql.lit(limit)} then ${bound} end as bound
    from (select) one left join page p on true
    order by p.place`;
}

/** The tasks of a source that the page can have, in no order. */
function candidatesOf({ order, after, source: { ranges, isSmall }, moments }: Search): Fragment {
  const beyond = after === null ? sql`true` : isBeyond(order, after);
  if (!order.byMoment) {
    if (ranges === null) return sql`select b.task_id from tasker_tasks b where ${beyond}`;
    return isSmall
      ? sql`select b.task_id from (${idsOf(ranges)}) b where ${beyond}`
      : orderedIdsOf(ranges, beyond, order.descending);
  }
  // No index has the tasks of a kind or in a state in the order of their times: they are looked for among all.
  const rows =
    ranges === null || !isSmall
      ? sql`tasker_tasks b`
      : sql`(${idsOf(ranges)}) i join tasker_tasks b on b.task_id = i.task_id`;
  return sql`select b.requested_at, b.task_id from ${rows} where ${beyond} and ${all(moments)}`;
}

function isBeyond({ byMoment, descending }: Order, after: CursorKey): Fragment {
  const comparison = sql.raw(descending ? "<" : ">");
  if (!byMoment) return sql`b.task_id ${comparison} ${after[0]}::int8`;
  return sql`(b.requested_at, b.task_id) ${comparison} (${after[0]}::timestamp, ${after[1]}::int8)`;
}

function all(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}
