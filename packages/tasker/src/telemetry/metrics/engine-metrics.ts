import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import type { Engine } from "../../engine/engine.ts";
import type { CommitFigures, EngineMeter } from "../../engine/engine-meter.ts";
import type { EngineStatistics } from "../../engine/engine-statistics.ts";
import type { Log } from "../../engine/options.ts";
import { VERSION } from "../../version.ts";
import { addBusMetrics } from "./bus-metrics.ts";
import { DatabaseFigures } from "./database-figures.ts";
import { addDatabaseMetrics } from "./database-metrics.ts";
import { EventLoopDelay } from "./event-loop-delay.ts";
import { EventMetrics, type EventMetricsSettings } from "./event-metrics.ts";
import type { CounterMetric, HistogramMetric } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";
import { addProcessMetrics } from "./process-metrics.ts";

/** Upper bounds of the number of steps in a commit. */
const BATCH_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
/** Upper bounds of how long a statement takes, in seconds. */
const STATEMENT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What of an engine is observed. */
export interface ObservedEngine {
  readonly engine: Pick<Engine, "on" | "statistics" | "events">;
  /** Its database: figures of it are counted in the background. Null: none are. */
  readonly database: Database | null;
  /** The engine's clock. Default: the machine's. */
  readonly clock?: Clock;
  /** Where it is reported that figures could not be counted. Default: nowhere. */
  readonly log?: Log;
  /** Milliseconds between two counts in the database, of all processes together. Default: 15,000. */
  readonly intervalMs?: number;
}

/**
 * The metrics of an engine. Give it to the engine as its option `meter`, so that commits, claims and takeovers are counted, and
 * call {@link observe} with the engine for everything else. One engine has one.
 */
export class EngineMetrics implements EngineMeter {
  readonly #metrics: Metrics;
  readonly #events: EventMetrics;
  readonly #commitSteps: HistogramMetric;
  readonly #commitSeconds: HistogramMetric;
  readonly #commitFailures: CounterMetric<"kind">;
  readonly #refused: CounterMetric;
  readonly #claimSeconds: HistogramMetric;
  readonly #claimed: CounterMetric;
  readonly #takeovers: CounterMetric;
  readonly #fenced: CounterMetric;
  readonly #declaredDead: CounterMetric;
  readonly #delay: EventLoopDelay;
  #engine: ObservedEngine["engine"] | null = null;
  #figures: DatabaseFigures | null = null;

