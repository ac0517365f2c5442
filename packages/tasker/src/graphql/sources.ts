import type { AuthorizationContext } from "../auth/authorization/authorization-context.ts";
import type { RowOfTable } from "../database/query/tables.ts";

/** What the fields of an object are read from. `kind` is the name of its type. */
interface Source<Kind extends string, Row> {
  readonly kind: Kind;
  readonly row: Row;
}

/** A task, with what permissions are asked for. */
export interface TaskSource extends Source<"Task", RowOfTable<"tasker_tasks">> {
  readonly subject: AuthorizationContext & { readonly namespace: string; readonly taskId: number };
}
/** A step of a task. */
export type StepSource = Source<"WorkflowStep", RowOfTable<"tasker_workflow_steps">>;
/** An annotation of a task. */
export type TaskAnnotationSource = Source<"TaskAnnotation", RowOfTable<"tasker_task_annotations">>;
/** A type of annotations. */
export type AnnotationTypeSource = Source<"Annotation", RowOfTable<"tasker_annotation_types">>;
/** One version of a template, as the database knows it. */
export type NamedTaskSource = Source<"NamedTask", RowOfTable<"tasker_named_tasks">>;
/** A kind of step. */
export type NamedStepSource = Source<"NamedStep", RowOfTable<"tasker_named_steps">>;
/** What steps of a kind are retried by in tasks of a template. */
export type NamedTasksNamedStepSource = Source<"NamedTasksNamedStep", RowOfTable<"tasker_named_tasks_named_steps">>;
/** An external system. */
export type DependentSystemSource = Source<"DependentSystem", RowOfTable<"tasker_dependent_systems">>;
/** One thing as two systems know it. */
export type ObjectMapSource = Source<"DependentSystemObjectMap", RowOfTable<"tasker_dependent_system_object_maps">>;

/** Everything that `node` finds. */
export type NodeSource =
  | TaskSource
  | StepSource
  | TaskAnnotationSource
  | AnnotationTypeSource
  | NamedTaskSource
  | NamedStepSource
  | DependentSystemSource
  | ObjectMapSource;
