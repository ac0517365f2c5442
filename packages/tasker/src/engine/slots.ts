/**
 * Counts the steps that may execute at the same time in this process, and shares them between lanes: a lane may take more
 * than its part while no other lane waits for a slot, and none while another one waits for a step of a higher rank. What
 * cannot be shared evenly goes to the lanes in turns.
 */
export class Slots {
  #limit: number;
  readonly #lanes: LaneSlots[] = [];
  #used = 0;
  /** Slots taken so far. */
  #taken = 0;

  /** @param limit slots there are, 1 or more */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Slots that there are. */
  get limit(): number {
    return this.#limit;
  }

  /** Slots in use: for a while more than there are, after the limit was lowered. */
  get used(): number {
    return this.#used;
  }

  /**
   * Changes how many slots there are. What is in use above a lower limit stays in use until it is given back.
   * @param limit 1 or more
   */
  setLimit(limit: number): void {
    const isRaised = limit > this.#limit;
    this.#limit = limit;
    if (isRaised) this.#tellWaiting();
  }

  /** Slots that no other lane than this one uses or waits for. */
  roomBehind(lane: LaneSlots): number {
    if (this.#lanes.some((other) => other !== lane && other.waiting)) return 0;
    return Math.max(0, this.#limit - this.#used + lane.used);
  }

  /** @param onFree called when a slot has become free that the lane was refused before */
  openLane(onFree: () => void): LaneSlots {
    const lane = new LaneSlots(onFree, {
      take: (rank) => this.#take(lane, rank),
      give: () => this.#give(),
      leave: () => this.#tellWaiting(),
    });
    this.#lanes.push(lane);
    return lane;
  }

  #take(asking: LaneSlots, rank: number): boolean {
    if (this.#used >= this.#limit) return false;
    const rivals: LaneSlots[] = [];
    let elsewhere = 0;
    for (const lane of this.#lanes) {
      if (lane === asking) continue;
      const { waitingRank } = lane;
      if (waitingRank !== null && waitingRank > rank) return false;
      if (waitingRank === rank) rivals.push(lane);
      else elsewhere += lane.used;
    }
    const part = (this.#limit - elsewhere) / (rivals.length + 1);
    if (rivals.length > 0 && asking.used >= Math.ceil(part)) return false;
    const isTurnOf = (lane: LaneSlots) => lane.used <= asking.used && lane.takenAt < asking.takenAt;
    if (asking.used >= Math.floor(part) && rivals.some(isTurnOf)) return false;
    this.#used += 1;
    this.#taken += 1;
    asking.takenAt = this.#taken;
    return true;
  }

  #give(): void {
    this.#used -= 1;
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    if (this.#used >= this.#limit) return;
    for (const lane of this.#lanes) if (lane.waiting) lane.onFree();
  }
}

/** What the slots of all lanes do for one of them. */
interface SharedSlots {
  take(rank: number): boolean;
  give(): void;
  /** The lane waits no more: what it kept others from is theirs. */
  leave(): void;
}

/** One lane's part of the {@link Slots}. */
export class LaneSlots {
  readonly onFree: () => void;
  /** The slot that it took last, as the how manyth of all lanes. */
  takenAt = 0;
  readonly #shared: SharedSlots;
  #used = 0;
  #waitingRank: number | null = null;

  constructor(onFree: () => void, shared: SharedSlots) {
    this.onFree = onFree;
    this.#shared = shared;
  }

  /** Slots that this lane has. */
  get used(): number {
    return this.#used;
  }

  /** Whether the lane was refused a slot the last time it asked. */
  get waiting(): boolean {
    return this.#waitingRank !== null;
  }

  /** Rank of the step for which the lane was refused a slot the last time it asked; null if it was not refused. */
  get waitingRank(): number | null {
    return this.#waitingRank;
  }

  /**
   * Takes a slot; false if none is free, or if it is another lane's turn.
   * @param rank of the step that is to run in it: the higher goes first
   */
  take(rank = 0): boolean {
    const isTaken = this.#shared.take(rank);
    this.#waitingRank = isTaken ? null : rank;
    if (isTaken) this.#used += 1;
    return isTaken;
  }

  /** Gives back a slot. */
  give(): void {
    this.#used -= 1;
    this.#shared.give();
  }

  /** Tells that the lane wants no more slots for now: what is left is for those that were refused on its account. */
  stopWaiting(): void {
    this.#waitingRank = null;
    this.#shared.leave();
  }
}
