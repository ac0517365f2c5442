import { Counter, Gauge, Registry } from "prom-client";
import { DURATION_BUCKETS } from "../../constants/telemetry.ts";
import { ConfigurationError } from "../../errors/index.ts";
import { CounterMetric, GaugeMetric, HistogramMetric } from "./instruments.ts";
import { LabelSets, type MakeSeries } from "./label-sets.ts";
import { CounterSeries, HistogramSeries } from "./series.ts";
import { type MetricsSnapshot, readSnapshot } from "./snapshot.ts";
import { SummedHistogram } from "./summed-histogram.ts";

/** Label sets that each metric has at most, unless it is told otherwise. */
export const DEFAULT_MAX_LABEL_SETS = 1_000;

/** What a metric is. */
export interface MetricSpec<Name extends string = never> {
  /** Without the prefix, in lower case, with the unit at its end; counters end in `_total`. */
  readonly name: string;
  /** What it says, in one line. */
  readonly help: string;
  /** Default: none. */
  readonly labels?: readonly Name[];
}

/** Options of {@link Metrics}. */
export interface MetricsOptions {
  /** Comes before each name, with an underscore. Default: `tasker`. */
  readonly prefix?: string;
  /** Label sets that each metric has at most; what comes beyond them counts under `other`. Default: 1,000. */
  readonly maxLabelSets?: number;
  /** The application's registry of prom-client. Default: a new one. */
  readonly registry?: Registry;
  /** Told what a gauge threw that reads its value when it is asked for. Default: nobody. */
  readonly onReadError?: (error: unknown, metric: string) => void;
}

/**
 * The metrics of a process: counters, gauges and histograms with a bounded number of series each, in a registry of
 * prom-client, which renders the text format. Figures are this process's own and absolute; whoever scrapes several processes
 * adds them up.
 */
export class Metrics {
  /** Where the metrics are registered; an application can add its own. */
  readonly registry: Registry;
  readonly prefix: string;
  readonly #maxLabelSets: number;
  readonly #onReadError: (error: unknown, metric: string) => void;
  readonly #overflows: Counter;
  readonly #readErrors: Counter;

  /** @throws ConfigurationError if an option has a value that it cannot have */
  constructor(options: MetricsOptions = {}) {
    const { prefix = "tasker", maxLabelSets = DEFAULT_MAX_LABEL_SETS, registry = new Registry() } = options;
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(prefix)) {
      throw invalid("prefix", prefix, "a name of letters, digits and underscores that begins with no digit");
    }
    if (!(Number.isSafeInteger(maxLabelSets) && maxLabelSets >= 1)) {
      throw invalid("maxLabelSets", maxLabelSets, "a whole number of 1 or more");
    }
    this.registry = registry;
    this.prefix = prefix;
    this.#maxLabelSets = maxLabelSets;
    this.#onReadError = options.onReadError ?? (() => undefined);
    const registers = [registry];
    this.#overflows = new Counter({
      name: `${prefix}_metric_overflows_total`,
      help: "Times that a metric counted something under other because it had no room for its labels",
      labelNames: ["metric"],
      registers,
    });
    this.#readErrors = new Counter({
      name: `${prefix}_metric_read_errors_total`,
      help: "Times that the value of a metric could not be read",
      labelNames: ["metric"],
      registers,
    });
  }

  /**
   * @param read called before each reading, for what counts itself: clears the counter and adds the counts; what it throws is reported
   *   and counted. Default: nothing
   * @throws ConfigurationError if the name is taken, or cannot be one
   */
  counter<Name extends string = never>(
    spec: MetricSpec<Name>,
    read: (counter: CounterMetric<Name>) => void = () => undefined,
  ): CounterMetric<Name> {
    const sets = this.#labelSets(spec, (labels, isOther) => new CounterSeries(labels, isOther));
    const made: CounterMetric<Name> = new CounterMetric((handOn) => {
      const collect = () => {
        this.#read(spec.name, () => read(made));
        handOn();
      };
      return this.#register(spec, (common) => new Counter({ ...common, collect }));
    }, sets);
    return made;
  }

  /**
   * @param read called before each reading, to set the values; what it throws is reported and counted
   * @throws ConfigurationError if the name is taken, or cannot be one
   */
  gauge<Name extends string = never>(
    spec: MetricSpec<Name>,
    read: (gauge: GaugeMetric<Name>) => void = () => undefined,
  ): GaugeMetric<Name> {
    const sets = this.#labelSets(spec, (labels) => labels);
    const made: GaugeMetric<Name> = new GaugeMetric(
      this.#register(
        spec,
        (common) => new Gauge({ ...common, collect: () => this.#read(spec.name, () => read(made)) }),
      ),
      sets,
    );
    return made;
  }

  /**
   * @param spec `buckets`: upper bounds, ascending. Default: {@link DURATION_BUCKETS}
   * @throws ConfigurationError if the name is taken, or cannot be one, or the bounds do not ascend
   */
  histogram<Name extends string = never>(
    spec: MetricSpec<Name> & { readonly buckets?: readonly number[] },
  ): HistogramMetric<Name> {
    const buckets = [...(spec.buckets ?? DURATION_BUCKETS)];
    if (buckets.length === 0 || buckets.some((bound, place) => !(bound > (buckets[place - 1] ?? -Infinity)))) {
      throw invalid("buckets", buckets.join(", "), "one number or more, ascending");
    }
    const bounds = Float64Array.from(buckets);
    const sets = this.#labelSets(spec, (labels, isOther) => new HistogramSeries(bounds, labels, isOther));
    this.#register(spec, (common) => new SummedHistogram({ ...common, buckets }, () => sets.all()));
    return new HistogramMetric(sets);
  }

  /** All metrics in Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** All metrics as they are at this moment. */
  async snapshot(): Promise<MetricsSnapshot> {
    return readSnapshot(await this.registry.getMetricsAsJSON(), new Date());
  }

  #read(name: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#readErrors.inc({ metric: `${this.prefix}_${name}` });
      this.#onReadError(error, `${this.prefix}_${name}`);
    }
  }

  #labelSets<Name extends string, Series>(
    { name, labels = [] }: MetricSpec<Name>,
    make: MakeSeries<Series>,
  ): LabelSets<Name, Series> {
    const onOverflow = () => this.#overflows.inc({ metric: `${this.prefix}_${name}` });
    return new LabelSets(labels, this.#maxLabelSets, onOverflow, make);
  }

  #register<Name extends string, Metric>(
    { name, help, labels = [] }: MetricSpec<Name>,
    make: (common: { name: string; help: string; labelNames: string[]; registers: Registry[] }) => Metric,
  ): Metric {
    const fullName = `${this.prefix}_${name}`;
    try {
      return make({ name: fullName, help, labelNames: [...labels], registers: [this.registry] });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ConfigurationError(`the metric ${fullName} cannot be registered: ${reason}`, {
        context: { option: "metric", value: fullName, expected: "a metric that can be registered" },
        cause,
      });
    }
  }
}

function invalid(option: string, value: string | number, expected: string): ConfigurationError {
  return new ConfigurationError(`metrics.${option} is ${JSON.stringify(value)}, expected ${expected}`, {
    context: { option: `metrics.${option}`, value, expected },
  });
}
