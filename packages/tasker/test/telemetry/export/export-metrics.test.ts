import { describe, expect, test } from "vitest";
import { ConfigurationError, ExportError } from "../../../src/errors/index.ts";
import type { TaskerEvent } from "../../../src/events/event.ts";
import { PluginRegistry } from "../../../src/registries/plugin-registry.ts";
import {
  CsvExporter,
  exportMetrics,
  JsonExporter,
  mergeSnapshots,
  PrometheusExporter,
  readJsonExport,
  registerBuiltInExporters,
  renderText,
  samplesOf,
} from "../../../src/telemetry/index.ts";
import { describeWithPrometheus, promtool } from "../../support/prometheus.ts";
import { sampleMetrics } from "../support/sample-metrics.ts";

/** Rows of RFC 4180. */
function parseCsv(text: string): string[][] {
  const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)];
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of fields) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

describe("JSON", () => {
  test("loses nothing: read back, it is the snapshot it was made of, histograms and infinities included", async () => {
    const snapshot = await sampleMetrics().snapshot();
    expect(readJsonExport(new JsonExporter().export(snapshot))).toEqual({
      ...snapshot,
      // A metric without a series has nothing to export.
      metrics: snapshot.metrics.filter(({ points }) => points.length > 0),
    });
  });

  test("has a key for each series, and says who wrote it", async () => {
    const document = JSON.parse(new JsonExporter().export(await sampleMetrics().snapshot()));
    expect(document.metrics['tasker_wait_seconds{queue="q"}']).toEqual({
      name: "tasker_wait_seconds",
      type: "histogram",
      help: "Wait",
      labels: { queue: "q" },
      count: 4,
      sum: 4.4,
      buckets: [
        { le: 0.5, count: 2 },
        { le: 1, count: 3 },
        { le: "+Inf", count: 4 },
      ],
    });
    expect(document.metrics.tasker_temperature.value).toBe("-Inf");
    expect(document.total_metrics).toBe(5);
    expect(document.metadata).toMatchObject({ exporter: "json", exported_at: document.timestamp });
  });

  test("takes other names for its fields, further fields, and leaves out who wrote it", async () => {
    const exporter = new JsonExporter({ fieldMapping: { total_metrics: "count" }, includeMetadata: false });
    const text = exporter.export(await sampleMetrics().snapshot(), { pretty: true, additionalFields: { host: "a" } });
    expect(Object.keys(JSON.parse(text))).toEqual(["timestamp", "metrics", "count", "host"]);
    expect(text).toContain('\n  "count": 5');
  });
});

describe("CSV", () => {
  test("loses nothing: it has a row for each value of the text format, buckets, sums and numbers included", async () => {
    const snapshot = await sampleMetrics().snapshot();
    const [header = [], ...rows] = parseCsv(new CsvExporter().export(snapshot));
    expect(header.slice(0, 4)).toEqual(["timestamp", "name", "type", "value"]);
    const read = rows.map((row) => {
      const labels = header.flatMap((column, place) =>
        column.startsWith("label_") && row[place] !== "" ? [[column.slice(6), row[place]]] : [],
      );
      return {
        name: row[1],
        type: row[2],
        labels: Object.fromEntries(labels),
        value: Number(row[3]?.replace("Inf", "Infinity")),
      };
    });
    expect(read).toEqual(
      snapshot.metrics.flatMap((family) => samplesOf(family).map((sample) => ({ ...sample, type: family.type }))),
    );
  });

  test("takes another separator, columns, labels in one column, and no header", async () => {
    const exporter = new CsvExporter({ columns: ["name", "labels", "value"], separator: ";", flattenLabels: false });
    const text = exporter.export(await sampleMetrics().snapshot(), { includeHeaders: false, rowSeparator: "\r\n" });
    expect(text.split("\r\n")).toContain('tasker_wait_seconds_bucket;"{""queue"":""q"",""le"":""+Inf""}";4');
    expect(exporter.export({ timestamp: new Date().toISOString(), metrics: [] })).toBe("");
  });
});

describeWithPrometheus("the text format", () => {
  test("of a snapshot is that of the metrics it was taken from", async () => {
    const metrics = sampleMetrics();
    const text = await new PrometheusExporter().export(await metrics.snapshot());
    expect(text.split("\n").sort()).toEqual(
      (await metrics.text())
        .replaceAll(/\{le="([^"]+)",queue="(.)"\}/g, '{queue="$2",le="$1"}')
        .split("\n")
        .sort(),
    );
    expect(await promtool(["check", "metrics"], text)).toBeNull();
  });

  test("of several processes has each under its instance, and adds nothing up", async () => {
    const snapshot = await sampleMetrics().snapshot();
    const merged = mergeSnapshots([
      { instance: "a:1", snapshot },
      { instance: "b:1", snapshot },
    ]);
    const text = await renderText(merged);
    expect(await promtool(["check", "metrics"], text)).toBeNull();
    expect(text).toContain('tasker_wait_seconds_count{queue="q",instance="a:1"} 4\n');
    expect(text).toContain('tasker_wait_seconds_count{queue="q",instance="b:1"} 4\n');
  });
});

describe("an export", () => {
  test("is made by the first plugin of the format that succeeds, and told from its request to its end", async () => {
    const plugins = new PluginRegistry();
    const failing = { name: "broken", supportedFormats: ["csv"], supportsFormat: () => true, export: () => 7 };
    plugins.register(failing);
    registerBuiltInExporters(plugins);
    const told: [string, object][] = [];
    const events = { publish: ({ name, payload }: TaskerEvent) => void told.push([name, payload]) };
    const made = await exportMetrics(plugins, await sampleMetrics().snapshot(), { format: "CSV", events });
    expect(made).toMatchObject({
      format: "CSV",
      plugin: { name: "csv_exporter" },
      sizeBytes: Buffer.byteLength(made.data),
    });
    expect(told).toEqual([
      ["tasker.telemetry.export_requested", { export_id: made.exportId, format: "CSV" }],
      [
        "tasker.telemetry.export_completed",
        { export_id: made.exportId, format: "CSV", metrics_count: 5, duration_ms: made.durationMs },
      ],
    ]);
  });

  test("in a format that nobody knows names those that are known, and is told as failed", async () => {
    const plugins = new PluginRegistry();
    registerBuiltInExporters(plugins);
    const told: string[] = [];
    const work = exportMetrics(plugins, await sampleMetrics().snapshot(), {
      format: "xml",
      events: { publish: ({ name }) => void told.push(name) },
    });
    await expect(work).rejects.toThrow("no exporter knows the format 'xml', expected csv, json, prometheus");
    await expect(work).rejects.toBeInstanceOf(ExportError);
    expect(told).toEqual(["tasker.telemetry.export_requested", "tasker.telemetry.export_failed"]);
  });

  test("exporters are registered once, a plugin of the same name stays, and options are checked", () => {
    const plugins = new PluginRegistry();
    const own = new CsvExporter({ separator: ";" });
    plugins.register(own);
    registerBuiltInExporters(plugins);
    registerBuiltInExporters(plugins);
    expect(plugins.getPlugin("csv_exporter")).toBe(own);
    expect(plugins.supportedFormats()).toEqual(["csv", "json", "prometheus"]);
    expect(() => new CsvExporter({ separator: '"' })).toThrow(ConfigurationError);
    expect(() => new CsvExporter({ columns: [] })).toThrow("csv_exporter.columns is [], expected one column or more");
  });
});
