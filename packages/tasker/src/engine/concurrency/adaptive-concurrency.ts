import type { CancelTimer, Clock } from "../../clock/clock.ts";
import type { ExecutionConfig } from "../../config/execution-config.ts";
import type { PoolUsage } from "../../database/database.ts";
import type { Log } from "../options.ts";
import { type ConcurrencyDecision, optimalConcurrency } from "./optimal-concurrency.ts";
import type { ProcessLoad } from "./pressure.ts";
import { ProcessLoadMeter } from "./process-load-meter.ts";

/** What concurrency follows. Give your own where handlers use something else than the engine's database. */
export interface ConcurrencySignals {
  /**
   * Use of a pool of connections at this moment; null if none takes part. It is asked every second, and averages count.
   * Default: the pool of the engine's database, null for an embedded one.
   */
  readonly pool?: () => PoolUsage | null;
  /** Load of the process since the last call. Default: what Node measures of this process. */
  readonly load?: () => ProcessLoad;
}

/** Milliseconds between looks at the pool: a single look would show an accident. */
const LOOK_MS = 1_000;

/** What {@link AdaptiveConcurrency} needs of the engine around it. */
export interface ConcurrencyHost {
  readonly clock: Clock;
  readonly log: Log;
  /** Makes a decision take effect. */
  setLimit(limit: number): void;
}

/**
 * Decides again and again how many steps may execute at the same time in this process: every `concurrency_cache_duration`
 * seconds, from the average use of the pool since the last decision and from a load of the process that is at most
 * `health_assessment_cache_duration` seconds old. Both are measured in this process; the database is not asked.
 */
export class AdaptiveConcurrency {
  #config: ExecutionConfig;
  readonly #host: ConcurrencyHost;
  readonly #signals: ConcurrencySignals;
  readonly #meter: ProcessLoadMeter | null;
  #decision: ConcurrencyDecision;
  #usages: PoolUsage[] = [];
  #poolFailed = false;
  #load: ProcessLoad | undefined;
  #decidedAt = 0;
  #assessedAt = 0;
  #isStarted = false;
  #cancel: CancelTimer = () => {};

  /** @param signals what is followed: the pool is needed, the load is measured unless given */
  constructor(
    config: ExecutionConfig,
    host: ConcurrencyHost,
    signals: ConcurrencySignals & Required<Pick<ConcurrencySignals, "pool">>,
  ) {
    this.#config = config;
    this.#host = host;
    this.#signals = signals;
    this.#meter = signals.load === undefined ? new ProcessLoadMeter() : null;
    this.#decision = optimalConcurrency(null, { eventLoopDelayMs: 0, memoryShare: 0 }, config);
  }

  /** The decision that is in force. Before the start: the greatest concurrency. */
  get decision(): ConcurrencyDecision {
    return this.#decision;
  }

  /** Begins with a decision at once. */
  start(): void {
    this.#isStarted = true;
    this.#meter?.start();
    this.#assess();
    this.#look();
    this.#decide();
    this.#lookSoon();
  }

  /** Decides by other settings, at once if it has been started. */
  reconfigure(config: ExecutionConfig): void {
    this.#config = config;
    if (this.#isStarted) this.#decide();
  }

  stop(): void {
    this.#isStarted = false;
    this.#cancel();
    this.#meter?.stop();
  }

  #lookSoon(): void {
    this.#cancel = this.#host.clock.after(LOOK_MS, () => {
      const now = this.#host.clock.now();
      this.#look();
      if (now - this.#assessedAt >= this.#config.health_assessment_cache_duration * 1_000) this.#assess();
      if (now - this.#decidedAt >= this.#config.concurrency_cache_duration * 1_000) this.#decide();
      this.#lookSoon();
    });
  }

  #look(): void {
    try {
      const usage = this.#signals.pool?.() ?? null;
      if (usage !== null) this.#usages.push(usage);
    } catch (error) {
      this.#report(error, "the pool of connections");
      this.#poolFailed = true;
    }
  }

  #assess(): void {
    this.#assessedAt = this.#host.clock.now();
    try {
      this.#load = (this.#signals.load ?? (() => this.#meter?.read()))();
    } catch (error) {
      this.#load = undefined;
      this.#report(error, "the load of the process");
    }
  }

  #decide(): void {
    this.#decidedAt = this.#host.clock.now();
    const before = this.#decision;
    const pool = this.#poolFailed ? undefined : mean(this.#usages);
    this.#usages = [];
    this.#poolFailed = false;
    this.#decision = optimalConcurrency(pool, this.#load, this.#config);
    const { limit, poolPressure, loadPressure } = this.#decision;
    if (limit !== before.limit) this.#host.setLimit(limit);
    const isSame =
      limit === before.limit && poolPressure === before.poolPressure && loadPressure === before.loadPressure;
    if (isSame) return;
    const level = this.#config.connection_health_log_level;
    // There is no level above error to log at.
    this.#host.log[level === "fatal" ? "error" : level](
      { ...this.#decision, before: before.limit },
      "concurrency changed",
    );
  }

  #report(error: unknown, what: string): void {
    this.#host.log.warn({ err: error }, `${what} could not be read: the least concurrency is used`);
  }
}

/** The average of looks; null if there was none. Of an unusable one nothing can be said: it makes the average unusable. */
function mean(usages: readonly PoolUsage[]): PoolUsage | null {
  const last = usages.at(-1);
  if (last === undefined) return null;
  const average = (pick: (usage: PoolUsage) => number) =>
    Math.round((usages.reduce((sum, usage) => sum + pick(usage), 0) / usages.length) * 1_000) / 1_000;
  return { size: last.size, busy: average(({ busy }) => busy), waiting: average(({ waiting }) => waiting) };
}
