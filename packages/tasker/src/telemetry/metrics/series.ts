/** What one label set of a counter has counted since it was handed on. */
export class CounterSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it takes what has no room. */
  readonly isOther: boolean;
  /** Null: nothing was counted, not even 0. */
  #sum: number | null = null;

  constructor(labels: Readonly<Record<string, string>>, isOther: boolean) {
    this.labels = labels;
    this.isOther = isOther;
  }

  /** @param by finite, not negative */
  add(by: number): void {
    this.#sum = (this.#sum ?? 0) + by;
  }

  /** What is to be handed on, which then is; null: nothing. */
  take(): number | null {
    const sum = this.#sum;
    this.#sum = null;
    return sum;
  }
}

/** How the values of one label set of a histogram are distributed. */
export class HistogramSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it takes what has no room. */
  readonly isOther: boolean;
  readonly #bounds: Float64Array;
  /** How many are above the bound before and at most as large as that of the same place; the last place has those above all. */
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  /** @param bounds ascending */
  constructor(bounds: Float64Array, labels: Readonly<Record<string, string>>, isOther: boolean) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
    this.labels = labels;
    this.isOther = isOther;
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws RangeError if the value is not finite */
  observe(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be observed`);
    let place = 0;
    while (place < this.#bounds.length && value > (this.#bounds[place] ?? 0)) place += 1;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += value;
    this.#count += 1;
  }

  /** How many are at most as large as each bound. */
  cumulated(): number[] {
    let sum = 0;
    return Array.from(this.#bounds, (_, place) => {
      sum += this.#counts[place] ?? 0;
      return sum;
    });
  }

  clear(): void {
    this.#counts.fill(0);
    this.#sum = 0;
    this.#count = 0;
  }
}
