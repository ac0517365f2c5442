import type { Connection } from "../../database/database.ts";
import { array, int4, int8, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";

/** Annotations of tasks with the names of their types, in the order of their ids. */
export const selectAnnotations = statement({
  name: "reading_annotations",
  text: `
    select a.task_annotation_id, a.task_id, a.annotation_type_id, k.name as annotation_type_name, a.annotation, a.created_at
    from unnest($1::int8[]) as i(id)
    cross join lateral (select q.* from tasker_task_annotations q where q.task_id = i.id offset 0) a
    join tasker_annotation_types k on k.annotation_type_id = a.annotation_type_id
    order by a.task_annotation_id`,
  parameters: [array(int8)],
  columns: {
    task_annotation_id: int8,
    task_id: int8,
    annotation_type_id: int4,
    annotation_type_name: varchar,
    annotation: nullable(jsonb),
    created_at: timestamp,
  },
});

/** An annotation of a task. */
export type ReadAnnotation = RowOf<(typeof selectAnnotations)["columns"]>;

/** All types of annotations by their names. */
export const selectAnnotationTypes = statement({
  name: "reading_annotation_types",
  text: "select k.annotation_type_id, k.name, k.description from tasker_annotation_types k order by k.name",
  parameters: [],
  columns: { annotation_type_id: int4, name: varchar, description: nullable(varchar) },
});

/** A type of annotations. They belong to no namespace. */
export type ReadAnnotationType = RowOf<(typeof selectAnnotationTypes)["columns"]>;

/** The annotations of each task, by its id; one statement. */
export async function loadAnnotations(
  connection: Connection,
  taskIds: readonly number[],
): Promise<Map<number, ReadAnnotation[]>> {
  const annotations = new Map<number, ReadAnnotation[]>(taskIds.map((id) => [id, []]));
  if (annotations.size === 0) return annotations;
  const rows = await connection.run(selectAnnotations, [[...annotations.keys()]]);
  for (const row of rows) annotations.get(row.task_id)?.push(row);
  return annotations;
}
