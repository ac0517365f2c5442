import { z } from "zod";
import { type CancelTimer, type Clock, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import type { Log } from "../../engine/options.ts";
import { listSubscribers } from "../../event-log/manage/subscriber-status.ts";
import { countLiveTasks, countProcesses, FIGURES, readFigures, storeFigures, takeTurn } from "./figure-statements.ts";

/** How long after the end of a process its tasks may wait to be taken over, in milliseconds. */
const TAKEOVER_MS = 15_000;
/** Counting takes at most one part in so many of the time. */
const REST_SHARE = 50;
const LONGEST_WAIT_MS = 3_600_000;

const KindFigures = z.object({
  namespace: z.string(),
  task_name: z.string(),
  owned: z.number(),
  due: z.number(),
  delayed: z.number(),
  orphaned: z.number(),
  oldest_due_seconds: z.number(),
});
/** Live tasks of one name. */
export type KindFigures = z.infer<typeof KindFigures>;

const SubscriberFigures = z.object({
  name: z.string(),
  lag_events: z.number(),
  lag_seconds: z.number(),
  held: z.number(),
  dead_letters: z.number(),
});
/** How a durable subscriber stands. */
export type SubscriberFigures = z.infer<typeof SubscriberFigures>;

const Figures = z.object({
  kinds: z.array(KindFigures),
  /** What an earlier release has counted has none. */
  subscribers: z.array(SubscriberFigures).default([]),
  processes: z.object({ alive: z.number(), gone: z.number() }),
});
/** What was counted in the database. */
export type Figures = z.infer<typeof Figures>;

/** Options of {@link DatabaseFigures}. */
export interface DatabaseFiguresOptions {
  readonly database: Database;
  /** By which tasks are due: the engine's. */
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between two counts, of all processes together. Default: 15,000. */
  readonly intervalMs?: number;
}

/**
 * Figures of the whole database, counted in the background by one process for all: whoever finds that the interval has passed
 * takes the turn and stores what it counted; the others read one row. Counting takes at most a fiftieth of the time: with a
 * backlog for which it takes long it happens less often. A scrape asks the database nothing.
 */
export class DatabaseFigures {
  readonly #options: Required<DatabaseFiguresOptions>;
  #latest: { readonly figures: Figures; readonly at: number } | null = null;
  #looking: Promise<void> = Promise.resolve();
  #cancel: CancelTimer = () => {};
  #stopped = true;
  #isFailing = false;

  constructor(options: DatabaseFiguresOptions) {
    this.#options = { intervalMs: 15_000, ...options };
  }

  /** What was counted last; null before the first time. */
  get latest(): Figures | null {
    return this.#latest?.figures ?? null;
  }

  /** Seconds since that was counted; null before the first time. */
  get ageSeconds(): number | null {
    return this.#latest === null ? null : Math.max(0, performance.now() - this.#latest.at) / 1_000;
  }

  start(): void {
    this.#stopped = false;
    this.#lookSoon(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#looking;
  }

  /** Counts if it is this process's turn, or reads what another one has counted. */
  async look(): Promise<void> {
    const { database, intervalMs } = this.#options;
    const [turn] = await database.run(takeTurn, [FIGURES, intervalMs]);
    if (turn !== undefined) await this.#count();
    const [row] = await database.run(readFigures, [FIGURES]);
    if (row?.figures == null || row.age_ms === null) return;
    this.#latest = { figures: Figures.parse(row.figures), at: performance.now() - row.age_ms };
  }

  async #count(): Promise<void> {
    const { database, clock, intervalMs } = this.#options;
    const startedAt = performance.now();
    const kinds = await database.run(countLiveTasks, [new Date(clock.now()), TAKEOVER_MS]);
    const [processes = { alive: 0, gone: 0 }] = await database.run(countProcesses, []);
    const subscribers = await this.#lookAtSubscribers();
    const restMs = Math.min(LONGEST_WAIT_MS, Math.ceil(REST_SHARE * (performance.now() - startedAt)));
    const figures: Figures = { kinds, subscribers, processes };
    await database.run(storeFigures, [FIGURES, JSON.stringify(figures), Math.max(intervalMs, restMs)]);
  }

  /** Without those of replays, whose names are new each time. */
  async #lookAtSubscribers(): Promise<SubscriberFigures[]> {
    const { database, clock } = this.#options;
    const found = await listSubscribers(database, { clock });
    return found
      .filter(({ isTemporary }) => !isTemporary)
      .map(({ name, lagEvents, lagSeconds, held, deadLetters }) => ({
        name,
        lag_events: lagEvents,
        lag_seconds: lagSeconds,
        held,
        dead_letters: deadLetters,
      }));
  }

  /** In real time: the interval is about load, whatever clock the engine was given. */
  #lookSoon(waitMs: number): void {
    if (this.#stopped) return;
    this.#cancel = systemClock.after(waitMs, () => {
      this.#looking = this.look()
        .then(() => {
          this.#isFailing = false;
        })
        .catch((error: unknown) => {
          // One line per outage: the age of the figures says how long it lasts.
          if (!this.#isFailing) this.#options.log.warn({ err: error }, "figures of the database could not be counted");
          this.#isFailing = true;
        })
        .then(() => this.#lookSoon(this.#options.intervalMs));
    });
  }
}
