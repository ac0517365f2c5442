import { z } from "zod";
import { parseSection } from "../../config/parse-section.ts";
import { mapping } from "../../config/rules.ts";
import type { ExportPlugin } from "../../registries/plugin.ts";
import { VERSION } from "../../version.ts";
import { type MetricFamily, MetricsSnapshot, numberText } from "../metrics/snapshot.ts";
import { seriesKey } from "./series-key.ts";

const FIELDS = ["timestamp", "metrics", "total_metrics", "metadata"] as const;

const otherName = z.string("a name").min(1, "a name").optional();

const Options = mapping({
  fieldMapping: mapping({
    timestamp: otherName,
    metrics: otherName,
    total_metrics: otherName,
    metadata: otherName,
  }).default({}),
  includeMetadata: z.boolean("true or false").default(true),
});

/** Options of {@link JsonExporter}. */
export interface JsonExporterOptions {
  /** Other names for the fields of the document. Default: their own. */
  readonly fieldMapping?: Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;
  /** Whether the document says who wrote it. Default: true. */
  readonly includeMetadata?: boolean;
}

/** Options of each export. */
const CallOptions = z.object({
  pretty: z.boolean().default(false),
  /** Fields that the document has besides its own. */
  additionalFields: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Metrics as JSON: `timestamp`, `metrics` (an object with an entry for each series), `total_metrics`, `metadata`. Histograms
 * have their buckets, sum and count. Numbers that JSON cannot write are the texts `NaN`, `+Inf`, `-Inf`.
 */
export class JsonExporter implements ExportPlugin {
  readonly name = "json_exporter";
  readonly version = VERSION;
  readonly supportedFormats = ["json"];
  readonly #options: z.output<typeof Options>;

  /** @throws ConfigurationError if an option is unknown or has a value that it cannot have */
  constructor(options: JsonExporterOptions = {}) {
    this.#options = parseSection("json_exporter", Options, options);
  }

  supportsFormat(format: string): boolean {
    return format.toLowerCase() === "json";
  }

  /**
   * @param data a {@link MetricsSnapshot}
   * @param options `pretty`, `additionalFields`
   * @returns JSON text
   */
  export(data: unknown, options: Readonly<Record<string, unknown>> = {}): string {
    const { timestamp, metrics } = MetricsSnapshot.parse(data);
    const { pretty, additionalFields } = CallOptions.parse(options);
    const { fieldMapping, includeMetadata } = this.#options;
    const entries = metrics.flatMap(entriesOf);
    const metadata = {
      exporter: "json",
      version: VERSION,
      exported_at: timestamp,
      ...(Object.keys(fieldMapping).length === 0 ? {} : { field_mapping: fieldMapping }),
    };
    const document = {
      timestamp,
      metrics: Object.fromEntries(entries),
      total_metrics: entries.length,
      ...(includeMetadata ? { metadata } : {}),
    };
    const named = FIELDS.flatMap((field) =>
      field in document ? [[fieldMapping[field] ?? field, Reflect.get(document, field)]] : [],
    );
    return JSON.stringify({ ...Object.fromEntries(named), ...additionalFields }, null, pretty ? 2 : undefined);
  }
}

function entriesOf(family: MetricFamily): [key: string, entry: object][] {
  const { name, help, type } = family;
  if (family.type !== "histogram") {
    return family.points.map(({ labels, value }) => [
      seriesKey(name, labels),
      { name, type, value: jsonNumber(value), labels, help },
    ]);
  }
  return family.points.map(({ labels, count, sum, buckets }) => [
    seriesKey(name, labels),
    {
      name,
      type,
      count: jsonNumber(count),
      sum: jsonNumber(sum),
      buckets: buckets.map((bucket) => ({ le: jsonNumber(bucket.le), count: jsonNumber(bucket.count) })),
      labels,
      help,
    },
  ]);
}

const jsonNumber = (value: number) => (Number.isFinite(value) ? value : numberText(value));
