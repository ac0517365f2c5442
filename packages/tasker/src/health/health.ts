import type { Cache } from "../cache/cache.ts";
import { type Clock, elapsedOf, systemClock } from "../clock/clock.ts";
import { type HealthConfig, type HealthSettings, healthConfig } from "../config/health-config.ts";
import { HEALTH_STATUS_CACHE_KEY } from "../constants/caching.ts";
import type { Database } from "../database/database.ts";
import { type Ask, bounded } from "./bounded.ts";
import { CheckRunner } from "./check-runner.ts";
import { cacheCheck } from "./checks/cache-check.ts";
import { databaseCheck } from "./checks/database-check.ts";
import { diskCheck } from "./checks/disk-check.ts";
import { type EngineState, engineCheck } from "./checks/engine-check.ts";
import { eventLogCheck } from "./checks/event-log-check.ts";
import { migrationsCheck } from "./checks/migrations-check.ts";
import { orphansCheck } from "./checks/orphans-check.ts";
import { poolCheck } from "./checks/pool-check.ts";
import { workersCheck } from "./checks/workers-check.ts";
import { describeError } from "./describe-error.ts";
import { type HealthQuestion, requiresAuthentication } from "./health-access.ts";
import type { HealthCheck, LivenessReport, ReadinessReport } from "./health-report.ts";
import { type CheckDeadlines, runChecks } from "./run-checks.ts";
import { SharedCall } from "./shared-call.ts";
import { FiguresShape } from "./status/figures-shape.ts";
import { measureStatus, type StatusFigures } from "./status/measure-status.ts";
import { contentsOf, reasonsOf, type StatusContents, type StatusReport } from "./status/status-report.ts";

/** Options of {@link Health}. */
export interface HealthOptions {
  /** The database, or what opens it: a database that cannot be opened is one that is unhealthy. */
  readonly database: Database | (() => Promise<Database>);
  /** The engine of this process. Default: there is none, and nothing is checked of it. */
  readonly engine?: { statistics(): EngineState };
  /**
   * The cache of this process. Where several share it, what a status says of the database's contents is measured once for all of
   * them in `cache_duration_seconds`. Default: there is none, and nothing is missing.
   */
  readonly cache?: Pick<Cache, "store" | "strategy" | "fetch" | "delete">;
  /** Directory of the embedded database. Default: no disk is checked. */
  readonly dataDirectory?: string | undefined;
  /** The section `health` of the configuration. */
  readonly config?: HealthSettings;
  /** Further checks of readiness. Default: none. */
  readonly checks?: readonly HealthCheck[];
  /** Longest time of single checks, in milliseconds, by their names. Default: `readiness_timeout_seconds` for each. */
  readonly deadlinesMs?: Readonly<Record<string, number>>;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** What a report tells to whom. */
export interface TellOptions {
  /** Whether checks and figures are told, for those who are authorized; else only whether all is well. */
  readonly details: boolean;
}

/**
 * How a process and its installation are doing. However many ask at the same time, each check runs once, and a status is made
 * once in `cache_duration_seconds`; nothing waits for longer than `readiness_timeout_seconds`.
 */
export class Health {
  readonly #clock: Clock;
  readonly #deadlinesMs: Readonly<Record<string, number>>;
  readonly #database: () => Promise<Database>;
  /** Checks of this process: without them it cannot work. */
  readonly #own: readonly CheckRunner[];
  /** Checks of the whole installation: for the status alone, since no restart of this process would mend them. */
  readonly #common: readonly CheckRunner[];
  readonly #measuring: SharedCall<StatusContents>;
  /** Null: none that processes share. */
  readonly #cache: Pick<Cache, "fetch" | "delete"> | null;
  #config: HealthConfig;
  #opened: Promise<Database> | null = null;
  #ready: Promise<ReadinessReport> | null = null;
  #status: Promise<StatusReport> | null = null;
  #kept: { readonly report: StatusReport; readonly until: number } | null = null;

