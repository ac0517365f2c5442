import { z } from "zod";
import { type MetricFamily, MetricsSnapshot } from "../metrics/snapshot.ts";

const TEXT_NUMBERS = { NaN: Number.NaN, "+Inf": Number.POSITIVE_INFINITY, "-Inf": Number.NEGATIVE_INFINITY };

const JsonNumber = z.union([z.number(), z.enum(["NaN", "+Inf", "-Inf"]).transform((text) => TEXT_NUMBERS[text])]);

const series = { name: z.string(), help: z.string(), labels: z.record(z.string(), z.string()) };

const Exported = z.object({
  timestamp: z.string(),
  metrics: z.record(
    z.string(),
    z.discriminatedUnion("type", [
      z.object({ ...series, type: z.enum(["counter", "gauge"]), value: JsonNumber }),
      z.object({
        ...series,
        type: z.literal("histogram"),
        count: JsonNumber,
        sum: JsonNumber,
        buckets: z.array(z.object({ le: JsonNumber, count: JsonNumber })),
      }),
    ]),
  ),
});

/** Reads what the JSON exporter wrote, without a mapping of fields. @throws ZodError, SyntaxError */
export function readJsonExport(text: string): MetricsSnapshot {
  const { timestamp, metrics } = Exported.parse(JSON.parse(text));
  const families = new Map<string, MetricFamily>();
  for (const { name, help, labels, ...entry } of Object.values(metrics)) {
    const family = families.get(name);
    if (entry.type === "histogram") {
      const { type, ...figures } = entry;
      const point = { labels, ...figures };
      if (family === undefined) families.set(name, { name, help, type, points: [point] });
      else if (family.type === "histogram") family.points.push(point);
    } else {
      const { type, value } = entry;
      if (family === undefined) families.set(name, { name, help, type, points: [{ labels, value }] });
      else if (family.type !== "histogram") family.points.push({ labels, value });
    }
  }
  return MetricsSnapshot.parse({ timestamp, metrics: [...families.values()] });
}
