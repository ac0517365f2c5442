import { sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { annotationConditions, type Fragment, momentConditions, ofAnnotationType } from "./task-conditions.ts";
import type { TaskFilter } from "./task-filter.ts";

/** Most tasks of which one page looks whether a filter fits them. */
export const MOST_LOOKED_AT = 5_000;

/** Most named tasks of which the ranges of the index are merged. */
const MOST_MERGED = 40;

/** Where the tasks of a page are looked for. It has all that the filter fits, and may have others. */
export interface TaskSource {
  /** Each task is in one of them, once. Null: all tasks. */
  readonly ranges: readonly TaskRange[] | null;
  /** Whether there are no more than {@link MOST_LOOKED_AT}. */
  readonly isSmall: boolean;
}

/** Tasks that an index has beside each other. */
export interface TaskRange {
  /** Rows `b`, which have a `task_id`. */
  readonly rows: Fragment;
  readonly condition: Fragment;
}

interface Candidate {
  readonly ranges: readonly TaskRange[];
  /** Ranges with as many rows or more, of which the first come at once. Default: `ranges`. */
  readonly probe?: readonly TaskRange[];
}

/**
 * Chooses where to look for the tasks that a filter fits. Each part of a filter for which there is an index is a source; the
 * first that has few tasks is taken, however far they lie apart. If none has, the tasks of the named tasks, or those in the
 * states, or all, are looked through in their order, some thousand for a page.
 * @param kinds named tasks that the filter allows; null: all
 */
export async function chooseSource(
  connection: Connection,
  filter: TaskFilter,
  kinds: readonly number[] | null,
): Promise<TaskSource> {
  const ofKinds = sourceOfKinds(kinds);
  const ofStates = sourceOfStates(filter);
  for (const { ranges, probe = ranges } of [...narrowSources(filter), ...ofStates, ...ofKinds]) {
    if (await isSmall(connection, probe)) return { ranges, isSmall: true };
  }
  return { ranges: [...ofKinds, ...ofStates][0]?.ranges ?? null, isSmall: false };
}

/** A subquery of the ids of ranges, in no order. */
export function idsOf(ranges: readonly TaskRange[]): Fragment {
  return unite(ranges.map(({ rows, condition }) => sql`select b.task_id from ${rows} where ${condition}`));
}

/**
 * A subquery of the first ids of each range, from which the planner merges them in their order without reading more than is
 * asked for.
 * @param beyond what else holds of a row `b`
 */
export function orderedIdsOf(ranges: readonly TaskRange[], beyond: Fragment, descending: boolean): Fragment {
  const direction = sql.raw(descending ? "desc" : "asc");
  return unite(
    ranges.map(
      ({ rows, condition }) => sql`(
        select b.task_id from ${rows} where ${condition} and ${beyond}
        order by b.task_id ${direction} limit ${sql.lit(MOST_LOOKED_AT)}
      )`,
    ),
  );
}

function unite(parts: readonly Fragment[]): Fragment {
  return parts.length === 0 ? sql`select b.task_id from tasker_tasks b where false` : sql.join(parts, sql` union all `);
}

function narrowSources({ correlationId, parentTaskId, paused, annotation, ...filter }: TaskFilter): Candidate[] {
  const ofRuns = (condition: Fragment) => ({ ranges: [{ rows: sql`tasker_task_runs b`, condition }] });
  const candidates: Candidate[] = [];
  if (correlationId !== undefined) candidates.push(ofRuns(sql`b.correlation_id = ${correlationId}::text`));
  if (parentTaskId !== undefined) candidates.push(ofRuns(sql`b.parent_task_id = ${parentTaskId}::int8`));
  if (paused === true) candidates.push(ofRuns(sql`b.paused`));
  if (annotation !== undefined) {
    const all = sql`select distinct a.task_id from tasker_task_annotations a where ${annotationConditions(annotation)}`;
    candidates.push({
      ranges: [{ rows: sql`(${all}) b`, condition: sql`true` }],
      probe: [{ rows: sql`tasker_task_annotations b`, condition: ofAnnotationType("b", annotation) }],
    });
  }
  const moments = momentConditions("b", filter);
  if (moments.length > 0) {
    candidates.push({ ranges: [{ rows: sql`tasker_tasks b`, condition: sql.join(moments, sql` and `) }] });
  }
  return candidates;
}

function sourceOfKinds(kinds: readonly number[] | null): Candidate[] {
  if (kinds === null || kinds.length > MOST_MERGED) return [];
  const rows = sql`tasker_tasks b`;
  return [{ ranges: kinds.map((kind) => ({ rows, condition: sql`b.named_task_id = ${sql.lit(kind)}` })) }];
}

/** The ranges of states, if all are states of the index, whose condition is repeated so that the planner knows it. */
function sourceOfStates({ states }: TaskFilter): Candidate[] {
  const indexed: readonly string[] = ["error", "cancelled", "resolved_manually"];
  if (states === undefined || !states.every((state) => indexed.includes(state))) return [];
  const ranges = [...new Set(states)].map((state) => ({
    rows: sql`tasker_task_transitions b`,
    condition: sql`b.most_recent and b.to_state in ('error', 'cancelled', 'resolved_manually')
      and b.to_state = ${sql.lit(state)}`,
  }));
  return [{ ranges }];
}

async function isSmall(connection: Connection, ranges: readonly TaskRange[]): Promise<boolean> {
  const { rows } = await sql<{ size: number }>`
    select count(*)::int4 as size from (select from (${idsOf(ranges)}) s limit ${sql.lit(MOST_LOOKED_AT + 1)}) q
  `.execute(queryBuilder(connection));
  return (rows[0]?.size ?? 0) <= MOST_LOOKED_AT;
}
