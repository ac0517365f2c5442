import { type CancelTimer, systemClock } from "../clock/clock.ts";
import { int4, int8 } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { AdoptOptions } from "./adopt-options.ts";
import { claimTasks } from "./claim-tasks.ts";
import { type Kind, KnownKinds } from "./known-kinds.ts";
import { logAttempt } from "./outage/trouble-log.ts";
import type { Runtime } from "./runtime.ts";
import { SharedWatch } from "./shared-watch.ts";

/** The live tasks that a process owns, with their revisions. */
export const listOwned = statement({
  name: "list_owned",
  text: "select task_id, revision from tasker_task_runs where owner_id = $1 and wake_at is not null",
  parameters: [int8],
  columns: { task_id: int8, revision: int4 },
});

/** Most tasks claimed at a time. */
const CLAIM_LIMIT = 200;
/** Looks without any find after which they are made less often, if others tell this process where to look. */
const EAGER_LOOKS = 4;
/** Poll intervals between two looks then, and the longest time in milliseconds; a longer poll interval stays as it is. */
const IDLE_INTERVALS = 4;
const LONGEST_IDLE_MS = 2_000;
/** Shortest time between two looks that others asked for, in milliseconds. */
const HINTED_LOOK_MS = 25;

/** Looks for tasks that nobody owns and whose templates are registered here, and for changes of those in memory. */
export class Claimer {
  readonly #runtime: Runtime;
  readonly #kinds: KnownKinds;
  readonly #shared: SharedWatch | null;
  #uncertain = false;
  /** Whether more tasks may be due than there was room for. */
  #short = false;
  /** Looks in a row that found nothing. */
  #vainLooks = 0;
  #hinted = false;
  #hintedAt = 0;
  #cancelHinted: CancelTimer = () => {};
  #running = false;
  #looking = false;
  #again = false;
  #look: Promise<void> = Promise.resolve();
  #cancel: CancelTimer = () => {};

  /** @param adopt what of others' tasks is this engine's; null: nothing, and others are not looked at */
  constructor(runtime: Runtime, registry: HandlerRegistry, adopt: AdoptOptions | null) {
    this.#runtime = runtime;
    this.#kinds = new KnownKinds(runtime.database, registry);
    this.#shared = adopt === null ? null : new SharedWatch(runtime, this.#kinds, adopt);
  }

  start(): void {
    this.#running = true;
    this.#lookIn(0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel();
    this.#cancelHinted();
    await this.#look;
  }

  /** A submit may have made kinds that the database did not know, or will have once its transaction is committed. */
  noticeSubmit(isCommitted: boolean): void {
    this.#kinds.noticeSubmit(isCommitted);
  }

  /** A write of which the result is not known may have given this process tasks that it does not know of. */
  noticeUncertainty(): void {
    this.#uncertain = true;
  }

