import { z } from "zod";
import { Id, Json, Moment, PageEnd } from "./common.ts";
import { OutsideAttempt, State, StepDetails, Transition } from "./task.ts";

/** A step, with how it stands to others of its task. */
export const Step = StepDetails.omit({ depends_on: true, left_out: true }).extend({
  task_id: Id,
  skippable: z.boolean(),
  processed_at: Moment.nullable(),
  parents: z.array(Id).describe("The steps that it waits for"),
  children: z.array(Id).describe("The steps that wait for it"),
  outside: OutsideAttempt.nullable().describe("The attempt that a worker, or another process, is running"),
});

/** A page of the steps of a task. */
export const StepPage = PageEnd.extend({ steps: z.array(Step) });

/** A page of the audit trail of a task. */
export const TransitionPage = PageEnd.extend({
  transitions: z.array(Transition.extend({ step_id: Id.nullable(), to_state: State })),
});

/** Something that an operator did to a task. */
export const OperatorAction = z.object({
  action_id: Id,
  action: z.string(),
  step_id: Id.nullable(),
  step_name: z.string().nullable().describe("Null: an action on the task as a whole"),
  actor: z.string(),
  reason: z.string(),
  details: z.unknown().describe("What was before, by column"),
  at: Moment,
});

/** A page of what operators did to a task. */
export const OperatorActionPage = PageEnd.extend({ actions: z.array(OperatorAction) });

/** A value that somebody attached to a task. */
export const Annotation = z.object({ annotation_id: Id, type: z.string(), value: Json, created_at: Moment });

/** A value that is to be attached to a task. */
export const AnnotationBody = z.strictObject({
  type: z.string().min(1).max(64).describe("Made if there is none of this name"),
  value: Json,
});

/** A type of annotations. */
export const AnnotationType = z.object({
  annotation_type_id: Id,
  name: z.string(),
  description: z.string().nullable(),
});
