import { type CancelTimer, elapsedOf, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import type { Seat } from "./seat.ts";
import { renewSubscriber } from "./subscriber-statements.ts";

/** Renewals in the time of a lease. */
const RENEWALS = 3;

/** What a lease tells. */
export interface LeaseListener {
  onRenewed(): void;
  /** It is over, or could be: another process may run the subscriber. */
  onLost(error: unknown): void;
}

/** Renews the right to run a subscriber, by the machine's clock, counted from before each renewal was sent. */
export class Lease {
  readonly #database: Database;
  readonly #seat: Seat;
  readonly #leaseMs: number;
  readonly #listener: LeaseListener;
  #sentAtMs: number;
  #cancelRenewal: CancelTimer = () => {};
  #cancelEnd: CancelTimer = () => {};
  #isOver = false;

  /** @param takenAtMs when the seat was asked for, by the machine's elapsed time */
  constructor(database: Database, seat: Seat, leaseMs: number, takenAtMs: number, listener: LeaseListener) {
    this.#database = database;
    this.#seat = seat;
    this.#leaseMs = leaseMs;
    this.#listener = listener;
    this.#sentAtMs = takenAtMs;
    this.#arm();
  }

  /** Renews it no more. */
  end(): void {
    this.#isOver = true;
    this.#cancelRenewal();
    this.#cancelEnd();
  }

  #arm(): void {
    const age = elapsedOf(systemClock) - this.#sentAtMs;
    this.#cancelEnd();
    this.#cancelEnd = systemClock.after(this.#leaseMs - age, () => this.#lose(new Error("it was not renewed in time")));
    this.#cancelRenewal = systemClock.after(this.#leaseMs / RENEWALS, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const sentAtMs = elapsedOf(systemClock);
    try {
      const { subscriberId, epoch } = this.#seat;
      const rows = await this.#database.run(renewSubscriber, [subscriberId, epoch, this.#leaseMs]);
      if (this.#isOver) return;
      if (rows.length === 0) {
        this.#lose(new Error("another process has taken it"));
        return;
      }
      this.#sentAtMs = sentAtMs;
      this.#listener.onRenewed();
    } catch {
      // It is tried again, as long as there is time.
    }
    if (!this.#isOver) this.#arm();
  }

  #lose(error: Error): void {
    if (this.#isOver) return;
    this.end();
    this.#listener.onLost(error);
  }
}
