import { type CancelTimer, type Clock, elapsedOf, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import type { Log } from "../options.ts";
import { logAttempt } from "../outage/trouble-log.ts";
import { type ReadyFigures, readyFigures, sumOfReady } from "../ready-figures.ts";
import type { LaneSlots, Slots } from "../slots.ts";
import type { Demand } from "./limiter.ts";
import type { Permit, PermitWaiter } from "./permit.ts";
import { groupKey, inTurn, PermitGroup } from "./permit-group.ts";
import { leavePermits, type PermitAnswer, type PermitRequest, takePermits } from "./take-permits.ts";

/** Groups of which one call asks, at most. */
const MOST_GROUPS = 500;
/** Longest time that the database is told, in milliseconds: what a 32-bit integer holds. */
const LONGEST_MS = 2 ** 31 - 1;
/** Wait before the database is asked again when it did not answer, in milliseconds. */
const RETRY_MS = 500;

/** What a desk needs of the engine around it. */
export interface PermitDeskHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly slots: Slots;
  readonly pollIntervalMs: number;
  readonly processId: number;
  /** False once the engine is stopping: nothing new starts. */
  readonly starting: boolean;
}

/**
 * Where the steps of a process that run under limits wait for their permits. It asks the database for as many at a time as
 * there are slots for, in one call that also gives back what is not needed any more, with one call under way at a time. A step
 * is asked for again when one of this process gives back what it waits for, when its rate allows it, and otherwise after the
 * poll interval, for others may have given something back. Steps that run under no limit never come here.
 */
export class PermitDesk {
  readonly #host: PermitDeskHost;
  readonly #slots: LaneSlots;
  readonly #groups = new Map<string, PermitGroup>();
  #givenBack: Permit[] = [];
  #permitNo = 0;
  #groupNo = 0;
  #callNo = 0;
  /** Whether a call got no answer: it may still be under way, and take permits later. */
  #callLost = false;
  #scheduled = false;
  #working: Promise<void> | null = null;
  #timer: { readonly at: number; readonly cancel: CancelTimer } | null = null;
  /** After a call that failed: when the next one may be made, by the elapsed time of the clock. */
  #pausedUntil = 0;
  #closed = false;

  constructor(host: PermitDeskHost) {
    this.#host = host;
    this.#slots = host.slots.openLane(() => this.#schedule());
  }

