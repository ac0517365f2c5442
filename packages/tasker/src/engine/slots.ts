/** Counts the steps that may execute at the same time in this process. */
export class Slots {
  readonly #limit: number;
  readonly #onFree: () => void;
  #used = 0;

  /** @param onFree called when a slot was given back while all were taken */
  constructor(limit: number, onFree: () => void) {
    this.#limit = limit;
    this.#onFree = onFree;
  }

  /** Slots in use. */
  get used(): number {
    return this.#used;
  }

  /** Takes a slot; false if none is free. */
  take(): boolean {
    if (this.#used >= this.#limit) return false;
    this.#used += 1;
    return true;
  }

  give(): void {
    this.#used -= 1;
    if (this.#used === this.#limit - 1) this.#onFree();
  }
}
