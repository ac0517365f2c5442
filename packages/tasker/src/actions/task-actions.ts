import { type Clock, systemClock } from "../clock/clock.ts";
import type { Connection } from "../database/database.ts";
import { failureKindOf } from "../database/failure-kind.ts";
import { encodeHints, type Hint, tellHints } from "../database/hints/hint.ts";
import { RecordConflictError, StepNotFoundError, TaskNotFoundError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import { encodeJson } from "../json/encode.ts";
import { tellAction } from "./action-events.ts";
import type { ActionReason, ActionResult, StepAction, TaskAction } from "./action-result.ts";
import { actOnStep, actOnTask, listActions, rerunAsNew, type StoredOutcome } from "./action-statements.ts";
import {
  checkAddress,
  checkEdit,
  checkId,
  checkNote,
  type OperatorNote,
  type StepAddress,
  type StepEdit,
} from "./check-request.ts";
import { explainDone, explainReason } from "./explain-reason.ts";

/** What {@link TaskActions} are made of. */
export interface TaskActionsOptions {
  /** A database, or the connection of an open transaction: the action then stands if that commits. */
  readonly database: Connection;
  /** Where it is published what actions have made true. Not in a transaction of the caller's. Default: nowhere. */
  readonly events?: EventBus;
  /** Told if what is to be published could not be read; the action is done. Default: nobody. */
  readonly onEventsLost?: (error: unknown) => void;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Largest result or inputs, in bytes of JSON. Default: 1,000,000. */
  readonly maxValueBytes?: number;
  /** Called after each answer: also a call that changed nothing has held the task's row, which a look may have passed over. */
  readonly onAnswered?: (change: RunChange) => void;
}

/** What an action did to a task's run row; nulls if it did nothing. */
export interface RunChange {
  readonly taskId: number;
  /** The process that runs the task, 0: nobody; null if no engine knows the task. */
  readonly ownerId: number | null;
  readonly revision: number | null;
}

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

/** How often an action is tried when a process that takes no lock moves the same step at the same moment. */
const TRIES = 5;

interface Answer {
  readonly outcome: StoredOutcome;
  readonly code: ActionReason | "task" | "step" | null;
  readonly step_id: number | null;
  readonly step_name: string | null;
  readonly moved: number;
  readonly owner_id?: number | null;
  readonly revision?: number | null;
  readonly new_task_id?: number | null;
  readonly first_seq?: number | null;
  readonly last_seq?: number | null;
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
  readonly #events: EventBus | null;
  readonly #onEventsLost: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #maxValueBytes: number;
  readonly #onAnswered: (change: RunChange) => void;

  constructor(options: TaskActionsOptions) {
    this.#database = options.database;
    this.#events = this.#isDatabase && options.events !== undefined ? options.events : null;
    this.#onEventsLost = options.onEventsLost ?? (() => {});
    this.#clock = options.clock ?? systemClock;
    this.#maxValueBytes = options.maxValueBytes ?? 1_000_000;
    this.#onAnswered = options.onAnswered ?? (() => {});
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
    return this.#act("rerun_as_new", taskId, step, note, async (at, written) => {
      const identity = crypto.randomUUID();
      return (await this.#database.run(rerunAsNew, [taskId, ...namesOf(step), at, written, identity]))[0];
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
    return this.#act(action, taskId, step, note, async (at, written) => {
      return (await this.#database.run(actOnStep, [taskId, action, ...namesOf(step), at, written, given]))[0];
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
    return this.#act(action, taskId, step, note, async (at, written) => {
      return (await this.#database.run(actOnTask, [taskId, action, ...namesOf(step), at, written]))[0];
    });
  }

  async #act(
    action: StepAction | TaskAction,
    taskId: number,
    step: string | number | null,
    note: OperatorNote,
    ask: (at: Date, written: string) => Promise<Answer | undefined>,
  ): Promise<ActionResult> {
    checkNote(note);
    const written = JSON.stringify({ writer: 0, actor: note.actor, action, reason: note.reason });
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await ask(new Date(this.#clock.now()), written).catch((error: unknown) => {
        if (tries + 1 < TRIES && this.#canRepeat(error)) return null;
        throw error;
      });
      if (answer === null) continue;
      if (answer === undefined) throw new RangeError(`${action} gave no row`);
      if (answer.outcome === "conflict") continue;
      const result = this.#conclude(action, taskId, step, answer);
      if (result.outcome === "done") await this.#tellListeners(result, note, answer);
      const { owner_id: ownerId = null, revision = null } = answer;
      this.#onAnswered({ taskId, ownerId, revision });
      if (result.outcome === "done") await this.#tellEngines(answer);
      return result;
    }
    throw new RecordConflictError(`task ${taskId} was moved by somebody else at the same moment, ${TRIES} times`, {
      context: { field: "taskId", value: taskId, expected: "a task that nobody else moves" },
    });
  }

  /** Before an engine goes on with the task: what it makes of it is told later. */
  async #tellListeners({ action, taskId, step }: ActionResult, note: OperatorNote, answer: Answer): Promise<void> {
    if (this.#events === null) return;
    const { first_seq: first, last_seq: last, new_task_id: newTaskId = null } = answer;
    const seqs = first == null || last == null ? null : { first, last };
    await tellAction(this.#database, this.#events, { action, note, taskId, step, seqs, newTaskId }).catch(
      this.#onEventsLost,
    );
  }

  /** The engine that runs the task had better look at it now, or, if nobody does, any engine. In a transaction: if it commits. */
  async #tellEngines({ owner_id: ownerId, new_task_id: newTaskId }: Answer): Promise<void> {
    const hints: Hint[] = [];
    if (ownerId != null && ownerId !== 0) hints.push({ topic: "owner", processId: ownerId });
    if (ownerId === 0 || newTaskId != null) hints.push({ topic: "tasks" });
    for (const payload of encodeHints({ senderId: 0, hints })) {
      // The action is done. Whoever is not told finds it by itself.
      await this.#database.run(tellHints, [payload]).catch(() => undefined);
    }
  }

  /** Whether an action that failed left nothing behind and may go through now: not in a transaction of the caller's. */
  #canRepeat(error: unknown): boolean {
    return failureKindOf(error) === "conflict" && this.#isDatabase;
  }

  get #isDatabase(): boolean {
    return "kind" in this.#database;
  }

  #conclude(
    action: StepAction | TaskAction,
    taskId: number,
    asked: string | number | null,
    { outcome, code, step_id: stepId, step_name: stepName, moved, ...run }: Answer,
  ): ActionResult {
    if (outcome === "unknown") throw notFound(taskId, code === "step" ? asked : null);
    const newTaskId = run.new_task_id ?? null;
    const step = stepId === null || stepName === null ? null : { id: stepId, name: stepName };
    const subject = { action, taskId, stepName: step?.name ?? null };
    if (outcome === "done") {
      return { outcome, action, taskId, step, movedSteps: moved, newTaskId, message: explainDone(subject, newTaskId) };
    }
    if (code === null || code === "task" || code === "step" || outcome === "conflict") {
      throw new RangeError(`${action} was answered by ${outcome} ${code}`);
    }
    const facts = { action, taskId, step, reason: code, message: explainReason(code, subject) };
    return outcome === "already" ? { outcome, ...facts, newTaskId } : { outcome, ...facts };
  }
}

/** The two parameters that name a step: by id, by name. */
function namesOf(step: string | number | null): [number | null, string | null] {
  return typeof step === "number" ? [step, null] : [null, step];
}

function notFound(taskId: number, step: string | number | null) {
  if (step === null) return new TaskNotFoundError(`task ${taskId} does not exist`, { context: { taskId } });
  return new StepNotFoundError(`task ${taskId} has no step ${step}`, {
    context: { taskId, field: "step", value: step, expected: "the name or the id of one of its steps" },
  });
}
