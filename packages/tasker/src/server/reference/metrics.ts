import { exportMetrics } from "../../api/reference/metrics.ts";
import { JsonExporter } from "../../telemetry/export/json-exporter.ts";
import { figuresScope } from "../figures/figures-scope.ts";
import { implement } from "../http/call.ts";
import { accepts, otherForm } from "../http/other-form.ts";
import { NO_CACHE } from "./no-cache.ts";
import { refusal } from "./refusal.ts";

/** Gives the metrics of this process. */
export const metricsText = implement(exportMetrics, async (call) => {
  await figuresScope(call, "tasker.metrics");
  const { request, parts } = call;
  const { metrics, clock } = parts;
  if (metrics === null) {
    const timestamp = new Date(clock.now()).toISOString();
    return refusal(503, "Metrics export failed", { message: "Metrics collection is disabled", timestamp });
  }
  const { headers } = request;
  const takesJsonAlone =
    accepts(headers, "application/json") && !accepts(headers, "text/") && !accepts(headers, "openmetrics");
  if (takesJsonAlone) {
    return otherForm("application/json", new JsonExporter().export(await metrics.snapshot()), NO_CACHE);
  }
  return { answer: await metrics.text(), headers: { ...NO_CACHE, "content-type": metrics.registry.contentType } };
});
