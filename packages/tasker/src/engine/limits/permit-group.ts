import { ReadyQueue } from "../ready-queue.ts";
import type { Demand } from "./limiter.ts";
import type { PermitWaiter } from "./permit.ts";

/** Steps of which a group asks for at a time, at most. */
const MOST_ASKED = 200;

/**
 * The waiting steps of a process that run under the same limiters with the same numbers, here or at workers: which of them goes first
 * is all.
 */
export class PermitGroup {
  readonly groupNo: number;
  /** Whether workers run them: they need no slot. */
  readonly isRemote: boolean;
  readonly demands: readonly Demand[];
  /** When to ask again, by the elapsed time of the clock: 0 for at once. */
  retryAt = 0;
  /** The limiter that refused the last time. */
  refusedBy: string | null = null;
  /** The process in whose name the database has a row about this group; 0: none. */
  rowOf = 0;
  readonly #waiting = new ReadyQueue<PermitWaiter>();
  readonly #most: number;

  constructor(groupNo: number, demands: readonly Demand[], isRemote: boolean) {
    this.groupNo = groupNo;
    this.isRemote = isRemote;
    this.demands = demands;
    const numbers = demands.flatMap(({ concurrency, rate }) => [concurrency ?? MOST_ASKED, rate?.count ?? MOST_ASKED]);
    this.#most = Math.min(MOST_ASKED, ...numbers);
  }

  /** Steps of which their permits may be asked for at a time: more can never be granted together. */
  get most(): number {
    return this.#most;
  }

  /** The steps that wait, in the order of their turns. */
  get waiting(): Iterable<PermitWaiter> {
    return this.#waiting;
  }

  /** Number of steps that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Rank of the step whose turn it is. */
  get rank(): number {
    return this.#waiting.rank;
  }

  /** The step whose turn it is; steps of tasks that were let go are taken out. */
  peek(): PermitWaiter | undefined {
    while (this.#waiting.peek()?.run.dropped === true) this.#waiting.shift();
    return this.#waiting.peek();
  }

  push(waiter: PermitWaiter): void {
    this.#waiting.push(waiter, waiter.run.rankOf(waiter.step));
  }

  /** Takes out the step whose turn it is. */
  shift(): PermitWaiter | undefined {
    return this.#waiting.shift();
  }

  /** Puts steps that were taken out to the front again, in their order. */
  putBack(waiters: readonly PermitWaiter[]): void {
    for (const waiter of waiters.toReversed()) this.#waiting.putBack(waiter, waiter.run.rankOf(waiter.step));
  }
}

/** The order in which groups ask: by the rank of their first step, then by how long it has waited. */
export function inTurn(a: PermitGroup, b: PermitGroup): number {
  return b.rank - a.rank || (a.peek()?.readySince ?? 0) - (b.peek()?.readySince ?? 0);
}

/** What makes two steps members of one group. */
export function groupKey({ demands, isRemote }: Pick<PermitGroup, "demands" | "isRemote">): string {
  return JSON.stringify([isRemote, ...demands.map(({ limiter, concurrency, rate }) => [limiter, concurrency, rate])]);
}
