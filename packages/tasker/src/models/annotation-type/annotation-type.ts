import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { int4, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { presentText, text } from "../attributes.ts";
import { defineModel } from "../define-model.ts";
import { checkName, findOrCreate } from "../find-or-create.ts";
import { loadChildren } from "../load-children.ts";

/** A kind of annotation. */
export type AnnotationTypeRow = RowOfTable<"tasker_annotation_types">;

const Attributes = z.strictObject({ name: presentText(64), description: text(255).nullish() });

/** Deletes a type with its annotations. */
export const destroyAnnotationType = statement({
  name: "destroy_annotation_type",
  text: `
    with annotations as (delete from tasker_task_annotations where annotation_type_id = $1::int8)
    delete from tasker_annotation_types where annotation_type_id = $1::int8 returning annotation_type_id`,
  parameters: [int8],
  columns: { annotation_type_id: int4 },
});

/** Create, read, change and delete types of annotations. The annotations of a type go with it. */
export const { create, createIfAbsent, createMany, find, findMany, update, destroy } = defineModel({
  name: "AnnotationType",
  table: "tasker_annotation_types",
  key: "annotation_type_id",
  attributes: Attributes,
  changes: Attributes.partial(),
  uniques: { annotation_types_name_unique: ["name"] },
  references: {},
  destruction: destroyAnnotationType,
});

/** The type of this name, or undefined. */
export function findByName(connection: Connection, name: string): Promise<AnnotationTypeRow | undefined> {
  return queryBuilder(connection)
    .selectFrom("tasker_annotation_types")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirst();
}

/** The type of this name; made if it is not there yet, by whoever comes first. @throws InvalidRecordError before anything is looked for */
export async function findOrCreateByName(connection: Connection, name: string, at?: Date): Promise<AnnotationTypeRow> {
  checkName("AnnotationType", name);
  return findOrCreate(
    () => findByName(connection, name),
    () => createIfAbsent(connection, { name }, at),
  );
}

/** The annotations of each type, by its id; one query. */
export function loadTaskAnnotations(connection: Connection, types: readonly AnnotationTypeRow[]) {
  const keys = types.map((row) => row.annotation_type_id);
  return loadChildren(connection, "tasker_task_annotations", "annotation_type_id", keys, "task_annotation_id");
}
