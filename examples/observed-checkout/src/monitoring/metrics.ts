/** What tells apart the series of one metric, such as `{ step: "process_payment" }`. */
export type Labels = Readonly<Record<string, string>>;

/** What is known of a histogram's series. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly max: number;
}

/** Counters, gauges and histograms in memory: a stand-in for the metrics system of the house. */
export class Metrics {
  readonly #numbers = new Map<string, number>();
  readonly #distributions = new Map<string, Distribution>();

  /** Adds to a counter. */
  count(name: string, labels: Labels = {}, by = 1): void {
    const key = seriesOf(name, labels);
    this.#numbers.set(key, (this.#numbers.get(key) ?? 0) + by);
  }

  /** Sets a gauge. */
  gauge(name: string, labels: Labels, value: number): void {
    this.#numbers.set(seriesOf(name, labels), value);
  }

  /** Takes a value into a histogram. */
  observe(name: string, labels: Labels, value: number): void {
    const key = seriesOf(name, labels);
    const { count, sum, max } = this.#distributions.get(key) ?? { count: 0, sum: 0, max: value };
    this.#distributions.set(key, { count: count + 1, sum: sum + value, max: Math.max(max, value) });
  }

  /** Counters and gauges by `name{label="value"}`. */
  get numbers(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#numbers);
  }

  /** Histograms by `name{label="value"}`. */
  get distributions(): Readonly<Record<string, Distribution>> {
    return Object.fromEntries(this.#distributions);
  }
}

function seriesOf(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}
