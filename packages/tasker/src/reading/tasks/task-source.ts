import { sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { annotationConditions, type Fragment, ofAnnotationType } from "./task-conditions.ts";
import type { TaskFilter } from "./task-filter.ts";

/** Most tasks of which one page looks whether a filter fits them. */
export const MOST_LOOKED_AT = 10_000;

/** Most named tasks of which the ranges of the index are merged. */
const MOST_MERGED = 50;

/** Where the tasks of a page are looked for. It has all that the filter fits, and may have others. */
export interface TaskSource {
  /** A subquery of their ids, `task_id`, each once. Null: all tasks. */
  readonly ids: Fragment | null;
  /** Whether there are no more than {@link MOST_LOOKED_AT}. */
  readonly isSmall: boolean;
}

interface Candidate {
  readonly ids: Fragment;
  /** A subquery with as many rows or more, of which the first come at once. Default: `ids`. */
  readonly probe?: Fragment;
}

const NOTHING = sql`select b.task_id from tasker_tasks b where false`;

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
  for (const { ids, probe = ids } of [...narrowSources(filter), ...ofStates, ...ofKinds]) {
    if (await isSmall(connection, probe)) return { ids, isSmall: true };
  }
  return { ids: [...ofKinds, ...ofStates][0]?.ids ?? null, isSmall: false };
}

function narrowSources({ correlationId, parentTaskId, paused, annotation, ...filter }: TaskFilter): Candidate[] {
  const { requestedFrom: from, requestedBefore: before } = filter;
  const ofRuns = (condition: Fragment) => ({ ids: sql`select r.task_id from tasker_task_runs r where ${condition}` });
  const candidates: Candidate[] = [];
  if (correlationId !== undefined) candidates.push(ofRuns(sql`r.correlation_id = ${correlationId}::text`));
  if (parentTaskId !== undefined) candidates.push(ofRuns(sql`r.parent_task_id = ${parentTaskId}::int8`));
  if (paused === true) candidates.push(ofRuns(sql`r.paused`));
  if (annotation !== undefined) {
    const rows = sql`from tasker_task_annotations a where`;
    candidates.push({
      ids: sql`select distinct a.task_id ${rows} ${annotationConditions(annotation)}`,
      probe: sql`select a.task_id ${rows} ${ofAnnotationType(annotation)}`,
    });
  }
  if (from !== undefined || before !== undefined) {
    const since = from === undefined ? sql`true` : sql`b.requested_at >= ${from}::timestamp`;
    const until = before === undefined ? sql`true` : sql`b.requested_at < ${before}::timestamp`;
    candidates.push({ ids: sql`select b.task_id from tasker_tasks b where ${since} and ${until}` });
  }
  return candidates;
}

/** A subquery for each kind: the planner merges the ranges of the index in the order of the ids. */
function sourceOfKinds(kinds: readonly number[] | null): Candidate[] {
  if (kinds === null || kinds.length > MOST_MERGED) return [];
  return [
    merged(kinds.map((kind) => sql`select b.task_id from tasker_tasks b where b.named_task_id = ${sql.lit(kind)}`)),
  ];
}

/** The same for each state, if all are states of the index, whose condition is repeated so that the planner knows it. */
function sourceOfStates({ states }: TaskFilter): Candidate[] {
  const indexed: readonly string[] = ["error", "cancelled", "resolved_manually"];
  if (states === undefined || !states.every((state) => indexed.includes(state))) return [];
  return [
    merged(
      [...new Set(states)].map(
        (state) => sql`select x.task_id from tasker_task_transitions x
          where x.most_recent and x.to_state in ('error', 'cancelled', 'resolved_manually') and x.to_state = ${sql.lit(state)}`,
      ),
    ),
  ];
}

function merged(branches: readonly Fragment[]): Candidate {
  return { ids: branches.length === 0 ? NOTHING : sql.join(branches, sql` union all `) };
}

async function isSmall(connection: Connection, ids: Fragment): Promise<boolean> {
  const { rows } = await sql<{ size: number }>`
    select count(*)::int4 as size from (select from (${ids}) s limit ${sql.lit(MOST_LOOKED_AT + 1)}) q
  `.execute(queryBuilder(connection));
  return (rows[0]?.size ?? 0) <= MOST_LOOKED_AT;
}
