import type { LogCursor } from "../cursor/log-cursor.ts";
import type { LogWindow } from "../reading/log-window.ts";
import type { FailedAttempt } from "./failure.ts";

/** How much of a window has been delivered in transactions that were committed, and what those that were not have shown. */
export class WindowProgress {
  readonly #window: LogWindow;
  readonly #failures = new Map<number, FailedAttempt>();
  #start = 0;
  #isWritten = false;
  #endsAt = Number.POSITIVE_INFINITY;
  #callsAlone = 0;
  #commitsAloneUntil = 0;

  constructor(window: LogWindow) {
    this.#window = window;
  }

  /** Place of the first event that is still to be delivered. */
  get start(): number {
    return this.#start;
  }

  /** Whether everything is through; a window without events has to be written as well. */
  get isThrough(): boolean {
    return this.#isWritten && this.#start >= this.#window.events.length;
  }

  /** Whether the events of each row have a transaction of their own now. */
  get commitsAlone(): boolean {
    return this.#start < this.#commitsAloneUntil;
  }

  /** What is known to follow from the attempt to deliver the event at a place; null: it is to be called. */
  failureAt(place: number): FailedAttempt | null {
    return this.#failures.get(place) ?? null;
  }

  /** How many events may be handed over at once from a place on. */
  sizeAt(place: number, usual: number): number {
    return place < this.#callsAlone ? 1 : usual;
  }

  /** The cursor with which the transaction is to end before the event at a place; null: it goes on. */
  endBefore(place: number, isLate: boolean): LogCursor | null {
    if (place >= this.#window.events.length) return this.#window.cursor;
    return isLate || place >= this.#endsAt ? this.#window.cursorAfter(place) : null;
  }

  /** What comes before a place was committed. */
  commit(place: number): void {
    this.#isWritten = true;
    this.#start = place;
    this.#endsAt = place < this.#commitsAloneUntil ? place + 1 : Number.POSITIVE_INFINITY;
  }

  /** The event at a place cannot be delivered now. It is written together with what comes before it, soon. */
  fail(place: number, failure: FailedAttempt): void {
    this.#failures.set(place, failure);
    this.#endsAt = place + 1;
  }

  /** One of the events before a place fails: which one shows when each is handed over alone. */
  callAlone(place: number): void {
    this.#callsAlone = place;
  }

  /** What one of the events before a place has done cannot be committed: which one shows when each has its own transaction. */
  commitAlone(place: number): void {
    this.#callsAlone = place;
    this.#commitsAloneUntil = place;
    this.#endsAt = this.#start + 1;
  }
}