  /** @param settings what of the events is counted */
  constructor(metrics: Metrics, settings: Pick<EventMetricsSettings, "router"> = {}) {
    this.#metrics = metrics;
    this.#events = new EventMetrics(metrics, settings);
    this.#commitSteps = metrics.histogram({
      name: "commit_batch_steps",
      help: "Moves of steps that a commit held",
      buckets: BATCH_BUCKETS,
    });
    this.#commitSeconds = metrics.histogram({
      name: "commit_duration_seconds",
      help: "Time that the database took for a commit",
      buckets: STATEMENT_BUCKETS,
    });
    this.#commitFailures = metrics.counter({
      name: "commit_failures_total",
      help: "Commits that failed, by what their failure called for; they were repeated or given up",
      labels: ["kind"],
    });
    this.#refused = metrics.counter({
      name: "commit_refused_tasks_total",
      help: "Tasks of which a commit was refused because somebody else had changed or taken them",
    });
    this.#claimSeconds = metrics.histogram({
      name: "claim_duration_seconds",
      help: "Time that the database took to claim tasks",
      buckets: STATEMENT_BUCKETS,
    });
    this.#claimed = metrics.counter({ name: "claimed_tasks_total", help: "Tasks that this process claimed" });
    this.#takeovers = metrics.counter({
      name: "takeover_tasks_total",
      help: "Tasks of processes that were gone that this process gave back",
    });
    this.#fenced = metrics.counter({
      name: "lease_lost_total",
      help: "Times that this process stopped starting and writing because its lease could have ended",
    });
    this.#declaredDead = metrics.counter({
      name: "declared_dead_total",
      help: "Times that another process declared this one dead",
    });
    this.#delay = new EventLoopDelay(metrics, systemClock);
    this.#addGauges();
    addBusMetrics(metrics, () => this.#engine?.events.statistics() ?? []);
    addDatabaseMetrics(metrics, () => this.#figures);
    addProcessMetrics(metrics);
  }

  committed({ steps, refused, ms }: CommitFigures): void {
    this.#commitSteps.observe(steps);
    this.#commitSeconds.observe(ms / 1_000);
    if (refused > 0) this.#refused.add(refused);
  }

  commitFailed(kind: string): void {
    this.#commitFailures.increment({ kind });
  }

  claimed(tasks: number, ms: number): void {
    this.#claimSeconds.observe(ms / 1_000);
    if (tasks > 0) this.#claimed.add(tasks);
  }

  tookOver(tasks: number): void {
    this.#takeovers.add(tasks);
  }

  fenced(): void {
    this.#fenced.increment();
  }

  declaredDead(): void {
    this.#declaredDead.increment();
  }

  /**
   * Counts the events of an engine, and reads its figures when metrics are asked for. Begin before the engine starts.
   * @returns ends that; resolves when nothing of it is under way in the database
   */
  observe({ engine, database, clock = systemClock, log = SILENT, intervalMs }: ObservedEngine): () => Promise<void> {
    const unsubscribe = engine.on(this.#events.events, this.#events.count, { name: "metrics" });
    this.#engine = engine;
    if (database !== null) {
      this.#figures = new DatabaseFigures({
        database,
        clock,
        log,
        ...(intervalMs === undefined ? {} : { intervalMs }),
      });
      this.#figures.start();
    }
    this.#delay.start();
    return async () => {
      unsubscribe();
      this.#delay.stop();
      await this.#figures?.stop();
    };
  }

  #addGauges(): void {
    const gauge = (name: string, help: string, value: (statistics: EngineStatistics) => number | null) => {
      this.#metrics.gauge({ name, help }, (made) => {
        const statistics = this.#engine?.statistics();
        const read = statistics === undefined ? null : value(statistics);
        if (read !== null) made.set(read);
      });
    };
    this.#metrics.gauge({ name: "build_info", help: "1, with the version as a label", labels: ["version"] }, (made) =>
      made.set(1, { version: VERSION }),
    );
    gauge("engine_running", "Whether the engine of this process is running", ({ state }) =>
      Number(state === "running"),
    );
    gauge("lease_held", "Whether this process may start and write", ({ holdsLease }) => Number(holdsLease));
    gauge("active_tasks", "Tasks in the memory of this process", ({ tasks }) => tasks);
    gauge("running_steps", "Steps that take a slot of this process", ({ concurrency }) => concurrency.used);
    gauge("slots", "Steps that may run at the same time in this process", ({ concurrency }) => concurrency.limit);
    gauge("ready_steps", "Steps that wait for a slot or a permit in this process", ({ ready }) => ready.steps);
    gauge(
      "ready_step_age_seconds",
      "How long the step that has waited longest for a slot or a permit has waited",
      ({ ready }) => ready.oldestMs / 1_000,
    );
    gauge("offered_steps", "Ready steps that are offered to other processes", ({ sharing }) => sharing.offered);
    gauge("outside_steps", "Steps of this process's tasks that others run", ({ sharing }) => sharing.outside);
    gauge("taken_steps", "Steps of others' tasks that this process runs", ({ sharing }) => sharing.taken);
    gauge("pool_connections", "Connections that the pool has at most", ({ pool }) => pool?.size ?? null);
    gauge("pool_busy_connections", "Connections in use", ({ pool }) => pool?.busy ?? null);
    gauge("pool_waiting_calls", "Calls that wait for a connection", ({ pool }) => pool?.waiting ?? null);
  }
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
