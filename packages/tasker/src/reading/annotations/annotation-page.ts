import type { Connection } from "../../database/database.ts";
import { int4, int8, jsonb, nullable, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { decodeCursor } from "../paging/cursor.ts";
import { IdKey, type Page, type PageRequest, pageLimit, pageOf } from "../paging/page.ts";

/** Annotations of a task after one of them. */
export const selectAnnotationsAfter = statement({
  name: "reading_annotations_after",
  text: `
    select a.task_annotation_id, k.name as type, a.annotation, a.created_at
    from (
      select q.* from tasker_task_annotations q where q.task_id = $1 offset 0
    ) a
    join tasker_annotation_types k on k.annotation_type_id = a.annotation_type_id
    where a.task_annotation_id > $2 order by a.task_annotation_id limit $3::int4`,
  parameters: [int8, int8, int4],
  columns: { task_annotation_id: int8, type: varchar, annotation: nullable(jsonb), created_at: timestamp },
});

/** An annotation of a page. */
export type ListedAnnotation = RowOf<(typeof selectAnnotationsAfter)["columns"]>;

/** A page of the annotations of a task, in the order in which they came. @throws InvalidRequestError */
export async function readAnnotationPage(
  connection: Connection,
  taskId: number,
  request: PageRequest,
): Promise<Page<ListedAnnotation>> {
  const limit = pageLimit(request);
  const list = `annotations:${taskId}`;
  const [after] = request.cursor === undefined ? [0] : decodeCursor(list, IdKey, request.cursor);
  const rows = await connection.run(selectAnnotationsAfter, [taskId, after, limit + 1]);
  return pageOf(list, rows, limit, (row) => [row.task_annotation_id]);
}
