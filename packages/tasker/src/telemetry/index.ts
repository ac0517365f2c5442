export { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../config/log-level.ts";
export { DURATION_BUCKETS } from "../constants/telemetry.ts";
export { describeException, type ExceptionFields } from "../log-lines/describe-exception.ts";
export { type PerformanceCategory, performanceCategory } from "../log-lines/entity-fields.ts";
export { type EventLevels, logEvent, logEvents, type ThresholdLog } from "../log-lines/log-event.ts";
export {
  type LogFields,
  type LoggedStep,
  type LoggedTask,
  logException,
  logOrchestrationEvent,
  logPerformanceEvent,
  logStepEvent,
  logStructured,
  logTaskEvent,
} from "../log-lines/log-helpers.ts";
export type { EventLevel, EventLog, LevelledLog } from "../log-lines/log-level.ts";
export { registerBuiltInExporters } from "./export/built-in-exporters.ts";
export { CsvExporter, type CsvExporterOptions } from "./export/csv-exporter.ts";
export {
  type ExportMetricsOptions,
  exportMetrics,
  type MetricsExport,
} from "./export/export-metrics.ts";
export { JsonExporter, type JsonExporterOptions } from "./export/json-exporter.ts";
export { PrometheusExporter } from "./export/prometheus-exporter.ts";
export { readJsonExport } from "./export/read-json-export.ts";
export { fetchSnapshot } from "./http/fetch-snapshot.ts";
export {
  type MetricsHandler,
  type MetricsHandlerOptions,
  type MetricsRefusal,
  metricsHandler,
} from "./http/metrics-handler.ts";
export { type MetricsEndpoint, type ServeMetricsOptions, serveMetrics } from "./http/serve-metrics.ts";
export { createLog, type LogParts, type StructuredLog } from "./logs/create-log.ts";
export {
  type ComponentSettings,
  DEFAULT_MASKED,
  type LogSettings,
  maskedPaths,
} from "./logs/log-options.ts";
export { addCacheMetrics } from "./metrics/cache-metrics.ts";
export { EngineMetrics, type ObservedEngine } from "./metrics/engine-metrics.ts";
export { EventMetrics, type EventMetricsSettings } from "./metrics/event-metrics.ts";
export { CounterMetric, GaugeMetric, HistogramMetric } from "./metrics/instruments.ts";
export { type InstanceSnapshot, mergeSnapshots } from "./metrics/merge-snapshots.ts";
export {
  DEFAULT_MAX_LABEL_SETS,
  type MetricSpec,
  Metrics,
  type MetricsOptions,
} from "./metrics/metrics.ts";
export {
  type HistogramPoint,
  type MetricFamily,
  type MetricsSnapshot,
  renderText,
  type Sample,
  samplesOf,
  type ValuePoint,
} from "./metrics/snapshot.ts";
export { type ObservedSubscriber, SubscriberMetrics } from "./metrics/subscriber-metrics.ts";
export { encodeMetrics, type OtlpResource } from "./otlp/encode-metrics.ts";
export { MetricsPusher } from "./otlp/metrics-pusher.ts";
export { type OtlpSettings, otlpSettings } from "./otlp/otlp-settings.ts";
