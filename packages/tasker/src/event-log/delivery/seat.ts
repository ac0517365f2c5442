import type { Connection } from "../../database/database.ts";
import { NotRunningError } from "../../errors/index.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { encodeCursor, firstUnread, type LogCursor } from "../cursor/log-cursor.ts";
import type { FailedAttempt } from "./failure.ts";
import { advanceSubscriber, settleDelivery } from "./subscriber-statements.ts";

/** An event that could not be delivered, and what becomes of it. */
export interface KeptEvent {
  readonly event: TaskerEvent;
  /** Null: it was not tried, because one before it has failed. */
  readonly failure: FailedAttempt | null;
}

/** An event that was kept and is tried again. */
export interface KeptDelivery {
  readonly deliveryId: number;
  readonly taskId: number | null;
  readonly event: TaskerEvent;
  readonly attempts: number;
}

/**
 * The right to run a subscriber, until another process takes it: what is written for it names the epoch with which it was
 * given, and is refused if that is not the last one.
 */
export class Seat {
  readonly #subscriberId: number;
  readonly #epoch: number;
  readonly #name: string;
  #hasAdvanced = false;

  constructor(name: string, subscriberId: number, epoch: number) {
    this.#name = name;
    this.#subscriberId = subscriberId;
    this.#epoch = epoch;
  }

  get subscriberId(): number {
    return this.#subscriberId;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Whether the cursor was moved on for good. */
  get hasAdvanced(): boolean {
    return this.#hasAdvanced;
  }

  /** The cursor was moved on, and that is committed. */
  confirmAdvance(): void {
    this.#hasAdvanced = true;
  }

  /**
   * Moves the cursor on, and keeps events.
   * @returns the ids of the deliveries, of those that are not given up
   * @throws NotRunningError if another process has it
   */
  async advance(
    connection: Connection,
    nowMs: number,
    cursor: LogCursor,
    kept: readonly KeptEvent[],
  ): Promise<readonly number[]> {
    const { tasks, taskRows, stepRows, events } = firstUnread(cursor);
    const [row] = await connection.run(advanceSubscriber, [
      this.#subscriberId,
      this.#epoch,
      new Date(nowMs),
      encodeCursor(cursor),
      [tasks, taskRows, stepRows, events],
      kept.length === 0 ? null : JSON.stringify(kept.map(encodeKept)),
    ]);
    if (row === undefined || row.kept === null) throw this.#lost();
    return row.kept;
  }

  /**
   * Writes that a kept event was delivered, or failed once more.
   * @returns the id of the delivery whose turn it is, of those of its task; null if there is none, or the event is tried again
   * @throws NotRunningError if another process has it
   */
  async settle(
    connection: Connection,
    nowMs: number,
    { deliveryId, attempts }: KeptDelivery,
    failure: FailedAttempt | null,
  ): Promise<number | null> {
    const retryAtMs = failure?.retryAtMs ?? null;
    const [row] = await connection.run(settleDelivery, [
      this.#subscriberId,
      this.#epoch,
      deliveryId,
      new Date(nowMs),
      failure?.attempts ?? attempts + 1,
      retryAtMs === null ? null : new Date(retryAtMs),
      failure === null ? null : JSON.stringify(failure.error),
      failure !== null && retryAtMs === null,
    ]);
    if (row === undefined || row.next === null) throw this.#lost();
    return row.next === 0 ? null : row.next;
  }

  #lost(): NotRunningError {
    return new NotRunningError(`another process runs the subscriber ${this.#name} now`, {
      context: { subscriber: this.#name },
    });
  }
}

function encodeKept({ event, failure }: KeptEvent): object {
  const retryAtMs = failure?.retryAtMs ?? null;
  return {
    t: event.taskId,
    e: event,
    a: failure?.attempts ?? 0,
    d: retryAtMs === null ? null : new Date(retryAtMs).toISOString(),
    x: failure?.error ?? null,
    dead: failure !== null && retryAtMs === null,
  };
}
