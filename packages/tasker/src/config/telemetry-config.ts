import { z } from "zod";
import { VERSION } from "../version.ts";
import { LOG_FORMATS, LOG_LEVELS } from "./log-level.ts";
import { parseSection } from "./parse-section.ts";
import { between, filled, flag, list, mapping, oneOf, whole } from "./rules.ts";

const eventName = () => filled("the name of an event, or a pattern such as workflow.*");

const samplingRate = between(0, 1);

/** Shape of what the section may say for some tasks. */
export const TelemetryOverride = mapping({ event_sampling_rate: samplingRate }).partial();

const PrometheusSchema = mapping({
  endpoint: z
    .url({ protocol: /^https?$/, error: "an address such as https://prometheus.example.com/api/v1/otlp/v1/metrics" })
    .nullable()
    .default(null),
  username: filled().nullable().default(null),
  password: filled().nullable().default(null),
  job_timeout: whole(1).default(300),
  export_timeout: whole(1).default(120),
  retry_attempts: whole(0, 100).default(3),
  retention_window: whole(1).default(300),
  safety_margin: whole(0).default(60),
  metric_prefix: z
    .string({ error: "a name of letters, digits and underscores" })
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "a name of letters, digits and underscores that begins with no digit" })
    .default("tasker"),
  include_instance_labels: flag().default(true),
  compression: oneOf(["snappy", "gzip"]).nullable().default("snappy"),
  batch_size: whole(1, 1_000_000).default(1_000),
  skip_if_unavailable: flag().default(true),
}).superRefine(({ username, password }, { addIssue }) => {
  if ((username === null) === (password === null)) return;
  const [missing, given] = username === null ? ["username", "password"] : ["password", "username"];
  addIssue({ code: "custom", path: [missing], message: `a text, because ${given} is given` });
});

/** Shape of the section `telemetry`. */
export const TelemetrySchema = mapping({
  enabled: flag().default(true),
  service_name: filled().default("tasker"),
  service_version: filled().default(VERSION),
  filter_parameters: list(filled("the name or the path of a field"), "a list of names and paths of fields").default([
    "password",
    "secret",
    "token",
    "access_token",
    "api_key",
    "authorization",
    "cookie",
  ]),
  filter_mask: z.string({ error: "a text" }).default("[FILTERED]"),
  structured_logging_enabled: flag().default(true),
  correlation_id_header: z
    .string({ error: "the name of a header" })
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: "the name of a header" })
    .default("X-Correlation-ID"),
  log_level: oneOf(LOG_LEVELS).default("info"),
  log_format: oneOf(LOG_FORMATS).default("json"),
  metrics_enabled: flag().default(true),
  metrics_endpoint: z
    .string({ error: "a path that begins with /" })
    .regex(/^\/[^\s?#]*$/, { error: "a path that begins with /" })
    .default("/tasker/metrics"),
  metrics_format: oneOf(["prometheus", "json"]).default("prometheus"),
  metrics_auth_required: flag().default(false),
  performance_monitoring_enabled: flag().default(true),
  slow_query_threshold_seconds: between(0, 1_000_000).default(1),
  memory_threshold_mb: whole(1).default(100),
  event_sampling_rate: samplingRate.default(1),
  filtered_events: list(eventName(), "a list of names and patterns of events").default([]),
  max_stored_samples: whole(1).default(1_000),
  metrics_retention_hours: whole(1, 100_000).default(24),
  prometheus: PrometheusSchema.prefault({}),
  config: mapping({
    batch_events: flag().default(false),
    buffer_size: whole(1).default(100),
    flush_interval: whole(1).default(5),
    filtered_events: list(eventName(), "a list of names and patterns of events").default([]),
    enable_memoization: flag().default(true),
    async_processing: flag().default(false),
    sampling_rate: between(0, 1).default(1),
  }).prefault({}),
});

/**
 * The section `telemetry` of a configuration, complete and frozen. Keys are those of the reference, durations are in seconds.
 * Defaults are the reference's but for `filter_parameters`: names and paths of fields, where the reference has parts of names.
 */
export type TelemetryConfig = Readonly<z.output<typeof TelemetrySchema>>;

/** Some or all values of the section `telemetry`; those that are missing have their defaults. */
export type TelemetrySettings = Readonly<z.input<typeof TelemetrySchema>>;

/**
 * The section `telemetry` with its defaults filled in.
 * @throws ConfigurationError that names every key that has a value it cannot have
 */
export function telemetryConfig(settings: TelemetrySettings = {}): TelemetryConfig {
  return parseSection("telemetry", TelemetrySchema, settings);
}
