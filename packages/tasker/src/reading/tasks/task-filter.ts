import type { VisibleNamespaces } from "../../models/visible-namespaces.ts";
import type { State } from "../../states/state.ts";

/** An annotation that a task has: one of a type, with this value under a key at the top level where one is named. */
export interface AnnotationFilter {
  readonly type: string;
  readonly key?: string | undefined;
  /** Compared as text: 1 is the same as "1". */
  readonly value?: string | number | boolean | undefined;
}

/** What tasks must be like; what is left out does not matter. */
export interface TaskFilter {
  readonly namespaces?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  /** Current states. A task without transitions is `pending`. */
  readonly states?: readonly State[] | undefined;
  readonly initiator?: string | undefined;
  readonly sourceSystem?: string | undefined;
  /** One of the task's tags. */
  readonly tag?: string | undefined;
  readonly correlationId?: string | undefined;
  /** The task of which a step waits, or waited, for this one. */
  readonly parentTaskId?: number | undefined;
  /** Requested at this moment or later. */
  readonly requestedFrom?: Date | undefined;
  /** Requested before this moment. */
  readonly requestedBefore?: Date | undefined;
  /** Part of the reason that was given with the request, in any case. */
  readonly reason?: string | undefined;
  readonly annotation?: AnnotationFilter | undefined;
  readonly paused?: boolean | undefined;
}

/** {@link TaskFilter}, within the namespaces that somebody may see. */
export interface ScopedFilter extends TaskFilter {
  readonly scope: VisibleNamespaces;
}

/** Orders of a list of tasks; with a minus the greatest first. Those requested at one moment are in the order of their ids. */
export const TASK_ORDERS = ["-task_id", "task_id", "-requested_at", "requested_at"] as const;
/** One of {@link TASK_ORDERS}. */
export type TaskOrder = (typeof TASK_ORDERS)[number];
