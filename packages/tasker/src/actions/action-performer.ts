import { type Clock, systemClock } from "../clock/clock.ts";
import type { Connection } from "../database/database.ts";
import { failureKindOf } from "../database/failure-kind.ts";
import { encodeHints, type Hint, tellHints } from "../database/hints/hint.ts";
import { RecordConflictError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import { type ActionAnswer, concludeAction } from "./action-answer.ts";
import { tellAction } from "./action-events.ts";
import type { ActionResult, StepAction, TaskAction } from "./action-result.ts";
import { auditOrigin } from "./audit-origin.ts";
import { checkNote, type OperatorNote } from "./check-request.ts";

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

/** How often an action is tried when a process that takes no lock moves the same step at the same moment. */
const TRIES = 5;

/** Does actions: asks the database, again if somebody was faster, and tells of what was done. */
export class ActionPerformer {
  readonly #database: Connection;
  readonly #events: EventBus | null;
  readonly #onEventsLost: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #onAnswered: (change: RunChange) => void;

  constructor(options: TaskActionsOptions) {
    this.#database = options.database;
    this.#events = this.#isDatabase && options.events !== undefined ? options.events : null;
    this.#onEventsLost = options.onEventsLost ?? (() => {});
    this.#clock = options.clock ?? systemClock;
    this.#onAnswered = options.onAnswered ?? (() => {});
  }

  /**
   * @param ask has the database do the action; the second argument is what goes into the metadata of rows, the third what goes into
   *   the audit log
   * @throws TaskNotFoundError, StepNotFoundError, RecordConflictError
   */
  async perform(
    action: StepAction | TaskAction,
    taskId: number,
    step: string | number | null,
    note: OperatorNote,
    ask: (at: Date, written: string, origin: string) => Promise<ActionAnswer | undefined>,
  ): Promise<ActionResult> {
    checkNote(note);
    const written = JSON.stringify({ writer: 0, actor: note.actor, action, reason: note.reason });
    const origin = auditOrigin(action, note.origin);
    for (let tries = 0; tries < TRIES; tries++) {
      const answer = await ask(new Date(this.#clock.now()), written, origin).catch((error: unknown) => {
        if (tries + 1 < TRIES && this.#canRepeat(error)) return null;
        throw error;
      });
      if (answer === null) continue;
      if (answer === undefined) throw new RangeError(`${action} gave no row`);
      if (answer.outcome === "conflict") continue;
      const result = concludeAction(action, taskId, step, answer);
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
  async #tellListeners(
    { action, taskId, step }: ActionResult,
    note: OperatorNote,
    answer: ActionAnswer,
  ): Promise<void> {
    if (this.#events === null) return;
    const { first_seq: first, last_seq: last, new_task_id: newTaskId = null } = answer;
    const seqs = first == null || last == null ? null : { first, last };
    await tellAction(this.#database, this.#events, { action, note, taskId, step, seqs, newTaskId }).catch(
      this.#onEventsLost,
    );
  }

  /** The engine that runs the task had better look at it now, or, if nobody does, any engine. In a transaction: if it commits. */
  async #tellEngines({ owner_id: ownerId, new_task_id: newTaskId }: ActionAnswer): Promise<void> {
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
}
