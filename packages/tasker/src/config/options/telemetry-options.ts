import type { SectionFacts } from "./option-facts.ts";

const MAPPED = ["settings/engine-options.test.ts", "goes by %s"] as const;
const COMMAND = ["cli/command-telemetry.test.ts", "goes by telemetry."] as const;
const PUSH =
  "metrics are pushed by OTLP, in one request at intervals; figures are cumulative, so that the next push tells what one that failed would have told";

/** Options of the section `telemetry`. */
export const TELEMETRY_OPTIONS: SectionFacts = {
  enabled: {
    says: "whether spans are made, events are logged and metrics are counted at all",
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  service_name: {
    says: "the name of the tracer, the prefix of attributes of spans, and the service of pushed metrics",
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  service_version: { says: "the version of the tracer", reader: "settings/engine-options.ts", test: MAPPED },
  filter_parameters: {
    says: "names of fields that are masked in logs and attributes of spans, or paths of them in logs",
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  filter_mask: {
    says: "what stands in the place of a masked value",
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  structured_logging_enabled: {
    says: "whether structured logs are written where a level or a format is given",
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  correlation_id_header: {
    says: "the header of requests, and of answers to them, that holds a correlation id",
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  log_level: {
    says: "least level of structured logs",
    dynamic: true,
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  log_format: { says: "what a line of a structured log looks like", reader: "cli/command-telemetry.ts", test: COMMAND },
  metrics_enabled: { says: "whether metrics are served", reader: "cli/command-telemetry.ts", test: COMMAND },
  metrics_endpoint: {
    says: "a path at which metrics are served besides /metrics",
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  metrics_format: {
    says: "the format in which metrics are served to who accepts both",
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  metrics_auth_required: {
    says: "whether metrics are served only to those who may see them; not given: on this machine to all, elsewhere to those",
    reader: "cli/guard-metrics.ts",
    test: COMMAND,
  },
  performance_monitoring_enabled: {
    says: "whether slow statements are logged",
    dynamic: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  slow_query_threshold_seconds: {
    says: "time from which on a statement counts as slow, with what it waits for",
    unit: "seconds",
    dynamic: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  memory_threshold_mb: {
    says: "memory from which on a process is reported",
    unit: "megabytes",
    replacedBy:
      "`execution.memory_limits` lets fewer steps start as memory fills; the metric `process_resident_memory_bytes` is there for alerts",
  },
  event_sampling_rate: {
    says: "share of the traces that begin here which are kept",
    dynamic: true,
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  filtered_events: {
    says: "events that go to no trace and no log",
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  max_stored_samples: {
    says: "sets of labels that a metric has at most",
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  metrics_retention_hours: {
    says: "how long metrics that were exchanged through the cache are kept",
    unit: "hours",
    replacedBy: "metrics are not exchanged through a cache; who collects them keeps them",
  },
  "prometheus.endpoint": {
    says: "the OTLP receiver that metrics are pushed to, such as the one of Prometheus",
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  "prometheus.username": { says: "the user for that receiver", reader: "cli/command-telemetry.ts", test: COMMAND },
  "prometheus.password": {
    says: "the password for that receiver",
    secret: true,
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  "prometheus.job_timeout": { says: "longest time of an export job", unit: "seconds", replacedBy: PUSH },
  "prometheus.export_timeout": { says: "longest time of a push", unit: "seconds", replacedBy: PUSH },
  "prometheus.retry_attempts": { says: "further tries of a push that failed", replacedBy: PUSH },
  "prometheus.retention_window": { says: "window of the metrics in the cache", unit: "seconds", replacedBy: PUSH },
  "prometheus.safety_margin": {
    says: "time before the end of that window at which they are exported",
    unit: "seconds",
    replacedBy: PUSH,
  },
  "prometheus.metric_prefix": {
    says: "what the names of metrics begin with",
    reader: "cli/command-telemetry.ts",
    test: COMMAND,
  },
  "prometheus.include_instance_labels": {
    says: "whether pushed metrics tell the instance",
    replacedBy: "pushed metrics always tell the instance, as an attribute of their resource",
  },
  "prometheus.compression": { says: "how pushes are compressed", replacedBy: PUSH },
  "prometheus.batch_size": { says: "metrics in one push", replacedBy: PUSH },
  "prometheus.skip_if_unavailable": { says: "whether an export that finds no receiver is left out", replacedBy: PUSH },
  "config.batch_events": {
    says: "whether events are handed over in batches",
    replacedBy: "each subscription has a queue of its own, and options for it",
  },
  "config.buffer_size": {
    says: "events that wait for a batch",
    replacedBy: "each subscription has a queue of its own, and options for it",
  },
  "config.flush_interval": {
    says: "time after which a batch is handed over",
    unit: "seconds",
    replacedBy: "each subscription has a queue of its own, and options for it",
  },
  "config.filtered_events": {
    says: "further events that go to no trace and no log",
    reader: "settings/engine-options.ts",
    test: MAPPED,
  },
  "config.enable_memoization": {
    says: "whether what is derived from events is kept",
    replacedBy: "what an event tells is made when somebody wants it; nothing is kept",
  },
  "config.async_processing": {
    says: "whether events are handed over outside of the step's thread",
    replacedBy: "each subscription has a queue of its own, and options for it",
  },
  "config.sampling_rate": {
    says: "a second share of the traces that are kept",
    dynamic: true,
    replacedBy: "one decision for each trace, by `telemetry.event_sampling_rate`",
  },
};
