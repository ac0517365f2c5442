import { exportMetrics } from "../../api/routes/metrics.ts";
import { NotRunningError } from "../../errors/index.ts";
import { PluginRegistry } from "../../registries/plugin-registry.ts";
import { registerBuiltInExporters } from "../../telemetry/export/built-in-exporters.ts";
import { exportMetrics as exportFigures } from "../../telemetry/export/export-metrics.ts";
import { implement } from "../http/call.ts";
import { otherForm } from "../http/other-form.ts";

const TYPES = { json: "application/json", csv: "text/csv", prometheus: "text/plain" };

/** Exports the metrics of the process. */
export const metricsExport = implement(exportMetrics, async ({ query: { format }, parts: { metrics, engine } }) => {
  if (metrics === null) throw new NotRunningError("this process does not collect metrics", { context: {} });
  const plugins = new PluginRegistry();
  registerBuiltInExporters(plugins);
  const { data } = await exportFigures(plugins, await metrics.snapshot(), { format, events: engine.events });
  return otherForm(TYPES[format], data, { "cache-control": "no-store" });
});
