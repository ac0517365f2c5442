import type { MetricFamily, MetricsSnapshot } from "./snapshot.ts";

/** The figures of one process, and what tells it from the others. */
export interface InstanceSnapshot {
  /** Value of the label `instance`, such as `host:9464`. */
  readonly instance: string;
  readonly snapshot: MetricsSnapshot;
}

/**
 * The figures of several processes in one snapshot, each series with its instance as a label: nothing is added up, so that
 * nothing counts twice. The time is that of the oldest.
 */
export function mergeSnapshots(instances: readonly InstanceSnapshot[]): MetricsSnapshot {
  const families = new Map<string, MetricFamily>();
  for (const { instance, snapshot } of instances) {
    for (const family of snapshot.metrics) {
      const labelled = withInstance(family, instance);
      const before = families.get(family.name);
      families.set(family.name, before === undefined ? labelled : concat(before, labelled));
    }
  }
  const [oldest = new Date(0).toISOString()] = instances.map(({ snapshot }) => snapshot.timestamp).sort();
  return { timestamp: oldest, metrics: [...families.values()] };
}

function withInstance(family: MetricFamily, instance: string): MetricFamily {
  const label = <Point extends { readonly labels: Record<string, string> }>(point: Point) => ({
    ...point,
    labels: { ...point.labels, instance },
  });
  if (family.type === "histogram") return { ...family, points: family.points.map(label) };
  return { ...family, points: family.points.map(label) };
}

/** Of processes of different releases a metric may have two types: the first one's counts. */
function concat(one: MetricFamily, other: MetricFamily): MetricFamily {
  if (one.type === "histogram") {
    return other.type === "histogram" ? { ...one, points: [...one.points, ...other.points] } : one;
  }
  return other.type === "histogram" ? one : { ...one, points: [...one.points, ...other.points] };
}
