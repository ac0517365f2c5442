import { Histogram, type Registry } from "prom-client";
import type { HistogramSeries } from "./series.ts";

/** What a histogram is registered with. */
export interface HistogramFacts {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
  readonly buckets: number[];
}

/** A value as prom-client's histograms give it; those of one series share its labels. */
interface HistogramValue {
  readonly metricName: string;
  readonly labels: { readonly le?: number | "+Inf" };
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A histogram of prom-client that reads its values from series that are kept outside of it: its own `observe` makes a key of the labels
 * each time.
 */
export class SummedHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #series: () => Iterable<HistogramSeries>;

  constructor(facts: HistogramFacts, series: () => Iterable<HistogramSeries>) {
    super(facts);
    this.#name = facts.name;
    this.#help = facts.help;
    this.#bounds = facts.buckets;
    this.#series = series;
  }

  /** What a registry reads, and what `get` makes its answer of. */
  async getForPromString() {
    const values = [...this.#series()].flatMap((series) => this.#valuesOf(series));
    return { name: this.#name, help: this.#help, type: "histogram", aggregator: "sum", values };
  }

  override reset(): void {
    super.reset();
    // Its constructor calls this, too.
    if (!(#series in this)) return;
    for (const series of this.#series()) series.clear();
  }

  #valuesOf(series: HistogramSeries): HistogramValue[] {
    const { labels: sharedLabels, sum, count } = series;
    if (count === 0 && Object.keys(sharedLabels).length > 0) return [];
    const bucket = `${this.#name}_bucket`;
    const cumulated = series.cumulated();
    return [
      ...this.#bounds.map((le, place) => ({
        metricName: bucket,
        labels: { le },
        sharedLabels,
        value: cumulated[place] ?? 0,
      })),
      { metricName: bucket, labels: { le: "+Inf" }, sharedLabels, value: count },
      { metricName: `${this.#name}_sum`, labels: {}, sharedLabels, value: sum },
      { metricName: `${this.#name}_count`, labels: {}, sharedLabels, value: count },
    ];
  }
}
