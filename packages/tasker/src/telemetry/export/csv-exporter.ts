import { z } from "zod";
import { parseSection } from "../../config/parse-section.ts";
import { mapping } from "../../config/rules.ts";
import type { ExportPlugin } from "../../registries/plugin.ts";
import { VERSION } from "../../version.ts";
import { MetricsSnapshot, numberText, samplesOf } from "../metrics/snapshot.ts";

const COLUMNS = ["timestamp", "name", "type", "value", "labels"] as const;

const Options = mapping({
  columns: z
    .array(z.enum(COLUMNS, `one of ${COLUMNS.join(", ")}`), "a list of columns")
    .min(1, "one column or more")
    .default([...COLUMNS]),
  separator: z
    .string("one character")
    .length(1, "one character")
    .refine((text) => !/["\r\n]/.test(text), "one character that is no quote and no line break")
    .default(","),
  flattenLabels: z.boolean("true or false").default(true),
});

/** Options of {@link CsvExporter}. */
export interface CsvExporterOptions {
  /** Which columns, in which order. Default: all. */
  readonly columns?: readonly (typeof COLUMNS)[number][];
  /** One character between two fields. Default: a comma. */
  readonly separator?: string;
  /** Whether each label has a column `label_<name>`; otherwise all are one JSON text. Default: true. */
  readonly flattenLabels?: boolean;
}

/** Options of each export. */
const CallOptions = z.object({
  includeHeaders: z.boolean().default(true),
  rowSeparator: z.enum(["\n", "\r\n"]).default("\n"),
});

/**
 * Metrics as CSV (RFC 4180), one row for each value: of a histogram one for each bucket (with its bound as the label `le`),
 * for the sum and for the number. Without metrics the text is empty.
 */
export class CsvExporter implements ExportPlugin {
  readonly name = "csv_exporter";
  readonly version = VERSION;
  readonly supportedFormats = ["csv"];
  readonly #options: z.output<typeof Options>;

  /** @throws ConfigurationError if an option is unknown or has a value that it cannot have */
  constructor(options: CsvExporterOptions = {}) {
    this.#options = parseSection("csv_exporter", Options, options);
  }

  supportsFormat(format: string): boolean {
    return format.toLowerCase() === "csv";
  }

  /**
   * @param data a {@link MetricsSnapshot}
   * @param options `includeHeaders` (default true), `rowSeparator` (default a line feed)
   * @returns the rows, each with a separator at its end
   */
  export(data: unknown, options: Readonly<Record<string, unknown>> = {}): string {
    const { timestamp, metrics } = MetricsSnapshot.parse(data);
    const { includeHeaders, rowSeparator } = CallOptions.parse(options);
    const samples = metrics.flatMap((family) => samplesOf(family).map((sample) => ({ ...sample, type: family.type })));
    if (samples.length === 0) return "";
    const { columns, flattenLabels, separator } = this.#options;
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].sort();
    const isFlat = (column: string) => column === "labels" && flattenLabels;
    const header = columns.flatMap((column) => (isFlat(column) ? labelNames.map((name) => `label_${name}`) : [column]));
    const rows = samples.map(({ name, type, labels, value }) => {
      const fields = { timestamp, name, type, value: numberText(value), labels: JSON.stringify(labels) };
      return columns.flatMap((column) =>
        isFlat(column) ? labelNames.map((label) => labels[label] ?? "") : [fields[column]],
      );
    });
    const quote = (field: string) =>
      /["\r\n]/.test(field) || field.includes(separator) ? `"${field.replaceAll('"', '""')}"` : field;
    return [...(includeHeaders ? [header] : []), ...rows]
      .map((row) => row.map(quote).join(separator) + rowSeparator)
      .join("");
  }
}