  /** @throws ConfigurationError if an option has a value that it cannot have */
  constructor({
    database,
    engine,
    cache,
    dataDirectory,
    config,
    checks = [],
    deadlinesMs = {},
    clock = systemClock,
  }: HealthOptions) {
    this.#clock = clock;
    this.#deadlinesMs = deadlinesMs;
    this.#config = healthConfig(config);
    this.#database = typeof database === "function" ? () => this.#open(database) : async () => database;
    const keepMs = () => this.#config.cache_duration_seconds * 1_000;
    const now = () => new Date(clock.now());
    const runner = (check: HealthCheck, keep?: () => number) => new CheckRunner(check, clock, keep);
    const inTime: Ask = async (question) => bounded(await this.#database(), this.#timeoutMs, question);
    this.#own = [
      runner(databaseCheck(this.#database)),
      runner(migrationsCheck(this.#database), keepMs),
      runner(poolCheck(this.#database)),
      ...(engine === undefined ? [] : [runner(engineCheck(() => engine.statistics()))]),
      ...(dataDirectory === undefined ? [] : [runner(diskCheck(dataDirectory), keepMs)]),
      ...(cache === undefined ? [] : [runner(cacheCheck(cache))]),
      ...checks.map((check) => runner(check)),
    ];
    this.#common = [
      runner(workersCheck(inTime, now)),
      runner(orphansCheck(this.#database)),
      runner(eventLogCheck(inTime, clock)),
    ];
    const measure = () => inTime((connection) => measureStatus(connection, now()));
    this.#cache = cache?.strategy.capabilities.distributed === true ? cache : null;
    this.#measuring = new SharedCall(async () => contentsOf(await this.#measureOnce(measure)), clock);
  }

  /** Takes other settings from now on. */
  reconfigure(config: HealthSettings): void {
    this.#config = healthConfig(config);
    this.#kept = null;
  }

  /** Whether a question is to be answered in detail only to those who are known. */
  requiresAuthentication(question: HealthQuestion): boolean {
    return requiresAuthentication(question, this.#config);
  }

  /** For how many seconds a status is given again. */
  get keptSeconds(): number {
    return this.#config.cache_duration_seconds;
  }

  /** Whether the process is there. Asks nobody. */
  live(): LivenessReport {
    return { alive: true, timestamp: this.#timestamp(), service: "tasker" };
  }

  /** Whether the process can do its work. Resolves within `readiness_timeout_seconds`. */
  async ready({ details }: TellOptions): Promise<ReadinessReport> {
    this.#ready ??= this.#checkReadiness().finally(() => {
      this.#ready = null;
    });
    const report = await this.#ready;
    if (details) return report;
    const { ready, message, timestamp, check_duration } = report;
    return { ready, message, timestamp, check_duration };
  }

  /**
   * How the installation is doing. Given again for `cache_duration_seconds`.
   * @param options `fresh`: made anew in any case
   */
  async status({ details, fresh = false }: TellOptions & { readonly fresh?: boolean }): Promise<StatusReport> {
    const kept = this.#kept;
    const isKept = !fresh && kept !== null && elapsedOf(this.#clock) < kept.until;
    if (fresh) await this.#cache?.delete(HEALTH_STATUS_CACHE_KEY);
    const report = isKept ? { ...kept.report, cached: true } : await this.#freshStatus();
    if (details) return report;
    const { healthy, status, timestamp, cached, generation_duration } = report;
    return { healthy, status, timestamp, cached, generation_duration };
  }

  /** Closes the database if it was opened here. */
  async close(): Promise<void> {
    const database = await this.#opened?.catch(() => null);
    this.#opened = null;
    await database?.close();
  }

  get #timeoutMs(): number {
    return this.#config.readiness_timeout_seconds * 1_000;
  }

  get #deadlines(): CheckDeadlines {
    return { timeoutMs: this.#timeoutMs, byName: this.#deadlinesMs };
  }

  #timestamp(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  /** Opens a database once it can be. */
  #open(open: () => Promise<Database>): Promise<Database> {
    this.#opened ??= open().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #checkReadiness(): Promise<ReadinessReport> {
    const begun = performance.now();
    const { checks, failed, timedOut } = await runChecks(this.#own, this.#deadlines);
    const ready = failed.length === 0;
    const late = `Readiness check timed out after ${this.#config.readiness_timeout_seconds} seconds`;
    return {
      ready,
      checks,
      message: timedOut ? late : `System is ${ready ? "ready" : "not ready"}`,
      timestamp: this.#timestamp(),
      check_duration: secondsSince(begun),
      ...(ready ? {} : { failed_checks: failed }),
    };
  }

  #freshStatus(): Promise<StatusReport> {
    this.#status ??= this.#makeStatus()
      .then((report) => {
        this.#kept = { report, until: elapsedOf(this.#clock) + this.#config.cache_duration_seconds * 1_000 };
        return report;
      })
      .finally(() => {
        this.#status = null;
      });
    return this.#status;
  }

  async #makeStatus(): Promise<StatusReport> {
    const begun = performance.now();
    const [{ checks, failed }, measured] = await Promise.all([
      runChecks([...this.#own, ...this.#common], this.#deadlines),
      this.#measure(),
    ]);
    const facts = { timestamp: this.#timestamp(), cached: false, generation_duration: secondsSince(begun), checks };
    const unhealthy = failed.map((name) => `${name}: ${checks[name]?.message}`);
    if ("error" in measured) return { healthy: false, status: "error", ...facts, ...measured, reasons: unhealthy };
    const reasons = [...unhealthy, ...reasonsOf(measured)];
    const healthy = reasons.length === 0;
    return { healthy, status: healthy ? "healthy" : "unhealthy", ...facts, ...measured, reasons };
  }

  #measureOnce(measure: () => Promise<StatusFigures>): Promise<StatusFigures> {
    if (this.#cache === null) return measure();
    const read = (json: unknown) => FiguresShape.parse(json);
    return this.#cache.fetch(HEALTH_STATUS_CACHE_KEY, measure, {
      ttlSeconds: this.#config.cache_duration_seconds,
      fixed: true,
      read,
    });
  }

  async #measure(): Promise<StatusContents | { readonly error: string }> {
    try {
      const answer = await this.#measuring.within(this.#timeoutMs);
      return answer?.value ?? { error: `Timeout: no figures within ${this.#config.readiness_timeout_seconds} seconds` };
    } catch (error) {
      return { error: describeError(error) };
    }
  }
}

function secondsSince(begun: number): number {
  return Math.round(performance.now() - begun) / 1_000;
}
