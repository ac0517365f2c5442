/**
 * Counts the steps that may execute at the same time in this process, and shares them between lanes: a lane may take more
 * than its part while no other lane waits for a slot.
 */
export class Slots {
  readonly #limit: number;
  readonly #lanes: LaneSlots[] = [];
  #used = 0;

  /** @param limit slots there are, 1 or more */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Slots in use. */
  get used(): number {
    return this.#used;
  }

  /** @param onFree called when a slot has become free that the lane was refused before */
  openLane(onFree: () => void): LaneSlots {
    const lane = new LaneSlots(
      onFree,
      () => this.#take(lane),
      () => this.#give(),
    );
    this.#lanes.push(lane);
    return lane;
  }

  #take(asking: LaneSlots): boolean {
    if (this.#used >= this.#limit) return false;
    const share = Math.ceil(this.#limit / this.#lanes.length);
    const isContended = this.#lanes.some((lane) => lane !== asking && lane.waiting);
    if (isContended && asking.used >= share) return false;
    this.#used += 1;
    return true;
  }

  #give(): void {
    this.#used -= 1;
    for (const lane of this.#lanes) if (lane.waiting) lane.onFree();
  }
}

/** One lane's part of the {@link Slots}. */
export class LaneSlots {
  readonly onFree: () => void;
  readonly #takeShared: () => boolean;
  readonly #giveShared: () => void;
  #used = 0;
  #waiting = false;

  constructor(onFree: () => void, takeShared: () => boolean, giveShared: () => void) {
    this.onFree = onFree;
    this.#takeShared = takeShared;
    this.#giveShared = giveShared;
  }

  /** Slots that this lane has. */
  get used(): number {
    return this.#used;
  }

  /** Whether the lane was refused a slot the last time it asked. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Takes a slot; false if none is free, or if it is another lane's turn. */
  take(): boolean {
    this.#waiting = !this.#takeShared();
    if (this.#waiting) return false;
    this.#used += 1;
    return true;
  }

  /** Gives back a slot. */
  give(): void {
    this.#used -= 1;
    this.#giveShared();
  }

  /** Tells that the lane wants no more slots for now. */
  stopWaiting(): void {
    this.#waiting = false;
  }
}
