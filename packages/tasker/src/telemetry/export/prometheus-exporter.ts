import type { ExportPlugin } from "../../registries/plugin.ts";
import { VERSION } from "../../version.ts";
import { MetricsSnapshot, renderText } from "../metrics/snapshot.ts";

/** Metrics in Prometheus' text format. */
export class PrometheusExporter implements ExportPlugin {
  readonly name = "prometheus_exporter";
  readonly version = VERSION;
  readonly supportedFormats = ["prometheus"];

  supportsFormat(format: string): boolean {
    return format.toLowerCase() === "prometheus";
  }

  /** @param data a {@link MetricsSnapshot} */
  async export(data: unknown): Promise<string> {
    return renderText(MetricsSnapshot.parse(data));
  }
}
