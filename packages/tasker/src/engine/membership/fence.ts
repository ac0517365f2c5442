import { monotonicMs } from "./monotonic-time.ts";
import type { VitalSigns } from "./vital-signs.ts";

/**
 * Keeps a process from acting on tasks that may be others' by now: it closes as soon as the lease could have ended by this
 * machine's monotonic clock, and opens when the process is known to have one. What starts work asks it first, so that a process
 * that was stopped for a while does nothing when it goes on, whatever it was about to do.
 */
export class Fence {
  readonly #signs: VitalSigns;
  readonly #onClosed: () => void;
  #isOpen = true;
  #isGuarding = false;
  #waiting: (() => void)[] = [];

  /** @param onClosed called when it closes, before anything else is done */
  constructor(signs: VitalSigns, onClosed: () => void) {
    this.#signs = signs;
    this.#onClosed = onClosed;
  }

  /** Whether it was open when it was last asked. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Begins to look at the lease; before, it is open. */
  guard(): void {
    this.#isGuarding = true;
  }

  /** Whether the lease is held at this moment. */
  holds(): boolean {
    if (this.#isGuarding && this.#isOpen && monotonicMs() >= this.#signs.leaseEndsAt) this.close();
    return this.#isOpen;
  }

  /** Closes it, as when another process has declared this one dead. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onClosed();
  }

  /** Opens it, with those that wait. */
  open(): void {
    this.#isOpen = true;
    this.letPass();
  }

  /** Resolves when it is open, or when nobody is to wait for that any more. */
  whenOpen(): Promise<void> {
    return this.#isOpen ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Has those go on that wait. */
  letPass(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
