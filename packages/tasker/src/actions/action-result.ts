/** What an operator can do to one step. */
export type StepAction =
  | "retry_step"
  | "reset_attempts"
  | "resolve_step"
  | "complete_step"
  | "skip_step"
  | "cancel_step"
  | "edit_step";

/** What an operator can do to a task. */
export type TaskAction =
  | "retry_task"
  | "cancel_task"
  | "resolve_task"
  | "pause_task"
  | "resume_task"
  | "rerun_from"
  | "rerun_as_new";

/** Why an action changed nothing. Stable: programs switch on it. */
export type ActionReason =
  | "task_pending"
  | "task_in_progress"
  | "task_complete"
  | "task_cancelled"
  | "task_resolved_manually"
  | "step_pending"
  | "step_in_progress"
  | "step_complete"
  | "step_cancelled"
  | "step_resolved_manually"
  | "no_attempts"
  | "same_values"
  | "not_skippable"
  | "nothing_failed"
  | "paused"
  | "not_paused"
  | "no_run"
  | "running_below"
  | "finished_below"
  | "unfinished_above"
  | "compensated"
  | "rerun_under_way";

/** What every action tells of itself. */
interface ActionFacts {
  readonly action: StepAction | TaskAction;
  readonly taskId: number;
  /** The step that was named; null for an action on the task as a whole. */
  readonly step: { readonly id: number; readonly name: string } | null;
  /** One sentence for people. */
  readonly message: string;
}

/** The action was done, in one transaction. */
export interface ActionDone extends ActionFacts {
  readonly outcome: "done";
  /** Steps that were moved to another state; of a re-run as a new task, those whose results were taken over. */
  readonly movedSteps: number;
  /** The task that a re-run made. */
  readonly newTaskId: number | null;
}

/** Everything is as the action would have made it; nothing was written. */
export interface ActionAlready extends ActionFacts {
  readonly outcome: "already";
  readonly reason: ActionReason;
  /** The task that an earlier re-run made and that is still live. */
  readonly newTaskId: number | null;
}

/** The action cannot be done as things stand; nothing was written. */
export interface ActionRefused extends ActionFacts {
  readonly outcome: "refused";
  readonly reason: ActionReason;
}

/** What came of an action. */
export type ActionResult = ActionDone | ActionAlready | ActionRefused;
