import type { TelemetryConfig } from "../config/telemetry-config.ts";
import type { EngineChanges } from "../engine/engine-changes.ts";
import type { IdentitySettings } from "../engine/identity-settings.ts";
import type { EngineOptions } from "../engine/options.ts";
import { resolveText } from "../secrets/reference.ts";
import { Encryption } from "../vault/encryption.ts";
import { SecretSource } from "../vault/secret-source.ts";
import type { LoadedConfiguration } from "./load-configuration.ts";
import { originText } from "./origin.ts";

/** Options of an engine that a configuration gives. */
export type ConfiguredOptions = Pick<
  EngineOptions,
  | "backoff"
  | "overrides"
  | "execution"
  | "concurrency"
  | "leaseMs"
  | "stuckAfterMs"
  | "heartbeat"
  | "sharing"
  | "maxTasks"
  | "pollIntervalMs"
  | "maxValueBytes"
  | "maxInterruptions"
  | "storeEvents"
  | "maskedEventKeys"
  | "slowStatementMs"
  | "tracing"
  | "identity"
  | "redact"
  | "encryption"
  | "pluginSettings"
  | "secrets"
>;

/**
 * Options of an engine from a configuration. Without any option of the section `execution` the number of steps is fixed, as the engine's default has it.
 * @param identityStrategyClass the class, or object, that `engine.identity_strategy_class` names, for the strategy `custom`
 * @param secrets where references lead. Default: the environment of the process, and files
 * @throws SecretReferenceError, ConfigurationError for keys that are not there, or are none
 */
export function engineOptionsFrom(
  loaded: LoadedConfiguration,
  identityStrategyClass?: unknown,
  secrets: SecretSource = new SecretSource(),
): ConfiguredOptions {
  const { engine, telemetry } = loaded.document;
  const { backoff, overrides, execution, slowStatementMs } = engineChangesFrom(loaded);
  const encryption = encryptionFrom(loaded, secrets);
  return {
    backoff,
    overrides,
    ...(execution === null ? {} : { execution }),
    leaseMs: milliseconds(engine.lease_seconds),
    stuckAfterMs: milliseconds(engine.stuck_after_seconds),
    heartbeat: engine.heartbeat,
    sharing: engine.sharing,
    maxTasks: engine.max_tasks,
    pollIntervalMs: milliseconds(engine.poll_interval_seconds),
    maxValueBytes: engine.max_value_bytes,
    maxInterruptions: engine.max_interruptions,
    storeEvents: engine.stored_events,
    maskedEventKeys: engine.masked_event_keys,
    slowStatementMs,
    redact: engine.redact,
    pluginSettings: loaded.document.plugins,
    secrets,
    ...(encryption === null ? {} : { encryption }),
    tracing: {
      enabled: telemetry.enabled,
      service_name: telemetry.service_name,
      service_version: telemetry.service_version,
      filter_parameters: telemetry.filter_parameters,
      filter_mask: telemetry.filter_mask,
      event_sampling_rate: telemetry.event_sampling_rate,
      filtered_events: filteredEvents(telemetry),
    },
    identity: identityOf(loaded, identityStrategyClass),
  };
}

/** What `engine.encryption_keys` encrypts with; null if there are none. Its references are read now. @throws as {@link engineOptionsFrom} */
export function encryptionFrom({ document, origin }: LoadedConfiguration, secrets: SecretSource): Encryption | null {
  const keys = document.engine.encryption_keys;
  if (keys.length === 0) return null;
  const place = `${originText(origin("engine.encryption_keys"))}: engine.encryption_keys`;
  const resolved = keys.map(({ id, key }, at) => ({
    id,
    key: resolveText(key, secrets.lookUp, `${place}[${at}].key`),
  }));
  return new Encryption({ keys: resolved });
}

function identityOf({ document: { engine } }: LoadedConfiguration, custom: unknown): IdentitySettings {
  const { identity_strategy: strategy, identity_compatible: compatible, identity_window: window } = engine;
  // The engine itself refuses what is no strategy.
  if (strategy === "custom")
    return { strategy, identityStrategyClass: custom as IdentitySettings["identityStrategyClass"] & {} };
  if (strategy === "default") return { strategy };
  if (compatible) return { strategy, compatible };
  return { strategy, window: typeof window === "number" ? { seconds: window } : window };
}

/** What of it can change in a running engine, for `engine.reconfigure`. */
export function engineChangesFrom({ document, isGiven }: LoadedConfiguration): Required<EngineChanges> {
  const { backoff, execution, telemetry } = document;
  return {
    backoff,
    overrides: { namespaces: document.namespaces, templates: document.templates },
    execution: isGiven("execution") ? execution : null,
    eventSamplingRate: telemetry.event_sampling_rate,
    slowStatementMs: telemetry.performance_monitoring_enabled ? telemetry.slow_query_threshold_seconds * 1_000 : null,
  };
}

/** Names and patterns of events that go to no trace and no log. */
export function filteredEvents({ filtered_events: events, config }: TelemetryConfig): string[] {
  return [...events, ...config.filtered_events];
}

const milliseconds = (seconds: number) => Math.max(1, Math.round(seconds * 1_000));
