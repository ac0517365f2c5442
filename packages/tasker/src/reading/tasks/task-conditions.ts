import { type RawBuilder, sql } from "kysely";
import type { AnnotationFilter, TaskFilter } from "./task-filter.ts";

/** A part of a statement. */
export type Fragment = RawBuilder<unknown>;

/** Current state of a task, as SQL over its row `t`. */
export const CURRENT_STATE = sql`coalesce((
  select x.to_state from tasker_task_transitions x where x.task_id = t.task_id and x.most_recent limit 1
), 'pending')`;

const ofRun = (column: string) => sql`(select ${sql.ref(column)} from tasker_task_runs r where r.task_id = t.task_id)`;

/**
 * What a filter says about one task, as SQL over its row `t`. What stands in other tables is looked up by the task's id in a
 * subquery that the planner does not turn into a join: a page looks at some thousand tasks, and never at whole tables.
 * @param kinds named tasks that the filter allows; null: all
 */
export function conditionsOf(filter: TaskFilter, kinds: readonly number[] | null): Fragment[] {
  const { states, initiator, sourceSystem, tag, correlationId, parentTaskId, reason, annotation, paused } = filter;
  return [
    ...(kinds === null ? [] : [sql`t.named_task_id = any(${kinds}::int4[])`]),
    ...given(initiator, (text) => sql`t.initiator = ${text}::text`),
    ...given(sourceSystem, (text) => sql`t.source_system = ${text}::text`),
    ...given(reason, (text) => sql`t.reason ilike ${`%${escapePattern(text)}%`}::text`),
    ...given(tag, (text) => sql`t.tags @> to_jsonb(${text}::text)`),
    ...momentConditions("t", filter),
    ...given(correlationId, (text) => sql`${ofRun("r.correlation_id")} = ${text}::text`),
    ...given(parentTaskId, (id) => sql`${ofRun("r.parent_task_id")} = ${id}::int8`),
    ...given(paused, (wanted) => sql`coalesce(${ofRun("r.paused")}, false) = ${wanted}::bool`),
    ...given(states, (wanted) => sql`${CURRENT_STATE} = any(${wanted}::text[])`),
    ...given(annotation, (wanted) => hasAnnotation(wanted)),
  ];
}

/** When a task was requested, as SQL over a row of tasks. */
export function momentConditions(
  row: string,
  { requestedFrom, requestedBefore }: Pick<TaskFilter, "requestedFrom" | "requestedBefore">,
): Fragment[] {
  const column = sql.ref(`${row}.requested_at`);
  return [
    ...given(requestedFrom, (moment) => sql`${column} >= ${moment}::timestamp`),
    ...given(requestedBefore, (moment) => sql`${column} < ${moment}::timestamp`),
  ];
}

function given<T>(value: T | undefined, condition: (value: T) => Fragment): Fragment[] {
  return value === undefined ? [] : [condition(value)];
}

/** Whether an annotation is of the type of a filter, as SQL over a row of annotations. */
export function ofAnnotationType(row: string, { type }: AnnotationFilter): Fragment {
  return sql`${sql.ref(`${row}.annotation_type_id`)} = (
    select k.annotation_type_id from tasker_annotation_types k where k.name = ${type}::text
  )`;
}

/** What a filter says about one annotation, as SQL over its row `a`. */
export function annotationConditions(filter: AnnotationFilter): Fragment {
  const { key, value } = filter;
  if (key === undefined) return ofAnnotationType("a", filter);
  const fits =
    value === undefined
      ? sql`a.annotation ? ${key}::text`
      : sql`a.annotation ->> ${key}::text = ${String(value)}::text`;
  return sql`${ofAnnotationType("a", filter)} and ${fits}`;
}

function hasAnnotation(annotation: AnnotationFilter): Fragment {
  return sql`(
    select true from tasker_task_annotations a where a.task_id = t.task_id and ${annotationConditions(annotation)} limit 1
  )`;
}

function escapePattern(text: string): string {
  return text.replace(/[\\%_]/g, String.raw`\$&`);
}
