import type { CancelTimer } from "../../clock/clock.ts";
import type { RowOf } from "../../database/statement.ts";
import { readStoredEvent } from "../stored-event.ts";
import type { Courier } from "./courier.ts";
import type { SessionParts } from "./session-parts.ts";
import { nextDeliveries } from "./subscriber-statements.ts";

/** Deliveries that are looked at in one go. */
const LOOK_SIZE = 100;

/** Tries again what was kept, when it is due. */
export class RetryDesk {
  readonly #parts: SessionParts;
  readonly #courier: Courier;
  readonly #running = new Set<number>();
  #cancelTimer: CancelTimer = () => {};
  #looking = false;
  #again = false;
  #isStopped = false;

  constructor(parts: SessionParts, courier: Courier) {
    this.#parts = parts;
    this.#courier = courier;
    parts.stop.addEventListener("abort", () => this.stop(), { once: true });
  }

  /** Begins nothing any more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
  }

  /** Looks what is due, soon. */
  look(): void {
    if (this.#isStopped) return;
    this.#again = true;
    if (!this.#looking) void this.#lookUntilDone();
  }

  async #lookUntilDone(): Promise<void> {
    this.#looking = true;
    try {
      while (this.#again && !this.#isStopped) {
        this.#again = false;
        await this.#lookOnce();
      }
    } catch (error) {
      this.#parts.fail(error);
    }
    this.#looking = false;
  }

  async #lookOnce(): Promise<void> {
    const { settings, seat } = this.#parts;
    const { database, clock } = settings;
    const rows = await database.run(nextDeliveries, [seat.subscriberId, [...this.#running], LOOK_SIZE]);
    const now = clock.now();
    this.#cancelTimer();
    for (const row of rows) {
      if (this.#isStopped) return;
      const waitMs = (row.due_at?.getTime() ?? 0) - now;
      if (waitMs > 0) {
        this.#cancelTimer = clock.after(waitMs, () => this.look());
        return;
      }
      void this.#retry(row);
    }
  }

  async #retry(row: RowOf<typeof nextDeliveries.columns>): Promise<void> {
    const { held, fail, wake } = this.#parts;
    const { delivery_id: deliveryId, task_id: taskId, attempts } = row;
    this.#running.add(deliveryId);
    // One that was brought back from the dead letters may not be known yet.
    held.find(taskId, deliveryId);
    try {
      await this.#courier.redeliver({ deliveryId, taskId, attempts, event: readStoredEvent(row.event) });
    } catch (error) {
      fail(error);
    }
    this.#running.delete(deliveryId);
    wake();
    this.look();
  }
}
