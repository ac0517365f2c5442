import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import * as AnnotationType from "../annotation-type/annotation-type.ts";
import { document, key } from "../attributes.ts";
import { defineModel } from "../define-model.ts";

/** A JSON value that somebody attached to a task, under a type. */
export type TaskAnnotationRow = RowOfTable<"tasker_task_annotations">;

const Keys = { task_id: key(), annotation_type_id: key("int4") };
const annotation = document("annotation");
const Attributes = z.strictObject({ ...Keys, annotation: annotation.default(null) });
const Changes = z.strictObject({ ...Keys, annotation }).partial();

/** Create, read, change and delete annotations. An annotation is any JSON value, or null. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "TaskAnnotation",
  table: "tasker_task_annotations",
  key: "task_annotation_id",
  attributes: Attributes,
  changes: Changes,
  uniques: {},
  references: {
    task_annotations_task_id_foreign: "task_id",
    task_annotations_annotation_type_id_foreign: "annotation_type_id",
  },
});

/** The types of annotations, by their id; one query. The `name` of each is the reference's `annotation_type_name`. */
export function loadAnnotationTypes(connection: Connection, annotations: readonly TaskAnnotationRow[]) {
  const keys = annotations.map((row) => row.annotation_type_id);
  return AnnotationType.findMany(connection, keys);
}

/** The name of an annotation's type, of {@link loadAnnotationTypes}. Undefined if that type was not loaded. */
export function annotationTypeName(
  { annotation_type_id }: Pick<TaskAnnotationRow, "annotation_type_id">,
  types: ReadonlyMap<number, Pick<AnnotationType.AnnotationTypeRow, "name">>,
): string | undefined {
  return types.get(annotation_type_id)?.name;
}