  /** A task has left the memory: others may have waited for the room. */
  noticeRoom(): void {
    const { shared, most } = this.#runtime.room;
    if (this.#short && shared >= Math.min(CLAIM_LIMIT, Math.ceil(most / 4))) this.lookNow();
  }

  /** Looks at once instead of at the next interval. */
  lookNow(): void {
    if (!this.#running) return;
    if (this.#looking) this.#again = true;
    else {
      this.#cancel();
      this.#lookIn(0);
    }
  }

  /** Looks because another process says that there is something: at once, but not again and again. */
  lookSoon(): void {
    if (this.#hinted) return;
    this.#hinted = true;
    const waitMs = this.#hintedAt + HINTED_LOOK_MS - performance.now();
    this.#cancelHinted = systemClock.after(Math.max(0, waitMs), () => {
      this.#hinted = false;
      this.#hintedAt = performance.now();
      this.#vainLooks = 0;
      this.lookNow();
    });
  }

  #lookIn(delayMs: number): void {
    if (!this.#running) return;
    this.#cancel = this.#runtime.clock.after(delayMs, () => this.#runtime.detached(() => this.#startLook()));
  }

  #startLook(): void {
    this.#looking = true;
    this.#again = false;
    this.#look = this.#lookForWork().then((more) => {
      this.#looking = false;
      this.#lookIn(more || this.#again ? 0 : this.#intervalMs());
    });
  }

  /** Rails tells nobody what it writes, and without hints nobody does: then each look counts. */
  #intervalMs(): number {
    const { pollIntervalMs, hints } = this.#runtime;
    const isIdle = this.#vainLooks >= EAGER_LOOKS && hints.isListening && this.#shared === null;
    return isIdle
      ? Math.max(pollIntervalMs, Math.min(IDLE_INTERVALS * pollIntervalMs, LONGEST_IDLE_MS))
      : pollIntervalMs;
  }

  /** @returns whether there may be more to do at once */
  async #lookForWork(): Promise<boolean> {
    // What it took now would have to be let go again.
    if (!this.#runtime.fence.holds()) return false;
    this.#vainLooks += 1;
    try {
      if (this.#uncertain) await this.#findForgotten();
      const kinds = await this.#kinds.find();
      await this.#kinds.announce(this.#runtime.processId);
      const others = await this.#lookAtOthers(kinds);
      const more = others.due && (await this.#claim(kinds));
      await this.#runtime.taker?.look(kinds);
      return more || others.more;
    } catch (error) {
      this.#uncertain = true;
      logAttempt(this.#runtime.log, error, {}, "looking for work failed, trying again");
      return false;
    }
  }

  /** What others write must not keep this process from its own tasks: if it cannot be looked at, there may be something. */
  async #lookAtOthers(kinds: readonly Kind[]): Promise<{ readonly due: boolean; readonly more: boolean }> {
    if (this.#shared === null) return { due: true, more: false };
    try {
      return await this.#shared.look(kinds);
    } catch (error) {
      logAttempt(this.#runtime.log, error, {}, "looking at what others have written failed, trying again");
      return { due: true, more: false };
    }
  }

  /** @returns whether there may be more to claim at once */
  async #claim(kinds: readonly Kind[]): Promise<boolean> {
    const runtime = this.#runtime;
    const { room } = runtime;
    const namespaces = kinds.map(({ template }) => template.definition.namespace);
    room.serve(new Set(namespaces));
    const most = kinds.length === 0 || runtime.isBehind ? 0 : Math.min(room.free, CLAIM_LIMIT);
    const { shared } = room;
    this.#short = shared === 0;
    // Without room it is still asked which of the tasks that are here were changed.
    if (most === 0 && room.count === 0) return false;
    const ids = kinds.map(({ namedTaskId }) => namedTaskId);
    const kept = namespaces.map((namespace) => room.keptFor(namespace));
    const now = new Date(runtime.clock.now());
    const askedAt = performance.now();
    const found = await runtime.database.run(claimTasks, [runtime.processId, ids, kept, shared, most, now]);
    const answeredAfterMs = performance.now() - askedAt;
    if (found.length > 0) this.#vainLooks = 0;
    for (const { task_id: taskId, raised } of found) if (raised !== null) runtime.tasks.recheck(taskId, raised);
    const claimed = found.filter(({ raised }) => raised === null);
    runtime.meter?.claimed(claimed.length, answeredAfterMs);
    // Read in a statement of its own: it must see what was committed before the claim got its locks.
    await runtime.loader.load(claimed.map((row) => row.task_id));
    this.#short = claimed.length >= shared;
    return most > 0 && claimed.length === most;
  }

  async #findForgotten(): Promise<void> {
    const { database, processId } = this.#runtime;
    this.#uncertain = false;
    const rows = await database.run(listOwned, [processId]);
    // A look whose answer was lost has cleared the marks of tasks that were changed.
    for (const { task_id: taskId, revision } of rows) this.#runtime.tasks.recheckLive(taskId, revision);
    await this.#runtime.loader.load(rows.map((row) => row.task_id));
  }
}
