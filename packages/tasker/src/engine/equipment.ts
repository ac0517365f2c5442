import { AsyncLocalStorage } from "node:async_hooks";
import { type Clock, systemClock } from "../clock/clock.ts";
import { type ExecutionConfig, executionConfig, stepDeadlineSeconds } from "../config/execution-config.ts";
import type { Database } from "../database/database.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { CustomEventRegistry } from "../handlers/custom-events/registry.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { parseAdopt } from "./adopt-options.ts";
import { DefinitionCache } from "./compiled-definition.ts";
import { AdaptiveConcurrency } from "./concurrency/adaptive-concurrency.ts";
import { createEventBus } from "./create-event-bus.ts";
import type { RetryRules } from "./decide-step.ts";
import type { EngineChanges } from "./engine-changes.ts";
import type { EngineMeter } from "./engine-meter.ts";
import { DefinitionLimits } from "./limits/definition-limits.ts";
import { parseEngineLimits } from "./limits/engine-limits.ts";
import { Hints } from "./membership/hints.ts";
import { VitalSigns } from "./membership/vital-signs.ts";
import type { EngineOptions, Log } from "./options.ts";
import { SlowStatements } from "./outage/slow-statements.ts";
import { TroubleLog } from "./outage/trouble-log.ts";
import { WatchedDatabase } from "./outage/watched-database.ts";
import { maskingLog, Protection } from "./protection/protection.ts";
import { Slots } from "./slots.ts";
import type { TaskKind } from "./strategies/settings-by-task.ts";
import { Strategies } from "./strategies/strategies.ts";
import { TaskRoom } from "./task-room.ts";
import { openTracing } from "./tracing/open-tracing.ts";

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const MAX_BATCH = 500;

/** What an engine works with, as its options say: there as long as it is. */
export class Equipment {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly protection: Protection;
  /** Null: nobody wants to know. */
  readonly meter: EngineMeter | null;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
  readonly events: EventBus;
  readonly eventDeclarations: CustomEventRegistry;
  readonly strategies: Strategies;
  readonly limits: DefinitionLimits;
  readonly slots: Slots;
  /** Interruptions after which a step fails for good. */
  readonly maxInterruptions: number;
  readonly #options: EngineOptions;
  readonly #slowStatements: SlowStatements;
  #adaptiveConcurrency: AdaptiveConcurrency | null = null;
  /** Largest context or result, in bytes of JSON. */
  readonly maxValueBytes: number;
  /** Most steps in one batch. */
  readonly maxBatch = MAX_BATCH;
  /** Age in milliseconds after which a step that somebody else runs counts as left behind; null: never. */
  readonly abandonedStepMs: number | null;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  readonly definitions: DefinitionCache;
  /** Where tasks are counted, those in memory and those that are being submitted. */
  readonly room: TaskRoom;
  /** What this process and others tell each other. */
  readonly hints: Hints;
  readonly signs = new VitalSigns();
  /** Calls a function in the engine's own asynchronous context, not in that of whoever has called the engine. */
  readonly detached = AsyncLocalStorage.snapshot();

  constructor(options: EngineOptions) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.protection = new Protection(options);
    this.log = options.log === undefined ? silentLog : maskingLog(options.log, this.protection.secrets);
    this.meter = options.meter ?? null;
    this.tracing = openTracing(options.tracing ?? true, this.log);
    this.events = options.events ?? createEventBus(options);
    this.eventDeclarations = options.registry.eventDeclarations;
    this.#slowStatements = new SlowStatements(this.log);
    this.#slowStatements.follow(options.slowStatementMs ?? null);
    this.database = new WatchedDatabase(options.database, new TroubleLog(this.clock, this.log), this.#slowStatements);
    this.hints = new Hints(this.database, this.log);
    this.strategies = new Strategies(options, this.log);
    this.tracing?.sample((task) => this.strategies.settings.of(task).telemetry.event_sampling_rate);
    this.maxInterruptions = options.maxInterruptions ?? 5;
    this.definitions = new DefinitionCache(this.strategies.settings);
    this.limits = new DefinitionLimits(parseEngineLimits(options.limits));
    this.maxValueBytes = options.maxValueBytes ?? 1_000_000;
    this.abandonedStepMs = parseAdopt(options.adopt)?.abandonedStepMs ?? null;
    this.pollIntervalMs = options.pollIntervalMs ?? 500;
    this.leaseMs = options.leaseMs ?? 10_000;
    this.room = new TaskRoom(options.maxTasks ?? 1_000);
    this.#options = options;
    const execution = options.execution === undefined ? null : executionConfig(options.execution);
    this.slots = new Slots(execution?.max_concurrent_steps_limit ?? this.#fixedConcurrency);
    this.#follow(execution, false);
  }

  /** Null where the number of slots is fixed. */
  get adaptiveConcurrency(): AdaptiveConcurrency | null {
    return this.#adaptiveConcurrency;
  }

  /** Deadline of a step of such a task that has none of its own, in seconds; null for none. */
  defaultTimeoutSecondsOf(task: TaskKind): number | null {
    return stepDeadlineSeconds(this.strategies.settings.of(task).execution);
  }

  /**
   * Changes options, all of them or none.
   * @param isRunning whether what follows the process is to begin at once
   * @throws ConfigurationError if one has a value that it cannot have
   */
  reconfigure(changes: EngineChanges, isRunning: boolean): void {
    const { execution, slowStatementMs } = changes;
    const newExecution = execution === undefined || execution === null ? null : executionConfig(execution);
    this.strategies.settings.reconfigure(changes);
    if (execution !== undefined) this.#follow(newExecution, isRunning);
    if (slowStatementMs !== undefined) this.#slowStatements.follow(slowStatementMs);
  }

  /** The rules that decide over failed attempts of a task's steps. */
  rulesFor(task: TaskKind): RetryRules {
    return {
      retryDelayMs: (failure, random) => this.strategies.retryDelayMs(failure, random, task),
      maxInterruptions: this.maxInterruptions,
    };
  }

  get #fixedConcurrency(): number {
    return this.#options.concurrency ?? 100;
  }

  #follow(execution: ExecutionConfig | null, isRunning: boolean): void {
    if (execution === null) {
      this.#adaptiveConcurrency?.stop();
      this.#adaptiveConcurrency = null;
      this.slots.setLimit(this.#fixedConcurrency);
    } else if (this.#adaptiveConcurrency === null) {
      this.#adaptiveConcurrency = this.#adapt(execution, this.#options);
      if (isRunning) this.#adaptiveConcurrency.start();
    } else {
      this.#adaptiveConcurrency.reconfigure(execution);
    }
  }

  #adapt(execution: ExecutionConfig, { concurrencySignals }: EngineOptions): AdaptiveConcurrency {
    const { clock, log, slots, database, events } = this;
    const setLimit = (limit: number) => {
      const from = slots.limit;
      slots.setLimit(limit);
      if (limit !== from) events.tell("tasker.concurrency.changed", null, () => ({ from, to: limit }));
    };
    const signals = { pool: () => database.poolUsage(), ...concurrencySignals };
    return new AdaptiveConcurrency(execution, { clock, log, setLimit }, signals);
  }
}
