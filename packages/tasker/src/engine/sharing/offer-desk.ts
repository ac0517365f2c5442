import { type CancelTimer, elapsedOf, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { StepTimeoutError } from "../../errors/index.ts";
import type { Agenda } from "../agenda/agenda.ts";
import { type Asker, askUntilAnswered } from "../ask-until-answered.ts";
import type { Batch } from "../batch.ts";
import { LOST_PROCESS } from "../decide-step.ts";
import { describeFailure } from "../describe-failure.ts";
import type { Execution } from "../execution.ts";
import type { Hints } from "../membership/hints.ts";
import type { Outcome } from "../outcome.ts";
import type { Slots } from "../slots.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";
import { type ExecutionRow, findSpareSlots, lookAtExecutions, revokeExecutions } from "./offer-statements.ts";
import { type OfferedStep, type OfferOptions, writeOffers } from "./offer-steps.ts";
import { decodeOutcome } from "./outcome-record.ts";
import type { OutsideAttempt } from "./outside-attempt.ts";

/** How long steps wait for a slot before it is asked whether others have some, in milliseconds. */
const MOMENT_MS = 50;
/** Most steps in one statement that offers. */
const MOST_AT_ONCE = 500;
/** Wait after a look that found something, in milliseconds; doubled each time nothing is found. */
const FIRST_WAIT_MS = 10;
/** How long it is not asked again how many slots others have, in milliseconds. */
const SPARE_KNOWN_MS = 200;
/** Longest wait while offers are out, in milliseconds. */
const OFFERED_WAIT_MS = 100;
/** How long a step is offered before this process runs it after all, in milliseconds. */
const PATIENCE_MS = 2_000;
/** How much longer than its deadline an attempt may take whose own process does not end it, in milliseconds. */
const DEADLINE_GRACE_MS = 5_000;
/** How long an attempt may go without a heartbeat at least, in milliseconds. */
const SHORTEST_SILENCE_MS = 10_000;
/** How long an execution may be nobody's in this process, as while its task is loaded, before it is revoked, in milliseconds. */
const UNKNOWN_MS = 10_000;

/** What a desk needs of the engine around it. */
export interface OfferDeskHost extends Asker {
  readonly database: Database;
  readonly hints: Hints;
  readonly slots: Slots;
  readonly defaultTimeoutSeconds: number | null;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  readonly processId: number;
  /** False once the engine is stopping: nothing new starts. */
  readonly starting: boolean;
  agendaOf(run: TaskRun): Agenda;
  nextExecutionId(): string;
}

/** Where ready steps wait for a slot of this process. */
export interface OfferingLine {
  /** Whether steps wait there for which there is no slot. */
  readonly isOverfull: boolean;
  /** Takes out up to so many steps that others may run, those whose turn is first. */
  takeForOthers(most: number): readonly { readonly run: TaskRun; readonly step: StepRun }[];
  /** Takes steps back, before the others of their rank. */
  putBack(steps: readonly { readonly run: TaskRun; readonly step: StepRun }[]): void;
}

interface Offer extends OfferedStep {
  readonly line: OfferingLine;
  /** By {@link elapsedOf}, as all times here that say how long something lasts. */
  readonly since: number;
}

interface Watched {
  readonly attempt: OutsideAttempt;
  readonly run: TaskRun;
  /** Null until its start is put into a batch. */
  execution: Execution | null;
  /** When this process ends it; null: never. */
  readonly endsAt: number | null;
}

/**
 * Offers ready steps for which this process has no slot to processes that have some, and waits for what comes of those that
 * are taken. One statement at a time, so that what it knows of its offers is so. Without offers and attempts outside it does
 * nothing.
 */
export class OfferDesk {
  readonly #host: OfferDeskHost;
  /** Most steps offered at the same time; 0: none. */
  readonly #most: number;
  readonly #lines: OfferingLine[] = [];
  /** By the ids of their steps. */
  readonly #offers = new Map<number, Offer>();
  readonly #watched = new Map<string, Watched>();
  /** Executions that the last look gave although nobody here waits for them, with when they were first given. */
  #unknown = new Map<string, number>();
  /** Steps that were taken since the last look. */
  #taken = 0;
  #hungry = false;
  /** Slots that others have for steps of this process, and until when that is taken to be so. */
  #spare = { slots: 0, until: Number.NEGATIVE_INFINITY };
  /** Until when nothing is offered: what was, nobody took, or tasks were locked. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #working: Promise<void> | null = null;
  #again = false;
  #waitMs = FIRST_WAIT_MS;
  #isWaiting = false;
  #cancelWait: CancelTimer = () => {};
  #closed = false;

  constructor(host: OfferDeskHost, most: number) {
    this.#host = host;
    this.#most = most;
  }

  /** Steps that are offered and that nobody has taken. */
  get offered(): number {
    return this.#offers.size;
  }

  /** Attempts that other processes run, or whose outcome is not committed yet. */
  get outside(): number {
    return this.#watched.size;
  }

  /** Takes a place from which steps can be offered. */
  openLine(line: OfferingLine): void {
    this.#lines.push(line);
  }

  /** Steps wait in a line for which there is no slot: if they still do in a moment, they are offered. */
  noticeOverfull(): void {
    if (this.#most === 0 || this.#isWaiting || this.#working !== null || this.#closed) return;
    this.#wait(MOMENT_MS);
  }

  /** Looks at once: something has come of an attempt outside. */
  lookNow(): void {
    if (this.#watched.size === 0 && this.#offers.size === 0) return;
    this.#waitMs = FIRST_WAIT_MS;
    this.#workNow();
  }

  /** This process has slots again: it takes back what nobody has taken. */
  takeBack(): void {
    if (this.#offers.size === 0 || this.#hungry) return;
    this.#hungry = true;
    this.#workNow();
  }

  /** Waits for an attempt that another process runs, from the moment that its start is put into a batch. */
  watch(execution: Execution, attempt: OutsideAttempt): void {
    const known = this.#watched.get(attempt.executionId);
    if (known?.attempt === attempt) known.execution = execution;
    else this.#add({ attempt, run: execution.run, execution }, this.#timeLeft(attempt));
    this.#scheduleWork();
  }

  /** The start of an attempt outside is committed. */
  began(execution: Execution): void {
    execution.launched = true;
    execution.startedAt = this.#host.clock.now();
    this.#settle(execution);
  }

  /** Ends the waiting for an attempt of a task that somebody else has ended. */
  async stop(execution: Execution, reason: string): Promise<void> {
    await askUntilAnswered(this.#host, execution.run.taskId, async () => {
      const watched = this.#watched.get(execution.executionId);
      if (watched?.execution === execution) await this.#revoke([[watched, { kind: "interrupted", reason }]], reason);
    });
  }

  /** Forgets the attempts whose outcome is committed. */
  committed({ outcomes }: Batch, refused: ReadonlySet<TaskRun>): void {
    if (this.#watched.size === 0) return;
    for (const { run, execution } of outcomes) {
      if (execution?.outside != null && !refused.has(run)) this.#watched.delete(execution.executionId);
    }
  }

  /** Forgets everything: the process was declared dead. */
  abandonAll(): void {
    this.#offers.clear();
    this.#watched.clear();
    this.#unknown.clear();
  }

  /** Takes back all offers. What others run goes on: whoever owns the tasks next waits for it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWait();
    await this.#working;
    if (this.#offers.size === 0) return;
    try {
      await this.#host.database.run(lookAtExecutions, [this.#host.processId, [...this.#offers.keys()], [], [], 0]);
    } catch (error) {
      this.#host.log.warn({ err: error }, "taking back offers failed: whoever takes the tasks over does it");
    }
    this.#offers.clear();
  }

  #add(watched: Omit<Watched, "endsAt">, leftMs: number | null): void {
    const endsAt = leftMs === null ? null : elapsedOf(this.#host.clock) + leftMs + DEADLINE_GRACE_MS;
    this.#watched.set(watched.attempt.executionId, { ...watched, endsAt });
  }

  /** Of an attempt that was found with its task. Clocks may differ: it has no more than its whole time. */
  #timeLeft({ timeoutMs, startedAt }: OutsideAttempt): number | null {
    if (timeoutMs === null) return null;
    return Math.min(Math.max(startedAt + timeoutMs - this.#host.clock.now(), 0), timeoutMs);
  }

  #settle(execution: Execution): void {
    const end = execution.outside?.end;
    if (end == null || !execution.launched || execution.outcome !== null || execution.run.dropped) return;
    execution.outcome = end.outcome;
    this.#host.agendaOf(execution.run).settle(execution);
  }

  #workNow(): void {
    this.#again = true;
    this.#cancelWait();
    this.#isWaiting = false;
    if (this.#closed || this.#working !== null) return;
    this.#working = this.#workAll().finally(() => {
      this.#working = null;
      this.#scheduleWork();
    });
  }

  #scheduleWork(): void {
    if (this.#closed || this.#working !== null) return;
    const { pollIntervalMs } = this.#host;
    if (this.#offers.size > 0 || this.#watched.size > 0) {
      this.#wait(Math.min(this.#waitMs, this.#offers.size > 0 ? OFFERED_WAIT_MS : pollIntervalMs));
      this.#waitMs = Math.min(2 * this.#waitMs, pollIntervalMs);
    } else if (this.#most > 0 && this.#lines.some((line) => line.isOverfull)) {
      this.#wait(pollIntervalMs);
    }
  }

  /** In real time, as this is about the other processes on the database, whatever clock the engine was given. */
  #wait(waitMs: number): void {
    this.#cancelWait();
    this.#isWaiting = true;
    this.#cancelWait = systemClock.after(waitMs, () => this.#workNow());
  }

  async #workAll(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#work();
      } catch (error) {
        this.#host.log.warn({ err: error }, "sharing work with other processes failed, trying again");
        // What was taken back or offered is not known: it is found out by the next look, which repeats both.
        this.#waitMs = this.#host.pollIntervalMs;
      }
    }
  }

  async #work(): Promise<void> {
    this.#forgetDropped();
    if (this.#offers.size > 0 || this.#watched.size > 0) await this.#lookAtExecutions();
    await this.#offer();
  }

  /** Those of tasks that were loaded again: with that their offers were deleted, and their attempts read. */
  #forgetDropped(): void {
    for (const [stepId, { run }] of this.#offers) if (run.dropped) this.#offers.delete(stepId);
    for (const [id, { run, execution }] of this.#watched) if ((execution?.run ?? run).dropped) this.#watched.delete(id);
  }

  async #lookAtExecutions(): Promise<void> {
    const { database, processId, leaseMs } = this.#host;
    const withdrawn = this.#chooseWithdrawn();
    const known = [...this.#watched.values()].map(({ attempt }) => attempt);
    const rows = await database.run(lookAtExecutions, [
      processId,
      withdrawn.length === 0 ? null : withdrawn.map(({ step }) => step.stepId),
      known.filter(({ end }) => end === null).map(({ executionId }) => executionId),
      known.filter(({ end }) => end !== null).map(({ executionId }) => executionId),
      Math.max(leaseMs, SHORTEST_SILENCE_MS),
    ]);
    if (processId !== this.#host.processId) return;
    this.#taken = 0;
    const lost: [Watched, Outcome][] = [];
    const unknown: string[] = [];
    for (const row of rows) {
      const watched = this.#receive(row);
      if (watched === null) unknown.push(row.execution_id);
      else if (row.lost) lost.push([watched, { kind: "interrupted", reason: LOST_PROCESS }]);
    }
    if (rows.length > unknown.length) this.#waitMs = FIRST_WAIT_MS;
    // What has no execution by now was taken by nobody.
    for (const { run, step, line } of withdrawn) {
      if (this.#offers.delete(step.stepId) && !run.dropped) line.putBack([{ run, step }]);
    }
    // First: of one whose revoking was not answered it is known here that its time was over.
    await this.#endOverdue();
    if (lost.length > 0) await this.#revoke(lost, LOST_PROCESS);
    await this.#endUnknown(unknown);
  }

  /** Ends attempts of steps that went on without them, as when an offer came late. */
  async #endUnknown(ids: readonly string[]): Promise<void> {
    const { database, processId, clock } = this.#host;
    const now = elapsedOf(clock);
    this.#unknown = new Map(ids.map((id) => [id, this.#unknown.get(id) ?? now]));
    const ended = ids.filter((id) => (this.#unknown.get(id) ?? now) + UNKNOWN_MS <= now);
    if (ended.length === 0) return;
    const states = ["running", "finished"];
    await database.run(revokeExecutions, [processId, ended, states, "the step went on without it"]);
  }

  /** Those that this process could run itself, and those that nobody wants. */
  #chooseWithdrawn(): Offer[] {
    const now = elapsedOf(this.#host.clock);
    const offers = [...this.#offers.values()];
    const stale = offers.filter(({ since }) => since + PATIENCE_MS <= now);
    if (stale.length > 0) this.#pausedUntil = now + PATIENCE_MS;
    const free = this.#hungry ? Math.max(0, this.#host.slots.limit - this.#host.slots.used) : 0;
    this.#hungry = false;
    // The last ones are the least likely to be taken in this moment.
    return stale.length >= free ? stale : offers.slice(offers.length - Math.min(free, offers.length));
  }

  /** Takes what is new of an attempt; gives it, or null for one that does not concern this process. */
  #receive(row: ExecutionRow): Watched | null {
    const { execution_id: executionId, workflow_step_id: stepId } = row;
    const offer = this.#offers.get(stepId);
    if (offer?.executionId === executionId) {
      this.#offers.delete(stepId);
      this.#taken += 1;
      if (offer.run.dropped) return null;
      const attempt = attemptOf(row);
      this.#add({ attempt, run: offer.run, execution: null }, attempt.timeoutMs);
      this.#noticeUnbegun(offer.run, attempt);
      this.#host.agendaOf(offer.run).startOutside(offer.run, offer.step, attempt);
      return this.#watched.get(executionId) ?? null;
    }
    const watched = this.#watched.get(executionId);
    if (watched === undefined) return null;
    if (row.outcome !== null && watched.attempt.end === null) {
      watched.attempt.end = decodeOutcome(row.outcome, row.results);
      this.#noticeUnbegun(watched.execution?.run ?? watched.run, watched.attempt);
      if (watched.execution !== null) this.#settle(watched.execution);
    }
    return watched;
  }

  #noticeUnbegun(run: TaskRun, { end, executionId }: OutsideAttempt): void {
    if (end?.outcome.kind !== "interrupted" || !end.outcome.isUnbegun || run.isUnshareable) return;
    run.isUnshareable = true;
    const { reason } = end.outcome;
    this.#host.log.warn({ taskId: run.taskId, executionId, reason }, "steps of the task are offered to others no more");
  }

  async #endOverdue(): Promise<void> {
    const now = elapsedOf(this.#host.clock);
    const overdue = [...this.#watched.values()].filter(
      ({ attempt, endsAt }) => attempt.end === null && endsAt !== null && endsAt <= now,
    );
    if (overdue.length === 0) return;
    const reason = "it did not finish in time, and its process did not end it";
    await this.#revoke(
      overdue.map((watched) => {
        const error = new StepTimeoutError(`the step ran longer than its deadline: ${reason}`, {
          context: { executionId: watched.attempt.executionId, timeoutMs: watched.attempt.timeoutMs },
        });
        const durationMs = (watched.attempt.timeoutMs ?? 0) + DEADLINE_GRACE_MS;
        return [watched, { kind: "failure", failure: describeFailure(error), durationMs }];
      }),
      reason,
    );
  }

  /** Ends attempts that still run; of one that has ended meanwhile the outcome counts. */
  async #revoke(ended: readonly (readonly [Watched, Outcome])[], reason: string): Promise<void> {
    const { database, processId } = this.#host;
    const ids = ended.map(([{ attempt }]) => attempt.executionId);
    const rows = await database.run(revokeExecutions, [processId, ids, ["running"], reason]);
    const revoked = new Set(rows.map((row) => row.execution_id));
    for (const [{ attempt, execution }, outcome] of ended) {
      if (!revoked.has(attempt.executionId) || attempt.end !== null) continue;
      attempt.end = { outcome, published: [], isStored: false };
      if (execution !== null) this.#settle(execution);
    }
  }

  async #offer(): Promise<void> {
    const { clock, hints, defaultTimeoutSeconds, processId } = this.#host;
    const lines = this.#lines.filter((line) => line.isOverfull);
    if (this.#most === 0 || lines.length === 0 || !this.#host.starting || elapsedOf(clock) < this.#pausedUntil) return;
    const most = Math.min(await this.#findRoom(), MOST_AT_ONCE);
    const offers: Offer[] = [];
    for (const [place, line] of lines.entries()) {
      const share = Math.ceil((most - offers.length) / (lines.length - place));
      for (const ready of share > 0 ? line.takeForOthers(share) : []) {
        offers.push({ ...ready, line, executionId: this.#host.nextExecutionId(), since: elapsedOf(clock) });
      }
    }
    if (offers.length === 0) return;
    for (const offer of offers) this.#offers.set(offer.step.stepId, offer);
    const { refused, skipLocked } = await this.#write(offers, { now: new Date(clock.now()), defaultTimeoutSeconds });
    if (processId !== this.#host.processId) return;
    for (const { run, step, line } of offers) {
      if (!refused.has(run.taskId) || !this.#offers.delete(step.stepId) || run.dropped) continue;
      line.putBack([{ run, step }]);
      // One that may only be locked is asked about by its next commit.
      if (!skipLocked) this.#host.agendaOf(run).recheck(run);
    }
    hints.tell({ topic: "steps" });
    this.#waitMs = FIRST_WAIT_MS;
  }

  /** Until there is an answer: as long as it is open whether steps are offered, nobody may start them here. */
  async #write(
    offers: readonly Offer[],
    options: Omit<OfferOptions, "skipLocked">,
  ): Promise<{ readonly refused: ReadonlySet<number>; readonly skipLocked: boolean }> {
    const { database, clock, log, processId, pollIntervalMs } = this.#host;
    let skipLocked = false;
    let maybeDone = false;
    for (;;) {
      try {
        // Of a task that was loaded again meanwhile the offers were deleted.
        const current = offers.filter(({ run }) => !run.dropped);
        const refused = await writeOffers(database, processId, current, { ...options, skipLocked });
        return { refused, skipLocked };
      } catch (error) {
        if (this.#closed || processId !== this.#host.processId) throw error;
        const kind = failureKindOf(error);
        maybeDone ||= kind === "unknown";
        // Tasks that are left out must not be on offer by a try whose answer was lost.
        skipLocked = kind === "busy" && !maybeDone;
        if (skipLocked) this.#pausedUntil = elapsedOf(clock) + PATIENCE_MS;
        log.warn({ err: error, steps: offers.length }, "offering steps to other processes failed, trying again");
        await new Promise<void>((resolve) => void systemClock.after(pollIntervalMs, resolve));
      }
    }
  }

  /**
   * How many more steps may be offered: as many as others have free slots for, and as many again as they took since the last
   * look, and once more, so that they do not wait between two looks.
   */
  async #findRoom(): Promise<number> {
    const { database, clock, processId } = this.#host;
    if (this.#spare.until <= elapsedOf(clock)) {
      const [row] = await database.run(findSpareSlots, [processId]);
      this.#spare = { slots: row?.slots ?? 0, until: elapsedOf(clock) + SPARE_KNOWN_MS };
    }
    const { slots } = this.#spare;
    if (slots === 0) return 0;
    const running = [...this.#watched.values()].filter(({ attempt }) => attempt.end === null).length;
    const wanted = Math.max(0, slots - running) + 2 * this.#taken;
    return Math.min(wanted, this.#most) - this.#offers.size;
  }
}

/** An attempt as the database has it. */
export function attemptOf(row: ExecutionRow): OutsideAttempt {
  const end = row.outcome === null ? null : decodeOutcome(row.outcome, row.results);
  const { execution_id: executionId, process_id: processId, timeout_ms: timeoutMs, started_at: startedAt } = row;
  return { executionId, processId, timeoutMs, startedAt: startedAt.getTime(), end };
}
