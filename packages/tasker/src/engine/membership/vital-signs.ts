import { monotonicMs } from "./monotonic-time.ts";

/** Lanes that can report their commits. */
const MOST_LANES = 8;
const LEASE_END = 0;
const GUARD_END = 1;
const LOOP_TURN = 2;
const FIRST_LANE = 3;
/** A time that never comes. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * What an engine and the thread that renews its lease tell each other, in memory that they share: it can be read and written
 * while the other one is busy. Times are monotonic, in milliseconds.
 */
export class VitalSigns {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  /** @param buffer another thread's; without it, a new one in which no lease is held and the loop has just turned */
  constructor(buffer = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT * (FIRST_LANE + MOST_LANES))) {
    this.buffer = buffer;
    this.#cells = new BigInt64Array(buffer);
  }

  /** Until when this process surely has its lease. */
  get leaseEndsAt(): number {
    return Math.min(this.#read(LEASE_END), this.#read(GUARD_END));
  }

  /** The lease was renewed. */
  renew(leaseEndsAt: number): void {
    this.#write(LEASE_END, Math.max(this.#read(LEASE_END), leaseEndsAt));
    this.#write(GUARD_END, NEVER);
  }

  /** Whether the lock that guards this process was lost, and the lease not renewed since. */
  get isGuardLost(): boolean {
    return this.#read(GUARD_END) !== NEVER;
  }

  /** The lock by which others see that this process is there is free: the lease ends at `at` unless it is renewed before. */
  loseGuard(at: number): void {
    this.#write(GUARD_END, at);
  }

  /** Tells that the event loop turns. */
  turn(): void {
    this.#write(LOOP_TURN, monotonicMs());
  }

  /** Tells that a lane has work to commit, from now on or still after some progress. A commit that failed is none. */
  laneWaits(lane: number): void {
    this.#write(FIRST_LANE + lane, monotonicMs());
  }

  /** Tells that a lane has nothing left to commit. */
  laneRests(lane: number): void {
    this.#write(FIRST_LANE + lane, 0);
  }

  /**
   * How long ago the engine last made progress: its event loop, and each lane that has something to commit.
   * @param awayAt when the database was last found to be away: until then no lane could commit
   */
  progressAgeMs(now: number, awayAt = Number.NEGATIVE_INFINITY): number {
    let oldest = this.#read(LOOP_TURN);
    for (let lane = 0; lane < MOST_LANES; lane++) {
      const waitsSince = this.#read(FIRST_LANE + lane);
      if (waitsSince > 0) oldest = Math.min(oldest, Math.max(waitsSince, awayAt));
    }
    return Math.max(0, now - oldest);
  }

  #read(cell: number): number {
    return Number(Atomics.load(this.#cells, cell));
  }

  #write(cell: number, value: number): void {
    Atomics.store(this.#cells, cell, BigInt(Math.floor(value)));
  }
}
