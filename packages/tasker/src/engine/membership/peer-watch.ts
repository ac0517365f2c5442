/** Part of a lease without a new beat after which a process is dead whose lease has ended by the database's clock. */
const EXPIRED_SHARE = 0.4;
/** Part of a lease without a new beat after which a process is dead whose connection for heartbeats is gone. */
const UNGUARDED_SHARE = 0.25;

/** What a look at the table of processes shows of one. */
export interface PeerSight {
  readonly processId: number;
  /** Another number with each beat. */
  readonly beat: number;
  readonly leaseMs: number;
  /** Whether its lease has ended by the database's clock. */
  readonly isExpired: boolean;
  /** Whether it had a lock on the connection that beats, and that is free: the connection has ended. */
  readonly isUnguarded: boolean;
}

/** When a look was made: it was asked for and answered, by the watcher's monotonic clock, in milliseconds. */
export interface LookTimes {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** What is known of a process from the looks up to now. */
interface Observation {
  readonly beat: number;
  /** When the beat was first seen. */
  readonly since: number;
  /** From when on, with the same beat, its connection was seen to be gone at each look; null if it was not. */
  readonly unguardedSince: number | null;
}

/**
 * Judges by their beats which other processes are dead. What counts is the time that passes here between looks: no clock is
 * compared with another machine's. A look that failed here alone changes nothing: the same beat before and after it says that
 * there was none between. A watcher that could not look for longer does not know what happened meanwhile, and begins anew:
 * after an outage of the database everybody gets the time to beat again.
 */
export class PeerWatch {
  readonly #longestGapMs: number;
  #observations = new Map<number, Observation>();
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** @param longestGapMs between two looks: after a longer one, what was seen before does not count */
  constructor(longestGapMs: number) {
    this.#longestGapMs = longestGapMs;
  }

  /** Takes what a look shows of all others and gives those that are dead. */
  look(sights: readonly PeerSight[], { askedAt, answeredAt }: LookTimes): PeerSight[] {
    if (askedAt - this.#answeredAt > this.#longestGapMs) this.forget();
    this.#answeredAt = answeredAt;
    const before = this.#observations;
    this.#observations = new Map();
    return sights.filter((sight) => {
      const known = before.get(sight.processId);
      const isSame = known?.beat === sight.beat;
      const unguardedSince = sight.isUnguarded ? ((isSame ? known.unguardedSince : null) ?? answeredAt) : null;
      const observation = { beat: sight.beat, since: isSame ? known.since : answeredAt, unguardedSince };
      this.#observations.set(sight.processId, observation);
      return isDead(sight, observation, askedAt);
    });
  }

  /** The server is away: nobody can beat. */
  forget(): void {
    this.#observations.clear();
  }
}

function isDead({ leaseMs, isExpired }: PeerSight, { since, unguardedSince }: Observation, askedAt: number): boolean {
  // Whatever was committed before the look was asked for would have been seen.
  const quietMs = askedAt - since;
  if (quietMs >= leaseMs) return true;
  if (isExpired && quietMs >= EXPIRED_SHARE * leaseMs) return true;
  return unguardedSince !== null && askedAt - unguardedSince >= UNGUARDED_SHARE * leaseMs;
}
