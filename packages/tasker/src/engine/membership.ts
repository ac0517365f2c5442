import { systemClock } from "../clock/clock.ts";
import { VERSION } from "../version.ts";
import { leave, register, renewLease, takeOver } from "./process-registration.ts";
import type { Runtime } from "./runtime.ts";

/** Part of the lease after which it is renewed. */
const RENEWAL_SHARE = 0.3;

/**
 * This process's row in the database: registers it, renews its lease, takes the tasks of processes whose lease has ended.
 * Lease times are the database's and pass in real time whatever clock the engine was given.
 */
export class Membership {
  readonly #runtime: Runtime;
  readonly #leaseMs: number;
  #cancel: () => void = () => {};
  #beat: Promise<void> = Promise.resolve();
  #left = true;

  constructor(runtime: Runtime, leaseMs: number) {
    this.#runtime = runtime;
    this.#leaseMs = leaseMs;
  }

  async join(): Promise<void> {
    const runtime = this.#runtime;
    runtime.processId = await register(runtime.database, VERSION, this.#leaseMs);
    this.#left = false;
    // Only one process can have the embedded database open: whoever else is registered is dead.
    await this.#takeOver(runtime.database.kind === "embedded");
    this.#schedule();
  }

  async leave(): Promise<void> {
    this.#left = true;
    this.#cancel();
    await this.#beat;
    const { database, processId, log } = this.#runtime;
    try {
      await database.run(leave, [processId]);
      await this.#takeOver(false);
    } catch (error) {
      log.warn({ err: error }, "leaving failed: what this process owns goes on elsewhere when its lease has ended");
    }
  }

  #schedule(): void {
    if (this.#left) return;
    this.#cancel = systemClock.after(this.#leaseMs * RENEWAL_SHARE, () => {
      this.#beat = this.#renew().finally(() => this.#schedule());
    });
  }

  async #renew(): Promise<void> {
    const runtime = this.#runtime;
    try {
      const renewed = await runtime.database.run(renewLease, [runtime.processId, this.#leaseMs]);
      if (renewed.length === 0) {
        runtime.log.error({ processId: runtime.processId }, "declared dead by another process: starting over");
        runtime.abandonAll();
        runtime.processId = await register(runtime.database, VERSION, this.#leaseMs);
      }
      await this.#takeOver(false);
    } catch (error) {
      runtime.log.warn({ err: error }, "renewing the lease failed, trying again");
    }
  }

  async #takeOver(everyOther: boolean): Promise<void> {
    const { database, processId, clock, log } = this.#runtime;
    const tasks = await takeOver(database, processId, new Date(clock.now()), everyOther);
    if (tasks > 0) log.info({ tasks }, "gave back the tasks of processes that are gone");
  }
}
