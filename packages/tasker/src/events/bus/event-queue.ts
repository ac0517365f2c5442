import type { TaskerEvent } from "../event.ts";

/** From how many free places at its beginning on the list is cut. */
const CUT_AFTER = 1_024;

/** Events that wait, first in, first out. */
export class EventQueue {
  #events: TaskerEvent[] = [];
  #first = 0;

  get size(): number {
    return this.#events.length - this.#first;
  }

  /** The event that waits longest. */
  get oldest(): TaskerEvent | undefined {
    return this.#events[this.#first];
  }

  push(event: TaskerEvent): void {
    this.#events.push(event);
  }

  /** Takes up to `count` of the oldest. */
  take(count: number): TaskerEvent[] {
    const end = this.#first + Math.min(count, this.size);
    const taken = this.#events.slice(this.#first, end);
    this.#first = end;
    if (this.#first >= CUT_AFTER && this.#first * 2 >= this.#events.length) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
    return taken;
  }

  clear(): void {
    this.#events = [];
    this.#first = 0;
  }
}
