import { addAnnotation, listAnnotations, listAnnotationTypes } from "../../api/routes/annotations.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import * as AnnotationType from "../../models/annotation-type/annotation-type.ts";
import * as TaskAnnotation from "../../models/task-annotation/task-annotation.ts";
import { readAnnotationPage } from "../../reading/annotations/annotation-page.ts";
import { selectAnnotationTypes } from "../../reading/annotations/annotations.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";

/** Lists the annotations of a task. */
export const annotationList = implement(listAnnotations, async ({ params, query, parts: { database } }) => {
  const { items, nextCursor } = await readAnnotationPage(database, params.task_id, query);
  const annotations = items.map(({ task_annotation_id: id, type, annotation, created_at }) => ({
    annotation_id: id,
    type,
    value: annotation,
    created_at,
  }));
  return { answer: { annotations, next_cursor: nextCursor } };
});

/** Adds an annotation to a task. */
export const annotationAddition = implement(addAnnotation, async (call) => {
  const { params, body, scope, parts } = call;
  const { database, clock } = parts;
  const at = new Date(clock.now());
  // Beside the transaction: a type that two make at the same time is there for both.
  const type = await AnnotationType.findOrCreateByName(database, body.type, at);
  const made = await database.transaction(async (transaction) => {
    const attributes = {
      task_id: params.task_id,
      annotation_type_id: type.annotation_type_id,
      annotation: body.value,
    };
    const row = await TaskAnnotation.create(transaction, attributes, at);
    const deed = { action: "annotation.create", resource: "tasker.annotation", resourceId: row.task_annotation_id };
    const details = { task_id: params.task_id, type: body.type };
    await recordAudit(transaction, auditEntryOf(call, { ...deed, namespace: scope[0], details }));
    return row;
  });
  const answer = { annotation_id: made.task_annotation_id, type: body.type, value: body.value, created_at: at };
  return { answer };
});

/** Lists the types of annotations. */
export const annotationTypeList = implement(listAnnotationTypes, async ({ parts: { database } }) => ({
  answer: { annotation_types: await database.run(selectAnnotationTypes, []) },
}));
