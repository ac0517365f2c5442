import type { PluginRegistry } from "../../registries/plugin-registry.ts";
import { CsvExporter } from "./csv-exporter.ts";
import { JsonExporter } from "./json-exporter.ts";
import { PrometheusExporter } from "./prometheus-exporter.ts";

/** Registers the exporters for JSON, CSV and Prometheus' text format, unless plugins of their names are there. */
export function registerBuiltInExporters(plugins: PluginRegistry): void {
  for (const exporter of [new JsonExporter(), new CsvExporter(), new PrometheusExporter()]) {
    if (plugins.getPlugin(exporter.name) === undefined) plugins.register(exporter);
  }
}
