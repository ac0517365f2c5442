import { describe, expect, test } from "vitest";
import { configuration, SECTIONS } from "../../src/config/configuration.ts";
import { OPTION_CATALOGUE } from "../../src/config/options/option-catalogue.ts";
import { ConfigurationError } from "../../src/errors/index.ts";

/** Every option of the reference with its default, as its specification has them; durations in seconds. */
const REFERENCE = {
  auth: {
    authentication_enabled: false,
    authenticator_class: null,
    current_user_method: "current_user",
    authenticate_user_method: "authenticate_user!",
    authorization_enabled: false,
    authorization_coordinator_class: "Tasker::Authorization::BaseCoordinator",
    user_class: null,
    strategy: "none",
  },
  database: { name: null, enable_secondary_database: false },
  telemetry: {
    enabled: true,
    service_name: "tasker",
    service_version: "0.1.0",
    filter_parameters: expect.any(Array),
    filter_mask: "[FILTERED]",
    structured_logging_enabled: true,
    correlation_id_header: "X-Correlation-ID",
    log_level: "info",
    log_format: "json",
    metrics_enabled: true,
    metrics_endpoint: "/tasker/metrics",
    metrics_format: "prometheus",
    metrics_auth_required: false,
    performance_monitoring_enabled: true,
    slow_query_threshold_seconds: 1,
    memory_threshold_mb: 100,
    event_sampling_rate: 1,
    filtered_events: [],
    max_stored_samples: 1000,
    metrics_retention_hours: 24,
    prometheus: {
      endpoint: null,
      username: null,
      password: null,
      job_timeout: 300,
      export_timeout: 120,
      retry_attempts: 3,
      retention_window: 300,
      safety_margin: 60,
      metric_prefix: "tasker",
      include_instance_labels: true,
      compression: "snappy",
      batch_size: 1000,
      skip_if_unavailable: true,
    },
    config: {
      batch_events: false,
      buffer_size: 100,
      flush_interval: 5,
      filtered_events: [],
      enable_memoization: true,
      async_processing: false,
      sampling_rate: 1,
    },
  },
  engine: {
    task_handler_directory: "tasks",
    task_config_directory: "tasker/tasks",
    default_module_namespace: null,
    identity_strategy: "default",
    identity_strategy_class: null,
    custom_events_directories: ["config/tasker/events"],
  },
  health: {
    status_endpoint_requires_auth: true,
    ready_requires_authentication: false,
    status_requires_authentication: true,
    readiness_timeout_seconds: 5,
    cache_duration_seconds: 15,
  },
  dependency_graph: {
    impact_multipliers: {
      downstream_weight: 5,
      blocked_weight: 15,
      path_length_weight: 10,
      completed_penalty: 15,
      blocked_penalty: 25,
      error_penalty: 30,
      retry_penalty: 10,
    },
    severity_multipliers: { error_state: 2, exhausted_retry_bonus: 0.5, dependency_issue: 1.2 },
    penalty_constants: { retry_instability: 3, non_retryable: 10, exhausted_retry: 20 },
    severity_thresholds: { critical: 100, high: 50, medium: 20 },
    duration_estimates: { base_step_seconds: 30, error_penalty_seconds: 60, retry_penalty_seconds: 30 },
  },
  backoff: {
    default_backoff_seconds: [1, 2, 4, 8, 16, 32],
    max_backoff_seconds: 300,
    backoff_multiplier: 2,
    jitter_enabled: true,
    jitter_max_percentage: 0.1,
    reenqueue_delays: { has_ready_steps: 0, waiting_for_dependencies: 45, processing: 10 },
    default_reenqueue_delay: 30,
    // 5 there, to be sure that a step is ready: here the moment is exact
    buffer_seconds: 0,
  },
  execution: {
    min_concurrent_steps: 3,
    max_concurrent_steps_limit: 12,
    concurrency_cache_duration: 30,
    batch_timeout_base_seconds: 30,
    batch_timeout_per_step_seconds: 5,
    max_batch_timeout_seconds: 120,
    connection_pressure_factors: { low: 0.8, moderate: 0.6, high: 0.4, critical: 0.2 },
    health_assessment_cache_duration: 30,
    connection_health_log_level: "debug",
  },
  cache: {
    default_ttl: 300,
    adaptive_ttl_enabled: true,
    performance_tracking_enabled: true,
    hit_rate_smoothing_factor: 0.9,
    access_frequency_decay_rate: 0.95,
    min_adaptive_ttl: 30,
    max_adaptive_ttl: 3600,
    dashboard_cache_ttl: 120,
    cache_pressure_threshold: 0.8,
    adaptive_calculation_interval: 30,
  },
};

/** Paths of what is no mapping, or one of which anything may be a key. */
function leaves(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value) || "asymmetricMatch" in value) return [path];
  if (Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, path === "" ? key : `${path}.${key}`));
}

describe("a configuration", () => {
  test("has the nine sections, options and defaults of the reference, and two sections of ours", () => {
    expect(SECTIONS).toEqual([...Object.keys(REFERENCE), "server", "graphql"]);
    expect(configuration()).toMatchObject(REFERENCE);
    expect(leaves(REFERENCE)).toHaveLength(112);
  });

  test("has facts of every option, of the reference's and of ours", () => {
    const { namespaces: _, templates: __, plugins: ___, ...sections } = configuration();
    const paths = leaves(sections).toSorted();
    expect([...OPTION_CATALOGUE.keys()].toSorted()).toEqual(paths);
    const own = paths.filter((path) => OPTION_CATALOGUE.get(path)?.own === true);
    expect(own).toEqual(paths.filter((path) => !leaves(REFERENCE).includes(path)));
  });

  test("keeps what is given, has defaults for the rest, and is frozen through and through", () => {
    const given = configuration({
      telemetry: { prometheus: { metric_prefix: "shop" } },
      health: { ready_requires_authentication: "yes" },
    });
    expect(given.telemetry.prometheus).toMatchObject({ metric_prefix: "shop", batch_size: 1000 });
    expect(given.health.ready_requires_authentication).toBe(true);
    expect(Object.isFrozen(given.telemetry.prometheus)).toBe(true);
  });

  test("tells everything that is wrong in all sections at once", () => {
    const wrong: object = {
      auth: { enabled: true },
      cache: { min_adaptive_ttl: 4000 },
      dependency_graph: { severity_thresholds: { high: 10 } },
      engine: { identity_strategy: "custom" },
      telemetry: { log_level: "verbose", prometheus: { endpoint: "prometheus:9090", username: "me" } },
      healht: {},
    };
    const parse = () => configuration(wrong);
    expect(parse).toThrow(ConfigurationError);
    for (const part of [
      'auth.enabled is true, expected a key that is known (did you mean "authorization_enabled"?)',
      "cache.min_adaptive_ttl is 4000, expected less than max_adaptive_ttl, which is 3600",
      'dependency_graph.severity_thresholds is {"high":10}, expected thresholds that do not fall',
      'engine.identity_strategy_class is missing, expected a class, because identity_strategy is "custom"',
      'telemetry.log_level is "verbose", expected one of debug, info, warn, error, fatal',
      'telemetry.prometheus.endpoint is "prometheus:9090", expected an address such as',
      'healht is {}, expected a key that is known (did you mean "health"?)',
    ]) {
      expect(parse).toThrow(part);
    }
  });
});
