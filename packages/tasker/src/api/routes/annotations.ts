import { z } from "zod";
import { route } from "../route.ts";
import { PageEnd, PageQuery, TaskParams } from "../shapes/common.ts";
import { Annotation, AnnotationBody, AnnotationType } from "../shapes/step.ts";

/** Lists the annotations of a task. */
export const listAnnotations = route({
  id: "listAnnotations",
  method: "GET",
  path: "/v1/tasks/{task_id}/annotations",
  tag: "Tasks",
  summary: "List the annotations of a task in the order in which they came",
  permission: { resource: "tasker.annotation", action: "index", on: "task" },
  params: TaskParams,
  query: PageQuery,
  answer: PageEnd.extend({ annotations: z.array(Annotation) }),
  errors: [404],
});

/** Adds an annotation to a task. */
export const addAnnotation = route({
  id: "addAnnotation",
  method: "POST",
  path: "/v1/tasks/{task_id}/annotations",
  tag: "Tasks",
  summary: "Attach a value to a task, under a type",
  permission: { resource: "tasker.annotation", action: "create", on: "task" },
  params: TaskParams,
  body: AnnotationBody,
  answer: Annotation,
  statuses: [201],
  errors: [404, 413, 422],
});

/** Lists the types of annotations. */
export const listAnnotationTypes = route({
  id: "listAnnotationTypes",
  method: "GET",
  path: "/v1/annotation-types",
  tag: "Tasks",
  summary: "List the types of annotations by name; they belong to no namespace",
  permission: { resource: "tasker.annotation", action: "index", on: "list" },
  answer: z.object({ annotation_types: z.array(AnnotationType) }),
});
