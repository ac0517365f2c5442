import { type CancelTimer, systemClock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { WorkerNotFoundError } from "../../errors/index.ts";
import type { Log } from "../options.ts";
import { countOffers, renewWorkers, type StartedStep } from "./worker-statements.ts";

/** Wait after a look that found something, in milliseconds; doubled each time nothing is found. */
const FIRST_WAIT_MS = 10;
/** Time between two renewals of the leases of workers that wait, in milliseconds. */
const RENEW_MS = 1_500;

/** What a worker asks for. */
export interface PollCall {
  readonly workerId: number;
  readonly nonce: string;
  readonly queues: readonly string[];
  readonly handlers: readonly string[];
  /** Null: in all. */
  readonly namespaces: readonly string[] | null;
  readonly capacity: number;
}

/** What waiting needs of the engine around it. */
export interface WaitingPollsHost {
  readonly database: Connection;
  readonly log: Log;
  readonly pollIntervalMs: number;
}

interface Waiter {
  readonly call: PollCall;
  /** Ends the waiting; called once. */
  readonly end: (found: readonly StartedStep[] | Error) => void;
  /** Whether steps are being started for it: it is not let go meanwhile, for they would be nobody's. */
  isTaking: boolean;
  /** Whether its time is over, or whoever asked has gone. */
  isOver: boolean;
}

/**
 * The workers that wait for steps. However many they are, one statement at a time looks for all of them what is offered, when a
 * process tells that it has offered something and from time to time; only those for whom there is something ask for it. Their
 * leases are renewed meanwhile.
 */
export class WaitingPolls {
  readonly #host: WaitingPollsHost;
  readonly #take: (call: PollCall) => Promise<readonly StartedStep[]>;
  readonly #waiters = new Set<Waiter>();
  #looking: Promise<void> | null = null;
  #again = false;
  #waitMs = FIRST_WAIT_MS;
  /** Of the next look; null: none is planned. */
  #timer: CancelTimer | null = null;
  /** Of the next renewal; null: nobody waits. */
  #renewal: CancelTimer | null = null;

  /** @param take starts attempts for a call, as far as there are steps for it */
  constructor(host: WaitingPollsHost, take: (call: PollCall) => Promise<readonly StartedStep[]>) {
    this.#host = host;
    this.#take = take;
  }

  /** Number of workers that wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Waits until there are steps for a call that has found none.
   * @returns none if there are none in time, or whoever asked has gone
   * @throws WorkerNotFoundError, and what the database answers
   */
  wait(call: PollCall, waitMs: number, signal?: AbortSignal): Promise<readonly StartedStep[]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return resolve([]);
      const leave = () => {
        waiter.isOver = true;
        if (!waiter.isTaking) waiter.end([]);
      };
      const cancelTimer = systemClock.after(waitMs, leave);
      const waiter: Waiter = {
        call,
        isTaking: false,
        isOver: false,
        end: (found) => {
          if (!this.#waiters.delete(waiter)) return;
          cancelTimer();
          signal?.removeEventListener("abort", leave);
          if (this.#waiters.size === 0) this.#rest();
          if (found instanceof Error) reject(found);
          else resolve(found);
        },
      };
      signal?.addEventListener("abort", leave);
      if (this.#waiters.size === 0) this.#waitMs = FIRST_WAIT_MS;
      this.#waiters.add(waiter);
      this.#schedule();
      this.#renewal ??= systemClock.after(RENEW_MS, () => void this.#renew());
    });
  }

  /** Looks at once: something was offered. */
  lookNow(): void {
    if (this.#waiters.size === 0) return;
    this.#again = true;
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = null;
      this.#schedule();
    });
  }

  /** Nobody waits any longer. */
  close(): void {
    for (const { end } of [...this.#waiters]) end([]);
  }

  #rest(): void {
    this.#timer?.();
    this.#renewal?.();
    this.#timer = null;
    this.#renewal = null;
  }

  /** Plans the next look, unless one is: who comes new must not postpone it for the others. */
  #schedule(): void {
    if (this.#looking !== null || this.#timer !== null || this.#waiters.size === 0) return;
    this.#timer = systemClock.after(this.#waitMs, () => this.lookNow());
    this.#waitMs = Math.min(2 * this.#waitMs, this.#host.pollIntervalMs);
  }

  async #lookAll(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    while (this.#again && this.#waiters.size > 0) {
      this.#again = false;
      try {
        await this.#look();
      } catch (error) {
        this.#host.log.warn({ err: error }, "looking for steps of workers that wait failed, trying again");
        this.#waitMs = this.#host.pollIntervalMs;
      }
    }
  }

  async #renew(): Promise<void> {
    const timer = this.#renewal;
    try {
      const ids = [...new Set([...this.#waiters].map(({ call }) => call.workerId))];
      for (const { process_id: workerId, lease_ms: leaseMs } of await this.#host.database.run(renewWorkers, [ids])) {
        if (leaseMs !== null) continue;
        for (const { call, end } of [...this.#waiters]) if (call.workerId === workerId) end(workerNotFound(workerId));
      }
    } catch (error) {
      this.#host.log.warn({ err: error }, "renewing the leases of workers that wait failed, trying again");
    }
    // Those that have come since all others had gone have one of their own.
    if (this.#renewal !== timer) return;
    this.#renewal = this.#waiters.size === 0 ? null : systemClock.after(RENEW_MS, () => void this.#renew());
  }

  async #look(): Promise<void> {
    // One that is alone asks for itself.
    const [only, ...others] = this.#waiters;
    if (only !== undefined && others.length === 0) return void (await this.#serve(only));
    const wanted = new Map<string, readonly [string, string]>();
    for (const { call } of this.#waiters) {
      for (const queue of call.queues) {
        for (const handler of call.handlers) wanted.set(keyOf(queue, handler), [queue, handler]);
      }
    }
    const pairs = [...wanted.values()];
    const rows = await this.#host.database.run(countOffers, [
      pairs.map(([queue]) => queue),
      pairs.map(([, handler]) => handler),
    ]);
    if (rows.length === 0) return;
    const offers = new Map<string, Map<string, number>>();
    for (const { place, namespace, offers: count } of rows) {
      const [queue = "", handler = ""] = pairs[place] ?? [];
      const key = keyOf(queue, handler);
      offers.set(key, (offers.get(key) ?? new Map()).set(namespace, count));
    }
    let left = rows.reduce((sum, row) => sum + row.offers, 0);
    for (const waiter of [...this.#waiters]) {
      if (left <= 0) break;
      if (this.#waiters.has(waiter) && mayFind(waiter.call, offers)) left -= await this.#serve(waiter);
    }
  }

  /** @returns how many steps it got */
  async #serve(waiter: Waiter): Promise<number> {
    waiter.isTaking = true;
    try {
      const found = await this.#take(waiter.call);
      waiter.isTaking = false;
      if (found.length > 0 || waiter.isOver) waiter.end(found);
      if (found.length > 0) this.#waitMs = FIRST_WAIT_MS;
      return found.length;
    } catch (error) {
      waiter.end(error instanceof Error ? error : new Error(String(error)));
      return 0;
    }
  }
}

/** No worker has this id any more. */
export function workerNotFound(workerId: number): WorkerNotFoundError {
  return new WorkerNotFoundError(
    `no worker ${workerId} is registered: it has left, or it was not heard of for its lease; it is to register anew`,
    { context: { workerId } },
  );
}

const keyOf = (queue: string, handler: string) => JSON.stringify([queue, handler]);

function mayFind(
  { queues, handlers, namespaces }: PollCall,
  offers: ReadonlyMap<string, ReadonlyMap<string, number>>,
): boolean {
  return queues.some((queue) =>
    handlers.some((handler) => {
      const found = offers.get(keyOf(queue, handler));
      if (found === undefined) return false;
      return namespaces === null || namespaces.some((namespace) => found.has(namespace));
    }),
  );
}
