import type { TaskerEvent } from "../../events/event.ts";
import type { LogWindow } from "../reading/log-window.ts";
import { callHandler } from "./call-handler.ts";
import type { Courier } from "./courier.ts";
import { keepBehind, keepFailed } from "./keep-event.ts";
import { settleAttempt } from "./retry-attempt.ts";
import type { KeptDelivery } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";
import { TaskLines } from "./task-lines.ts";
import { type OpenWindow, WindowLedger } from "./window-ledger.ts";

/** Delivers events one by one, those of different tasks at the same time. */
export class LineCourier implements Courier {
  readonly #parts: SessionParts;
  readonly #lines: TaskLines;
  readonly #ledger: WindowLedger;
  #whenRoom: (() => void) | null = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#lines = new TaskLines(parts.settings.concurrency);
    this.#ledger = new WindowLedger({
      ...parts,
      wake: () => {
        this.#whenRoom?.();
        parts.wake();
      },
    });
    parts.stop.addEventListener("abort", () => this.#whenRoom?.(), { once: true });
  }

  get inFlight(): number {
    return this.#ledger.inFlight;
  }

  async deliver({ events, cursor }: LogWindow): Promise<void> {
    const window = this.#ledger.open(cursor, events.length);
    for (const event of events) this.#lines.add(event.taskId, () => this.#run(event, window));
    if (events.length === 0) void this.#ledger.write();
    this.#lines.pump();
    while (!this.#ledger.hasRoom && !this.#parts.stop.aborted) {
      await new Promise<void>((resolve) => {
        this.#whenRoom = resolve;
      });
    }
  }

  redeliver(delivery: KeptDelivery): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = () => resolve();
    this.#parts.stop.addEventListener("abort", stop, { once: true });
    this.#lines.add(delivery.taskId, () => {
      this.#parts.stop.removeEventListener("abort", stop);
      return settleAttempt(this.#parts, delivery).then(resolve, reject);
    });
    this.#lines.pump();
    return promise;
  }

  close(): Promise<void> {
    return this.#lines.close();
  }

  #run(event: TaskerEvent, window: OpenWindow): Promise<void> | null {
    const { settings, stop, held } = this.#parts;
    if (stop.aborted) return null;
    if (held.holds(event.taskId)) {
      window.kept.push(keepBehind(this.#parts, event));
      this.#ledger.finish(window);
      return null;
    }
    try {
      const running = callHandler(settings, stop, { events: [event], number: 1, transaction: null });
      if (running !== null) {
        return running.then(
          () => this.#take(window),
          (error: unknown) => this.#fail(event, window, error),
        );
      }
      this.#take(window);
    } catch (error) {
      this.#fail(event, window, error);
    }
    return null;
  }

  #take(window: OpenWindow): void {
    this.#parts.tally.delivered += 1;
    this.#ledger.finish(window);
  }

  /** A handler that fails while the subscriber stops has been interrupted: the event is delivered again. */
  #fail(event: TaskerEvent, window: OpenWindow, error: unknown): void {
    if (this.#parts.stop.aborted) return;
    window.kept.push(keepFailed(this.#parts, event, error));
    this.#ledger.finish(window);
  }
}
