import type { Auth } from "../auth/auth.ts";
import type { Cache } from "../cache/cache.ts";
import type { Clock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import type { Engine } from "../engine/engine.ts";
import type { Log } from "../engine/options.ts";
import type { Mask } from "../events/bus/mask.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { Health } from "../health/health.ts";
import type { ConfigurationSources } from "../settings/load-configuration.ts";
import type { HttpMetrics } from "../telemetry/metrics/http-metrics.ts";
import type { Metrics } from "../telemetry/metrics/metrics.ts";
import type { Encryption } from "../vault/encryption.ts";
import type { LiveDesk } from "./live/live-desk.ts";

/** What the routes of a server work with. */
export interface ServerParts {
  readonly database: Database;
  /** Submits, signals and acts; whether it also executes is its owner's affair. */
  readonly engine: Engine;
  /** The templates that this process knows. */
  readonly registry: HandlerRegistry;
  readonly auth: Auth;
  readonly health: Health;
  /** Null: there is nothing to scrape. */
  readonly metrics: Metrics | null;
  /** Counts requests; null: nobody does. */
  readonly httpMetrics: HttpMetrics | null;
  /** Keeps analyses and analytics for a while; null: they are made each time. */
  readonly cache: Cache | null;
  /** Whether metrics and analytics are only for those who are authorized: `telemetry.metrics_auth_required`. */
  readonly areMetricsClosed: boolean;
  /** Where this process has its configuration from; the options in the database are read besides. */
  readonly sources: Omit<ConfigurationSources, "stored">;
  /** Decrypts what is shown; null: encrypted values are shown as they are stored. */
  readonly encryption: Encryption | null;
  /** Places of values that are never shown, besides those of the templates. */
  readonly redact: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** Hides what no client sees of events. */
  readonly eventMask: Mask;
  /** Aborted when the server closes: streams end. */
  readonly closing: AbortSignal;
  /** What those share who watch what happens. */
  readonly live: LiveDesk;
}
