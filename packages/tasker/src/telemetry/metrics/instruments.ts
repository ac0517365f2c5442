import type { Counter, Gauge, Histogram } from "prom-client";
import type { LabelSets, LabelsOf } from "./label-sets.ts";

/** Arguments of a call about one series: none where the metric has no labels. */
type Series<Name extends string> = [Name] extends [never] ? [] : [labels: LabelsOf<Name>];

const NO_LABELS = {};

function admitted<Name extends string>(sets: LabelSets<Name>, series: Series<Name>): Record<string, string> {
  const [labels] = series;
  return labels === undefined ? NO_LABELS : sets.admit(labels);
}

/**
 * A number that only grows, for each label set. It is summed here and handed on when it is read: things are counted far more often
 * than that.
 */
export class CounterMetric<Name extends string = never> {
  readonly #metric: Counter;
  readonly #sets: LabelSets<Name>;
  /** What is not handed on yet, by the one object that stands for each label set. */
  readonly #pending = new Map<Record<string, string>, number>();

  /** @param make makes the counter, which calls `collect` before each reading */
  constructor(make: (collect: () => void) => Counter, sets: LabelSets<Name>) {
    this.#metric = make(() => this.#handOn());
    this.#sets = sets;
  }

  /** Adds 1. */
  increment(...series: Series<Name>): void {
    this.#add(1, series);
  }

  /** Removes every series: for counters whose counts are read anew each time. */
  clear(): void {
    this.#pending.clear();
    this.#metric.reset();
    this.#sets.clear();
  }

  /** Adds a number. @throws RangeError if it is negative or not finite */
  add(by: number, ...series: Series<Name>): void {
    if (!(by >= 0 && Number.isFinite(by))) throw new RangeError(`a counter cannot grow by ${by}`);
    this.#add(by, series);
  }

  #add(by: number, series: Series<Name>): void {
    const labels = admitted(this.#sets, series);
    this.#pending.set(labels, (this.#pending.get(labels) ?? 0) + by);
  }

  #handOn(): void {
    for (const [labels, sum] of this.#pending) this.#metric.inc(labels, sum);
    this.#pending.clear();
  }
}

/** A number that goes up and down, for each label set. */
export class GaugeMetric<Name extends string = never> {
  readonly #metric: Gauge;
  readonly #sets: LabelSets<Name>;

  constructor(metric: Gauge, sets: LabelSets<Name>) {
    this.#metric = metric;
    this.#sets = sets;
  }

  /** @throws RangeError if the value is not a number */
  set(value: number, ...series: Series<Name>): void {
    if (Number.isNaN(value)) throw new RangeError("a gauge cannot be set to NaN");
    this.#metric.set(admitted(this.#sets, series), value);
  }

  /** Adds a number, which may be negative. */
  add(by: number, ...series: Series<Name>): void {
    if (!Number.isFinite(by)) throw new RangeError(`a gauge cannot change by ${by}`);
    this.#metric.inc(admitted(this.#sets, series), by);
  }

  /** Removes every series: for gauges whose label sets are read anew each time. */
  clear(): void {
    this.#metric.reset();
    this.#sets.clear();
  }
}

/** How values are distributed, for each label set: how many are at most as large as each bound, their sum and number. */
export class HistogramMetric<Name extends string = never> {
  readonly #metric: Histogram;
  readonly #sets: LabelSets<Name>;

  constructor(metric: Histogram, sets: LabelSets<Name>) {
    this.#metric = metric;
    this.#sets = sets;
  }

  /** @throws RangeError if the value is not finite */
  observe(value: number, ...series: Series<Name>): void {
    if (!Number.isFinite(value)) throw new RangeError(`${value} cannot be observed`);
    this.#metric.observe(admitted(this.#sets, series), value);
  }
}