  /** Takes a step that is ready but for its permits. */
  ask(waiter: PermitWaiter, demands: readonly Demand[]): void {
    const isRemote = waiter.executionId !== null;
    const key = groupKey({ demands, isRemote });
    let group = this.#groups.get(key);
    if (group === undefined) {
      this.#groupNo += 1;
      group = new PermitGroup(this.#groupNo, demands, isRemote);
      this.#groups.set(key, group);
    }
    group.push(waiter);
    this.#schedule();
  }

  /** The steps that wait for their permits; those of a call under way are not among them. */
  ready(): ReadyFigures {
    const now = elapsedOf(this.#host.clock);
    return sumOfReady([...this.#groups.values()].map((group) => readyFigures(group.waiting, now)));
  }

  /** Gives back the permits of a step that is over, or that does not start after all. */
  giveBack(permit: Permit): void {
    if (permit.limiters.length === 0) return;
    this.#givenBack.push(permit);
    for (const group of this.#groups.values()) {
      if (group.refusedBy !== null && permit.limiters.includes(group.refusedBy)) group.retryAt = 0;
    }
    this.#schedule();
  }

  /** Gives back everything: this process is about to leave. Nothing may be asked for any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#working;
    this.#groups.clear();
    if (this.#permitNo === 0 && this.#groupNo === 0) return;
    try {
      await this.#host.database.run(leavePermits, [this.#host.processId]);
    } catch (error) {
      this.#host.log.warn({ err: error }, "giving back permits failed: they are free when this process counts as gone");
    }
  }

  /** Works after the current turn of the event loop: what is ready by then goes into one call. */
  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#working ??= this.#work().finally(() => {
        this.#working = null;
        this.#wakeUp();
      });
    });
  }

  async #work(): Promise<void> {
    while (!this.#closed && this.#pausedUntil <= elapsedOf(this.#host.clock)) {
      // Nothing is asked for before it is certain that a call without an answer takes nothing any more.
      const requests = this.#callLost ? [] : this.#collect();
      const givenBack = this.#givenBack.splice(0);
      if (requests.length === 0 && givenBack.length === 0 && !this.#callLost) return;
      await this.#call(requests, givenBack);
    }
  }

  async #call(requests: readonly PermitRequest[], givenBack: readonly Permit[]): Promise<void> {
    const { database, clock, pollIntervalMs, processId, log } = this.#host;
    this.#callNo += 1;
    try {
      const answers = await takePermits(database, {
        processId,
        callNo: this.#callNo,
        fence: this.#callLost,
        nowMs: clock.now(),
        elapsedMs: elapsedOf(clock),
        byDatabaseTime: clock === systemClock,
        patienceMs: Math.min(2 * pollIntervalMs, LONGEST_MS),
        // Those of an earlier life of this process went when its tasks were taken over.
        givenBack: givenBack.filter((permit) => permit.processId === processId).map(({ permitNo }) => permitNo),
        requests,
      });
      this.#callLost = false;
      for (const [place, request] of requests.entries()) this.#settle(request, answers[place], processId);
    } catch (error) {
      logAttempt(log, error, { groups: requests.length }, "asking for permits failed, trying again");
      this.#callLost = true;
      this.#pausedUntil = elapsedOf(clock) + RETRY_MS;
      this.#givenBack.push(...givenBack);
      for (const request of requests) {
        // They may have been granted all the same: these numbers are given back, and others asked for.
        this.#givenBack.push(...request.waiters.map((_, place) => permitOf(request, place, processId)));
        this.#refuse(request.group, request.waiters);
      }
    }
  }

  /** Takes slots for as many steps as could get their permits now, and says which. */
  #collect(): PermitRequest[] {
    const requests: PermitRequest[] = [];
    if (!this.#host.starting) return requests;
    const now = elapsedOf(this.#host.clock);
    const due = [...this.#groups.values()].filter((group) => group.retryAt <= now).sort(inTurn);
    // What is due is so until it is answered, whether or not there is a slot for it now.
    for (const group of due) group.retryAt = 0;
    let isFull = false;
    for (const group of due.slice(0, MOST_GROUPS)) {
      if (isFull && !group.isRemote) continue;
      const waiters: PermitWaiter[] = [];
      for (let next = group.peek(); next !== undefined && waiters.length < group.most; next = group.peek()) {
        // Without a slot the step stays where it is, and this desk is told when it is its turn.
        isFull = !group.isRemote && !this.#slots.take(group.rank);
        if (isFull) break;
        group.shift();
        waiters.push(next);
      }
      if (waiters.length > 0 || (group.peek() === undefined && group.rowOf !== 0)) {
        requests.push({ group, waiters, firstPermitNo: this.#permitNo + 1 });
        this.#permitNo += waiters.length;
      } else if (group.peek() === undefined) {
        this.#groups.delete(groupKey(group));
      }
    }
    if (!isFull) this.#slots.stopWaiting();
    return requests;
  }

  #settle(request: PermitRequest, answer: PermitAnswer | undefined, processId: number): void {
    const { group, waiters } = request;
    const granted = answer?.granted ?? 0;
    const now = elapsedOf(this.#host.clock);
    for (const [place, waiter] of waiters.slice(0, granted).entries()) {
      const permit = { ...permitOf(request, place, processId), facts: factsOf(group.demands, now - waiter.readySince) };
      const { run, step, readySince, executionId } = waiter;
      waiter.admit({ run, step, readySince, executionId, permit, slots: group.isRemote ? null : this.#slots });
    }
    const isRefused = granted < waiters.length;
    // A process that was declared dead gets no answer: nothing was written about the group either.
    if (!isRefused) group.rowOf = 0;
    else if (answer?.refusedBy != null) group.rowOf = processId;
    group.refusedBy = isRefused ? (answer?.refusedBy ?? null) : null;
    // What was given back while the call was under way was still counted by it.
    const isOutdated = this.#givenBack.some(({ limiters }) => limiters.includes(group.refusedBy ?? ""));
    const waitMs = Math.ceil(answer?.waitMs ?? this.#host.pollIntervalMs);
    group.retryAt = isRefused && !isOutdated ? now + waitMs : 0;
    this.#refuse(group, waiters.slice(granted));
    if (group.size === 0 && group.rowOf === 0) this.#groups.delete(groupKey(group));
  }

  #refuse(group: PermitGroup, waiters: readonly PermitWaiter[]): void {
    group.putBack(waiters);
    if (!group.isRemote) for (const _waiter of waiters) this.#slots.give();
  }

  /** When the first group is to ask again; null if none has a time. */
  #nextRetryAt(): number | null {
    let at: number | null = null;
    for (const { retryAt } of this.#groups.values()) {
      // One without a time waits for a slot or for a permit that is given back here, and is told of it.
      if (retryAt > 0 && (at === null || retryAt < at)) at = retryAt;
    }
    return at;
  }

  /** Sets the timer for the next group that is to ask again. */
  #wakeUp(): void {
    if (this.#closed) return;
    const now = elapsedOf(this.#host.clock);
    // What is due before the pause is over is asked for when it is.
    const at = this.#pausedUntil > now ? this.#pausedUntil : this.#nextRetryAt();
    if (this.#timer?.at === at) return;
    this.#timer?.cancel();
    this.#timer = null;
    if (at === null) return;
    const fire = () => {
      this.#timer = null;
      this.#schedule();
    };
    this.#timer = { at, cancel: this.#host.clock.after(Math.max(0, at - now), fire) };
  }
}

function permitOf({ group, firstPermitNo }: PermitRequest, place: number, processId: number): Permit {
  return { processId, permitNo: firstPermitNo + place, limiters: countedLimiters(group.demands), facts: {} };
}

/** What a step of a remote worker holds that began before this process had the task: the database has it under that number. */
export function inheritedPermit(processId: number, stepId: number, demands: readonly Demand[]): Permit | null {
  if (demands.length === 0) return null;
  return { processId, permitNo: -stepId, limiters: countedLimiters(demands), facts: factsOf(demands, 0) };
}

function countedLimiters(demands: readonly Demand[]): string[] {
  return demands.filter(({ concurrency }) => concurrency !== null).map(({ limiter }) => limiter);
}

function factsOf(demands: readonly Demand[], waitedMs: number): Permit["facts"] {
  return {
    limiters: demands.map(({ label }) => label),
    concurrency_limits: demands.map(({ concurrency }) => concurrency),
    limit_wait: Math.round(waitedMs) / 1_000,
  };
}
