import type { Connection } from "../database/database.ts";
import { encodeJson } from "../json/encode.ts";
import { ActionPerformer, type TaskActionsOptions } from "./action-performer.ts";
import type { ActionResult, StepAction, TaskAction } from "./action-result.ts";
import { actOnStep, actOnTask, listActions, rerunAsNew } from "./action-statements.ts";
import {
  checkAddress,
  checkEdit,
  checkId,
  type OperatorNote,
  type StepAddress,
  type StepEdit,
} from "./check-request.ts";

/** An action that was done to a task, or to one of its steps. */
export interface RecordedAction {
  readonly actionId: number;
  readonly taskId: number;
  /** Null: an action on the task as a whole. */
  readonly stepName: string | null;
  readonly action: string;
  readonly actor: string;
  readonly reason: string;
  /** What was before, by column; of a re-run, `new_task_id`. */
  readonly details: unknown;
  readonly at: Date;
}

/**
 * What operators do to tasks: each action is one transaction, is safe beside engines that run the task, and has it go on
 * at once. An engine that owns the task notices within a poll interval, at once if the actions are its own
 * (`engine.actions`). Asked for twice, an action answers `already`; what the state machines or the task's state do not
 * allow is `refused` with a reason.
 *
 * All throw InvalidRequestError for an argument that cannot be, TaskNotFoundError, StepNotFoundError, and
 * RecordConflictError if a process that takes no lock, such as the Rails engine, was faster again and again.
 */
export class TaskActions {
  readonly #database: Connection;
  readonly #performer: ActionPerformer;
  readonly #maxValueBytes: number;

  constructor(options: TaskActionsOptions) {
    this.#database = options.database;
    this.#performer = new ActionPerformer(options);
    this.#maxValueBytes = options.maxValueBytes ?? 1_000_000;
  }

  /** Has a failed step tried again at once, once more if its attempts were used up or it had failed for good. */
  retryStep(step: StepAddress, note: OperatorNote): Promise<ActionResult> {
    return this.#onStep("retry_step", step, note, {});
  }

  /** Forgets the attempts of a step, so that all that its template allows are to come; a failed one is tried again. */
  resetAttempts(step: StepAddress, note: OperatorNote): Promise<ActionResult> {
    return this.#onStep("reset_attempts", step, note, {});
  }

  /** Has a step that is pending or failed count as done, with the results that it has. */
  resolveStep(step: StepAddress, note: OperatorNote): Promise<ActionResult> {
    return this.#onStep("resolve_step", step, note, {});
  }

  /**
   * Has a step that is pending or failed count as done with these results, which the steps after it read.
   * @throws UnencodableValueError, ValueTooLargeError
   */
  completeStep(step: StepAddress, results: unknown, note: OperatorNote): Promise<ActionResult> {
    return this.#onStep("complete_step", step, note, { results });
  }

  /** Leaves out a step whose template says `skippable`; those after it go on without its results. */
  skipStep(step: StepAddress, note: OperatorNote): Promise<ActionResult> {
    return this.#onStep("skip_step", step, note, {});
  }

  /** Ends a step that is pending, running or failed. A running handler gets the abort signal; what it returns is dropped. */
  cancelStep(step: StepAddress, note: OperatorNote): Promise<ActionResult> {
    return this.#onStep("cancel_step", step, note, {});
  }

  /**
   * Changes the retry limit and the inputs of a step. A running attempt keeps those that it began with; a step that had
   * used up its attempts goes on if it has some now.
   */
  async editStep(step: StepAddress, edit: StepEdit, note: OperatorNote): Promise<ActionResult> {
    checkEdit(edit);
    const { retryLimit, inputs } = edit;
    return this.#onStep("edit_step", step, note, {
      ...(retryLimit === undefined ? {} : { retry_limit: retryLimit }),
      ...(inputs === undefined ? {} : { inputs }),
    });
  }

  /** Has all failed steps of a task tried again at once, as {@link retryStep} does. */
  retryTask(taskId: number, note: OperatorNote): Promise<ActionResult> {
    return this.#onTask("retry_task", taskId, null, note);
  }

  /** Ends a task, and all its steps that have not ended. Running handlers get the abort signal; what they return is dropped. */
  cancelTask(taskId: number, note: OperatorNote): Promise<ActionResult> {
    return this.#onTask("cancel_task", taskId, null, note);
  }

  /** Closes a failed task. Its steps stay as they are. */
  resolveTask(taskId: number, note: OperatorNote): Promise<ActionResult> {
    return this.#onTask("resolve_task", taskId, null, note);
  }

  /** Has nothing more of a task start until it is resumed. What runs may end, and its results are kept. */
  pauseTask(taskId: number, note: OperatorNote): Promise<ActionResult> {
    return this.#onTask("pause_task", taskId, null, note);
  }

  /** Has a paused task go on. */
  resumeTask(taskId: number, note: OperatorNote): Promise<ActionResult> {
    return this.#onTask("resume_task", taskId, null, note);
  }

  /**
   * Has a failed task run again from a step on: that step and those after it that failed have all their attempts again.
   * Refused if one of them has ended for good, which six states cannot take back: see {@link rerunTask}.
   */
  rerunFrom({ taskId, step }: StepAddress, note: OperatorNote): Promise<ActionResult> {
    return this.#onTask("rerun_from", taskId, step, note);
  }

  /**
   * Does a task that has ended again from a step on, as a new task (`newTaskId`): that step, those after it and those that
   * had not been finished run; the others are `resolved_manually` with the results that they had.
   */
  async rerunTask(address: StepAddress, note: OperatorNote): Promise<ActionResult> {
    checkAddress(address);
    const { taskId, step } = address;
    return this.#performer.perform("rerun_as_new", taskId, step, note, async (at, written, origin) => {
      const identity = crypto.randomUUID();
      return (await this.#database.run(rerunAsNew, [taskId, ...namesOf(step), at, written, identity, origin]))[0];
    });
  }

  /** What was done to a task, oldest first. Empty for one that does not exist. */
  async history(taskId: number): Promise<RecordedAction[]> {
    checkId("taskId", taskId);
    const rows = await this.#database.run(listActions, [[taskId]]);
    return rows.map((row) => ({
      actionId: row.action_id,
      taskId: row.task_id,
      stepName: row.step_name,
      action: row.action,
      actor: row.actor,
      reason: row.reason,
      details: row.details,
      at: row.created_at,
    }));
  }

  async #onStep(action: StepAction, address: StepAddress, note: OperatorNote, options: object): Promise<ActionResult> {
    checkAddress(address);
    const { taskId, step } = address;
    const what = `what is given for step ${step}`;
    const given = encodeJson(options, { maxBytes: this.#maxValueBytes, what });
    return this.#performer.perform(action, taskId, step, note, async (at, written, origin) => {
      return (await this.#database.run(actOnStep, [taskId, action, ...namesOf(step), at, written, given, origin]))[0];
    });
  }

  async #onTask(
    action: TaskAction,
    taskId: number,
    step: string | number | null,
    note: OperatorNote,
  ): Promise<ActionResult> {
    if (step === null) checkId("taskId", taskId);
    else checkAddress({ taskId, step });
    return this.#performer.perform(action, taskId, step, note, async (at, written, origin) => {
      return (await this.#database.run(actOnTask, [taskId, action, ...namesOf(step), at, written, origin]))[0];
    });
  }
}

/** The two parameters that name a step: by id, by name. */
function namesOf(step: string | number | null): [number | null, string | null] {
  return typeof step === "number" ? [step, null] : [null, step];
}
