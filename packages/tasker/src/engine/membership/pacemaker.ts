import { type CancelTimer, systemClock } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import type { Heartbeat, HeartbeatSettings, RhythmListener } from "./heartbeat.ts";
import { beat, declareDead, lookAtPeers } from "./heartbeat-statements.ts";
import { isServerDown } from "./is-server-down.ts";
import { monotonicMs } from "./monotonic-time.ts";
import { PeerWatch } from "./peer-watch.ts";
import type { VitalSigns } from "./vital-signs.ts";

/** Part of the lease after which it is renewed. */
const RENEWAL_SHARE = 0.3;
/** Part of the lease after which others are looked at, and the longest time until that, in milliseconds. */
const LOOK_SHARE = 0.1;
const LONGEST_LOOK_MS = 1_000;
/** Part of that time after which a lost guard is taken anew: others count from the moment at which they see it free. */
const HURRY_SHARE = 0.25;
/** Part of the lease for which an engine that was stuck leaves its tasks to others once its lease has ended. */
const GIVE_WAY_SHARE = 0.5;

/** What a pacemaker works on. */
export interface PacemakerConnection extends Pick<Connection, "run"> {
  /** Whether the connection holds the lock that guards the process; takes it where it can. */
  guard(processId: number): Promise<boolean>;
}

/**
 * The rhythm of a heartbeat: renews the lease while the engine makes progress, looks at the others, and declares those dead
 * that are. Lease times pass by this machine's monotonic clock, whatever clock the engine was given.
 */
export class Pacemaker implements Heartbeat {
  readonly #connection: PacemakerConnection;
  readonly #settings: HeartbeatSettings;
  readonly #signs: VitalSigns;
  readonly #listener: RhythmListener;
  readonly #lookMs: number;
  readonly #watch: PeerWatch;
  #processId = 0;
  #renewedAt = 0;
  /** When a look or a renewal last failed. */
  #awayAt = Number.NEGATIVE_INFINITY;
  #isStuck = false;
  #isStopped = false;
  #round: Promise<void> = Promise.resolve();
  #cancel: CancelTimer = () => {};

  constructor(
    connection: PacemakerConnection,
    settings: HeartbeatSettings,
    signs: VitalSigns,
    listener: RhythmListener,
  ) {
    this.#connection = connection;
    this.#settings = settings;
    this.#signs = signs;
    this.#listener = listener;
    this.#lookMs = Math.min(settings.leaseMs * LOOK_SHARE, LONGEST_LOOK_MS);
    this.#watch = new PeerWatch(Math.max(3 * this.#lookMs, LONGEST_LOOK_MS));
  }

  follow(processId: number, registeredAt: number): void {
    const isFirst = this.#processId === 0;
    this.#processId = processId;
    this.#signs.renew(registeredAt + this.#settings.leaseMs);
    // The first renewal, which tells of the lock, is due at once.
    this.#renewedAt = Number.NEGATIVE_INFINITY;
    if (isFirst) this.#schedule(0);
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    return this.#round;
  }

  #schedule(delayMs: number): void {
    if (this.#isStopped) return;
    this.#cancel = systemClock.after(delayMs, () => {
      this.#round = this.#pass().finally(() =>
        this.#schedule(this.#signs.isGuardLost ? this.#lookMs * HURRY_SHARE : this.#lookMs),
      );
    });
  }

  async #pass(): Promise<void> {
    try {
      const isDue = monotonicMs() - this.#renewedAt >= this.#settings.leaseMs * RENEWAL_SHARE;
      if (isDue || this.#signs.isGuardLost) await this.#renew();
      await this.#lookAtOthers();
    } catch (error) {
      this.#awayAt = monotonicMs();
      // Otherwise others could beat: who did not is still seen to have been silent.
      if (isServerDown(error)) this.#watch.forget();
      this.#listener.onTrouble(error instanceof Error ? error.message : String(error));
    }
  }

  async #renew(): Promise<void> {
    const processId = this.#processId;
    const isGuarded = await this.#connection.guard(processId);
    const sentAt = monotonicMs();
    const age = Math.round(this.#signs.progressAgeMs(sentAt, this.#awayAt));
    if (this.#refuseIfStuck(age)) return;
    const renewed = await this.#connection.run(beat, [processId, age, isGuarded]);
    // Registered anew meanwhile.
    if (processId !== this.#processId) return;
    if (renewed.length === 0) {
      this.#listener.onDeclaredDead(processId);
      return;
    }
    this.#renewedAt = sentAt;
    this.#signs.renew(sentAt + this.#settings.leaseMs);
    this.#listener.onRenewed(processId);
  }

  /**
   * A live thread over an engine that does nothing any more would keep its tasks for ever. When the lease has ended, commits
   * rest, which is no progress: others get the time to take the tasks.
   */
  #refuseIfStuck(ageMs: number): boolean {
    const wasStuck = this.#isStuck;
    const endedForMs = monotonicMs() - this.#signs.leaseEndsAt;
    const givesWay = wasStuck && endedForMs >= 0 && endedForMs < this.#settings.leaseMs * GIVE_WAY_SHARE;
    this.#isStuck = ageMs > this.#settings.stuckAfterMs || givesWay;
    if (this.#isStuck && !wasStuck) {
      this.#listener.onTrouble(`the engine has made no progress for ${ageMs} ms: its lease is not renewed`);
    }
    return this.#isStuck;
  }

  async #lookAtOthers(): Promise<void> {
    const askedAt = monotonicMs();
    const rows = await this.#connection.run(lookAtPeers, [this.#processId]);
    const sights = rows
      .filter(({ stopped }) => !stopped)
      .map((row) => ({
        processId: row.process_id,
        beat: row.beat,
        leaseMs: row.lease_ms,
        isExpired: row.expired,
        isUnguarded: row.unguarded,
      }));
    const dead = this.#watch.look(sights, { askedAt, answeredAt: monotonicMs() });
    const declared =
      dead.length === 0
        ? []
        : await this.#connection.run(declareDead, [
            dead.map(({ processId }) => processId),
            dead.map((sight) => sight.beat),
          ]);
    if (declared.length > 0 || rows.some(({ stopped }) => stopped)) this.#listener.onLeftBehind();
  }
}
