import { VERSION } from "../../version.ts";
import type { HistogramPoint, MetricFamily, MetricsSnapshot, ValuePoint } from "../metrics/snapshot.ts";

/** What tells a process from others. */
export interface OtlpResource {
  /** Attributes such as `service.name` and `service.instance.id`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Since when its counters count, milliseconds since the epoch. */
  readonly startedAt: number;
}

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`: since the start of the process, so that a lost push loses nothing. */
const CUMULATIVE = 2;

/** A snapshot as the body of an OTLP/HTTP request in JSON (`ExportMetricsServiceRequest`). Names stay as they are. */
export function encodeMetrics(snapshot: MetricsSnapshot, resource: OtlpResource): string {
  const times = {
    startTimeUnixNano: nanosText(resource.startedAt),
    timeUnixNano: nanosText(Date.parse(snapshot.timestamp)),
  };
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource.attributes) },
        scopeMetrics: [
          {
            scope: { name: "tasker", version: VERSION },
            metrics: snapshot.metrics.map((family) => metricOf(family, times)),
          },
        ],
      },
    ],
  });
}

interface Times {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

function metricOf(family: MetricFamily, times: Times): object {
  const { name, help: description } = family;
  const common = { name, description, unit: unitOf(name) };
  if (family.type === "histogram") {
    const dataPoints = family.points.map((point) => histogramPoint(point, times));
    return { ...common, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
  }
  const dataPoints = family.points.map((point) => numberPoint(point, times));
  if (family.type === "gauge") return { ...common, gauge: { dataPoints } };
  return { ...common, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } };
}

function numberPoint({ labels, value }: ValuePoint, times: Times): object {
  return { attributes: attributesOf(labels), ...times, asDouble: jsonDouble(value) };
}

/** Bounds without the infinite one; counts of the values between two bounds, where the text format adds them up. */
function histogramPoint({ labels, count, sum, buckets }: HistogramPoint, times: Times): object {
  const counts = buckets.map((bucket, place) => bucket.count - (buckets[place - 1]?.count ?? 0));
  return {
    attributes: attributesOf(labels),
    ...times,
    count: String(count),
    sum: jsonDouble(sum),
    bucketCounts: counts.map(String),
    explicitBounds: buckets.map(({ le }) => le).filter(Number.isFinite),
  };
}

function attributesOf(labels: Readonly<Record<string, string>>): object[] {
  return Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** As JSON of protocol buffers writes doubles. */
function jsonDouble(value: number): number | string {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

function nanosText(ms: number): string {
  return `${BigInt(Math.round(ms)) * 1_000_000n}`;
}

/** The unit that a name ends in. */
function unitOf(name: string): string {
  const base = name.replace(/_total$/, "");
  if (base.endsWith("_seconds")) return "s";
  return base.endsWith("_bytes") ? "By" : "";
}
