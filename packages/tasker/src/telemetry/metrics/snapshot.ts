import { AggregatorRegistry } from "prom-client";
import { z } from "zod";

/** A number that JSON may have to write as text: `NaN`, `+Inf`, `-Inf`. */
const AnyNumber = z.custom<number>((value) => typeof value === "number", "a number");

const Labels = z.record(z.string(), z.string());

/** One series of a counter or gauge. */
export const ValuePoint = z.strictObject({ labels: Labels, value: AnyNumber });
export type ValuePoint = z.infer<typeof ValuePoint>;

/** One series of a histogram. */
export const HistogramPoint = z.strictObject({
  labels: Labels,
  count: AnyNumber,
  sum: AnyNumber,
  /** How many values are at most as large as each bound, ascending; the last bound is infinite. */
  buckets: z.array(z.strictObject({ le: AnyNumber, count: AnyNumber })),
});
export type HistogramPoint = z.infer<typeof HistogramPoint>;

const common = { name: z.string().min(1), help: z.string() };

/** One metric with all its series. */
export const MetricFamily = z.discriminatedUnion("type", [
  z.strictObject({ ...common, type: z.enum(["counter", "gauge"]), points: z.array(ValuePoint) }),
  z.strictObject({ ...common, type: z.literal("histogram"), points: z.array(HistogramPoint) }),
]);
export type MetricFamily = z.infer<typeof MetricFamily>;

/** All metrics of a process, or of several, at a moment: what exporters are given. */
export const MetricsSnapshot = z.strictObject({
  /** ISO 8601, UTC, with milliseconds. */
  timestamp: z.iso.datetime(),
  metrics: z.array(MetricFamily),
});
export type MetricsSnapshot = z.infer<typeof MetricsSnapshot>;

/** What prom-client's registry gives. Its own type for it says numbers where it has names. */
const RegistryMetrics = z.array(
  z.object({
    name: z.string(),
    help: z.string(),
    type: z.enum(["counter", "gauge", "histogram", "summary"]),
    values: z.array(
      z.object({
        value: AnyNumber,
        labels: z.record(z.string(), z.union([z.string(), z.number()])),
        metricName: z.string().optional(),
      }),
    ),
  }),
);
type RegistryMetric = z.infer<typeof RegistryMetrics>[number];

/** Makes a snapshot of what a registry of prom-client gives. Summaries, which cannot be added up, are left out. */
export function readSnapshot(registryMetrics: unknown, at: Date): MetricsSnapshot {
  const metrics = RegistryMetrics.parse(registryMetrics).flatMap((metric) => familyOf(metric) ?? []);
  return { timestamp: at.toISOString(), metrics };
}

function familyOf({ name, help, type, values }: RegistryMetric): MetricFamily | null {
  if (type === "summary") return null;
  if (type === "histogram") return { name, help, type, points: histogramPoints(name, values) };
  return { name, help, type, points: values.map(({ labels, value }) => ({ labels: textLabels(labels), value })) };
}

/** A registry lists for each series its buckets, its sum and its number as values of their own. */
function histogramPoints(name: string, values: RegistryMetric["values"]): HistogramPoint[] {
  const points = new Map<string, HistogramPoint>();
  for (const { labels, value, metricName } of values) {
    const { le, ...rest } = labels;
    const series = textLabels(rest);
    const key = JSON.stringify(series);
    const point = points.get(key) ?? { labels: series, count: 0, sum: 0, buckets: [] };
    points.set(key, point);
    if (metricName === `${name}_sum`) point.sum = value;
    else if (metricName === `${name}_count`) point.count = value;
    else point.buckets.push({ le: le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le), count: value });
  }
  return [...points.values()];
}

function textLabels(labels: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

/** A snapshot in Prometheus' text format, rendered by prom-client. */
export function renderText({ metrics }: MetricsSnapshot): Promise<string> {
  const registryMetrics = metrics.map((family) => ({
    name: family.name,
    help: family.help,
    type: family.type,
    aggregator: "sum",
    values: samplesOf(family).map(({ name, labels, value }) => ({ metricName: name, labels, value })),
  }));
  return AggregatorRegistry.aggregate([registryMetrics]).metrics();
}

/** One line of the text format: a value under a name and labels. */
export interface Sample {
  /** Of histograms with `_bucket`, `_sum` or `_count` at its end. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Everything that a metric says, one value at a time: of histograms all buckets, the sum and the number. */
export function samplesOf(family: MetricFamily): Sample[] {
  const { name } = family;
  if (family.type !== "histogram") return family.points.map(({ labels, value }) => ({ name, labels, value }));
  return family.points.flatMap(({ labels, buckets, sum, count }) => [
    ...buckets.map((bucket) => ({
      name: `${name}_bucket`,
      labels: { ...labels, le: numberText(bucket.le) },
      value: bucket.count,
    })),
    { name: `${name}_sum`, labels, value: sum },
    { name: `${name}_count`, labels, value: count },
  ]);
}

/** A number as the text format writes it: `+Inf`, `-Inf` and `NaN` are possible. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
