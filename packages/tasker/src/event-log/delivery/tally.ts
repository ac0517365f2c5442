/** Figures of a subscriber in this process, since it was made. */
export interface DeliveryFigures {
  /** Events that a handler has taken. */
  readonly delivered: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Events that were given up. */
  readonly dead: number;
  /** Events that were kept because one before them of their task had failed. */
  readonly heldBack: number;
}

/** Counts what a subscriber does. */
export class DeliveryTally {
  delivered = 0;
  failed = 0;
  dead = 0;
  heldBack = 0;

  figures(): DeliveryFigures {
    const { delivered, failed, dead, heldBack } = this;
    return { delivered, failed, dead, heldBack };
  }
}
