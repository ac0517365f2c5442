import type { Clock } from "../clock/clock.ts";
import type { BackoffSettings } from "../config/backoff-config.ts";
import type { ExecutionSettings } from "../config/execution-config.ts";
import type { TaskOverrides } from "../config/task-overrides.ts";
import type { Database } from "../database/database.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { PluginRegistry } from "../registries/plugin-registry.ts";
import type { TracingOptions } from "../tracing/tracing-options.ts";
import type { Encryption, EncryptionSettings } from "../vault/encryption.ts";
import type { SecretSource } from "../vault/secret-source.ts";
import type { AdoptOptions } from "./adopt-options.ts";
import type { ConcurrencySignals } from "./concurrency/adaptive-concurrency.ts";
import type { EngineMeter } from "./engine-meter.ts";
import type { IdentitySettings } from "./identity-settings.ts";
import type { EngineLimits } from "./limits/engine-limits.ts";
import type { SharingOptions } from "./sharing/sharing-options.ts";
import type { BackoffCalculator } from "./strategies/backoff-calculator.ts";
import type { StepExecutor } from "./strategies/step-executor.ts";
import type { TaskFinalizer } from "./strategies/task-finalizer.ts";
import type { TaskReenqueuer } from "./strategies/task-reenqueuer.ts";

/** Where the engine reports what an operator should see. The shape of pino's methods: facts first, then a sentence. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What an engine is made of. */
export interface EngineOptions {
  readonly database: Database;
  readonly registry: HandlerRegistry;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Random numbers in [0, 1), for jitter. Default: `Math.random`. */
  readonly random?: () => number;
  /** Default: silent. */
  readonly log?: Log;
  /** Counts commits, claims and takeovers; see docs/metrics.md. Default: nothing is counted. */
  readonly meter?: EngineMeter;
  /** Where events are published, such as a bus that registries share. Default: one of the engine's own, `engine.events`. */
  readonly events?: EventBus;
  /** Places in the payloads of events that no listener sees, as `maskEvents` takes them. Not beside `events`. Default: none. */
  readonly maskedEventKeys?: readonly string[];
  /**
   * Names and patterns of events that are kept on request, such as `workflow.*`: they are written to the database as well, and
   * reach durable subscribers and replays. Default: none. See docs/events.md.
   */
  readonly storeEvents?: readonly string[];
  /** Steps that may be executing at the same time in this process. Not beside `execution`. Default: 100. */
  readonly concurrency?: number;
  /**
   * Lets the number of steps that execute at the same time follow the pool of connections, the event loop and the memory,
   * between bounds. Default: the fixed number `concurrency`. See docs/orchestration.md.
   */
  readonly execution?: ExecutionSettings;
  /** What concurrency follows instead of the engine's own database and this process. Only beside `execution`. */
  readonly concurrencySignals?: ConcurrencySignals;
  /** How long failed steps and waiting tasks wait. Default: 1, 2, 4, 8, 16, 32, 49, 64, ... seconds, 300 at most. */
  readonly backoff?: BackoffSettings;
  /** What is said for tasks of some namespaces and templates, over `backoff`. Default: nothing. See docs/configuration.md. */
  readonly overrides?: TaskOverrides;
  /** Calls the handlers of steps. Default: nothing around them. */
  readonly stepExecutor?: StepExecutor;
  /** Decides how long a failed step waits. Default: by `backoff`. */
  readonly backoffCalculator?: BackoffCalculator;
  /** Decides when a task that waits is looked at again. Default: by `backoff`. */
  readonly taskReenqueuer?: TaskReenqueuer;
  /** Decides over a task that cannot go on. Default: it fails. */
  readonly taskFinalizer?: TaskFinalizer;
  /** Limits on handlers, external systems and named limits, in place of those of templates. Default: the templates'. */
  readonly limits?: EngineLimits;
  /** Tasks that this process holds in memory at the same time. Default: 1,000. */
  readonly maxTasks?: number;
  /** Milliseconds between looks for claimable tasks when idle. Default: 500. */
  readonly pollIntervalMs?: number;
  /**
   * How long a process may be silent before its tasks are taken over, in milliseconds. It renews its lease after three tenths of
   * that; when the lease could have ended by its own clock, it starts nothing more and aborts its handlers. Default: 10,000.
   */
  readonly leaseMs?: number;
  /**
   * Whether ready steps for which this process has no slot are offered to other processes on its database, and it runs steps
   * that they offer when it has nothing else to do. Default: yes, 1,000 steps offered at the same time at most. On the
   * embedded database there is nobody to share with. See docs/work-sharing.md.
   */
  readonly sharing?: boolean | SharingOptions;
  /**
   * How long the event loop may stand still, or a commit be under way, before this process gives up its lease, in milliseconds,
   * 100 or more: a process that makes no progress must not keep its tasks. Default: 30,000.
   */
  readonly stuckAfterMs?: number;
  /**
   * From where the lease is renewed. `thread`: from a thread with a connection of its own, which also receives the hints of other
   * processes; an event loop that is busy for longer than a lease does no harm. `loop`: from the event loop and the pool, for
   * programs that are bundled into one file or have no threads; a busy loop loses its tasks. Default: `thread`; the embedded
   * database needs neither.
   */
  readonly heartbeat?: "thread" | "loop";
  /**
   * Where references in `handler_config` lead, such as `${env:KEY}`. Default: the environment of the process, and files. See
   * docs/secrets.md.
   */
  readonly secrets?: SecretSource;
  /**
   * Places of values that are not to be stored or shown, besides those of templates: `context.card.number`, `results.*.token`,
   * `error.*`. Default: none. See docs/secrets.md.
   */
  readonly redact?: readonly string[];
  /** Time from which on a statement, with what it waits for, is logged as slow, in milliseconds. Default: none is. */
  readonly slowStatementMs?: number | null;
  /**
   * Keys under which contexts, inputs and results are encrypted in the database. Default: they are not. See docs/secrets.md.
   */
  readonly encryption?: Encryption | EncryptionSettings;
  /** Largest context or result, in bytes of JSON. Default: 1,000,000. */
  readonly maxValueBytes?: number;
  /** Interruptions (crash, shutdown) after which a step fails for good. Default: 5. */
  readonly maxInterruptions?: number;
  /** Plugins that are set up when the engine starts, as far as they have `setup`. Default: none. */
  readonly plugins?: PluginRegistry;
  /** What is said for plugins, by their names: checked and completed by the `settingsSchema` of each. Default: nothing. */
  readonly pluginSettings?: Readonly<Record<string, unknown>>;
  /** How tasks submitted without an idempotency key are told apart. Default: every request is a new task. */
  readonly identity?: IdentitySettings;
  /**
   * Spans of tasks and steps, for the OpenTelemetry tracer provider that the program has registered. Without a provider nothing is
   * made of it. Default: yes, under the name `tasker`. See docs/tracing.md.
   */
  readonly tracing?: boolean | TracingOptions;
  /**
   * For a database that the Rails engine writes to as well: makes tasks that it created this engine's if their template is
   * registered here, and takes notice of what it changes. `true`: all such tasks. Default: none, and nothing is noticed but
   * when a commit is refused. See docs/sharing-with-rails.md.
   */
  readonly adopt?: true | AdoptOptions;
}
