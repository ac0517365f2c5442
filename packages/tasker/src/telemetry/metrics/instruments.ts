import type { Counter, Gauge } from "prom-client";
import type { LabelSets, LabelsOf } from "./label-sets.ts";
import type { CounterSeries, HistogramSeries } from "./series.ts";

/** Arguments of a call about one series: none where the metric has no labels. */
type Series<Name extends string> = [Name] extends [never] ? [] : [labels: LabelsOf<Name>];

/**
 * A number that only grows, for each label set. It is summed here and handed on when it is read: things are counted far more often
 * than that.
 */
export class CounterMetric<Name extends string = never> {
  readonly #metric: Counter;
  readonly #sets: LabelSets<Name, CounterSeries>;

  /** @param make makes the counter, which calls `collect` before each reading */
  constructor(make: (collect: () => void) => Counter, sets: LabelSets<Name, CounterSeries>) {
    this.#metric = make(() => this.#handOn());
    this.#sets = sets;
  }

  /** Adds 1. */
  increment(...series: Series<Name>): void {
    this.#sets.admit(...series).add(1);
  }

  /** Adds a number. @throws RangeError if it is negative or not finite */
  add(by: number, ...series: Series<Name>): void {
    if (!(by >= 0 && Number.isFinite(by))) throw new RangeError(`a counter cannot grow by ${by}`);
    this.#sets.admit(...series).add(by);
  }

  /** The series under which such labels count, for who counts often. Good until {@link clear}. */
  series(...series: Series<Name>): CounterSeries {
    return this.#sets.admit(...series);
  }

  /** Removes every series: for counters whose counts are read anew each time. */
  clear(): void {
    this.#metric.reset();
    this.#sets.clear();
  }

  #handOn(): void {
    for (const series of this.#sets.all()) {
      const sum = series.take();
      if (sum !== null) this.#metric.inc({ ...series.labels }, sum);
    }
  }
}

/** A number that goes up and down, for each label set. */
export class GaugeMetric<Name extends string = never> {
  readonly #metric: Gauge;
  readonly #sets: LabelSets<Name, Readonly<Record<string, string>>>;

  constructor(metric: Gauge, sets: LabelSets<Name, Readonly<Record<string, string>>>) {
    this.#metric = metric;
    this.#sets = sets;
  }

  /** @throws RangeError if the value is not a number */
  set(value: number, ...series: Series<Name>): void {
    if (Number.isNaN(value)) throw new RangeError("a gauge cannot be set to NaN");
    this.#metric.set(this.#sets.admit(...series), value);
  }

  /** Adds a number, which may be negative. */
  add(by: number, ...series: Series<Name>): void {
    if (!Number.isFinite(by)) throw new RangeError(`a gauge cannot change by ${by}`);
    this.#metric.inc(this.#sets.admit(...series), by);
  }

  /** Removes every series: for gauges whose label sets are read anew each time. */
  clear(): void {
    this.#metric.reset();
    this.#sets.clear();
  }
}

/** How values are distributed, for each label set: how many are at most as large as each bound, their sum and number. */
export class HistogramMetric<Name extends string = never> {
  readonly #sets: LabelSets<Name, HistogramSeries>;

  constructor(sets: LabelSets<Name, HistogramSeries>) {
    this.#sets = sets;
  }

  /** @throws RangeError if the value is not finite */
  observe(value: number, ...series: Series<Name>): void {
    if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be observed`);
    this.#sets.admit(...series).observe(value);
  }

  /** The series under which such labels count, for who observes often. */
  series(...series: Series<Name>): HistogramSeries {
    return this.#sets.admit(...series);
  }
}
