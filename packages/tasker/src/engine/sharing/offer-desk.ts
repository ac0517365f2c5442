import { type CancelTimer, elapsedOf, systemClock } from "../../clock/clock.ts";
import type { Batch } from "../batch.ts";
import type { Execution } from "../execution.ts";
import { RemoteBook } from "../remote/remote-book.ts";
import type { RemoteStep } from "../remote/remote-step.ts";
import type { StartedStep } from "../remote/worker-statements.ts";
import type { TaskRun } from "../task-run.ts";
import { OfferBook } from "./offer-book.ts";
import type { OfferDeskHost, OfferingLine } from "./offer-desk-host.ts";
import { type ExecutionRow, lookAtExecutions } from "./offer-statements.ts";
import type { OutsideAttempt, OutsideEnd } from "./outside-attempt.ts";
import { attemptOf, OutsideWatch } from "./outside-watch.ts";

/** How long steps wait for a slot before it is asked whether others have some, in milliseconds. */
const MOMENT_MS = 50;
/** Wait after a look that found something, in milliseconds; doubled each time nothing is found. */
const FIRST_WAIT_MS = 10;
/** Longest wait while offers are out, in milliseconds. */
const OFFERED_WAIT_MS = 100;
/** How long an attempt may go without a heartbeat at least, in milliseconds. */
const SHORTEST_SILENCE_MS = 10_000;

/**
 * Offers ready steps for which this process has no slot to processes that have some, and those that workers run to these; waits for what comes of those that
 * are taken. One statement at a time, so that what it knows of its offers is so. Without offers and attempts outside it does
 * nothing.
 */
export class OfferDesk {
  readonly #host: OfferDeskHost;
  readonly #book: OfferBook;
  readonly #remote: RemoteBook;
  readonly #watch: OutsideWatch;
  #working: Promise<void> | null = null;
  #again = false;
  #waitMs = FIRST_WAIT_MS;
  /** Whether it is to be looked what has come of offers and attempts, and whether others have slots. */
  #isLookDue = false;
  /** When that is so again, by the elapsed time of the machine's clock; null: nothing is planned. */
  #looksAt: number | null = null;
  #cancelWait: CancelTimer = () => {};
  #closed = false;

  /** @param most most steps offered at the same time; 0: none */
  constructor(host: OfferDeskHost, most: number) {
    this.#host = host;
    this.#book = new OfferBook(host, most);
    this.#remote = new RemoteBook(host);
    this.#watch = new OutsideWatch(host);
  }

  /** Steps that are offered and that nobody has taken. */
  get offered(): number {
    return this.#book.size + this.#remote.size;
  }

  /** Attempts that other processes run, or whose outcome is not committed yet. */
  get outside(): number {
    return this.#watch.size;
  }

  /** Takes a place from which steps can be offered. */
  openLine(line: OfferingLine): void {
    this.#book.openLine(line);
  }

  /** Steps wait in a line for which there is no slot: if they still do in a moment, they are offered. */
  noticeOverfull(): void {
    if (!this.#book.isOpen || this.#working !== null) return;
    this.#wait(MOMENT_MS);
  }

  /** Looks at once: something has come of an attempt outside. */
  lookNow(): void {
    if (this.outside === 0 && this.offered === 0) return;
    this.#waitMs = FIRST_WAIT_MS;
    this.#workNow();
  }

  /** This process has slots again: it takes back what nobody has taken. */
  takeBack(): void {
    if (this.#book.noticeRoom()) this.#workNow();
  }

  /** Waits for an attempt that another process runs, from the moment that its start is put into a batch. */
  watch(execution: Execution, attempt: OutsideAttempt): void {
    this.#watch.watch(execution, attempt);
    this.#scheduleWork();
  }

  /** The start of an attempt outside is committed. */
  began(execution: Execution): void {
    this.#watch.began(execution);
  }

  /** A worker has begun an attempt of one of this process's steps, through this process. */
  noticeStart(workerId: number, { started_at, deadline_at, ...started }: StartedStep): void {
    const timeout_ms = deadline_at === null ? null : deadline_at.getTime() - started_at.getTime();
    this.#take({ ...started, process_id: workerId, started_at, timeout_ms, outcome: null, results: null });
  }

  /** What came of an attempt outside is written, through this process. */
  noticeEnd(executionId: string, end: OutsideEnd): void {
    if (!this.#watch.finish(executionId, end)) this.lookNow();
  }

  /** Ends the waiting for an attempt of a task that somebody else has ended. */
  stop(execution: Execution, reason: string): Promise<void> {
    return this.#watch.stop(execution, reason);
  }

  /** Forgets the attempts whose outcome is committed, and offers the steps that workers may run by what is. */
  committed(batch: Batch, refused: ReadonlySet<TaskRun>): void {
    this.#watch.committed(batch, refused);
    if (batch.remote.length === 0) return;
    this.#remote.letGo(batch.remote.filter(({ run }) => refused.has(run)));
    this.offerRemote(batch.remote.filter(({ run }) => !refused.has(run)));
  }

  /** Offers steps to workers that are ready by what is committed. */
  offerRemote(steps: readonly RemoteStep[]): void {
    this.#remote.push(steps);
    // Where nobody tells that they were taken, it is looked for soon.
    if (!this.#host.hints.isListening) this.#waitMs = FIRST_WAIT_MS;
    this.#workOn();
  }

  /** Forgets everything: the process was declared dead. */
  abandonAll(): void {
    this.#book.clear();
    this.#remote.clear();
    this.#watch.clear();
  }

  /** Takes back all offers. What others run goes on: whoever owns the tasks next waits for it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWait();
    this.#book.close();
    this.#remote.close();
    await this.#working;
    const stepIds = [...this.#book.stepIds, ...this.#remote.stepIds];
    if (stepIds.length === 0) return;
    try {
      await this.#host.database.run(lookAtExecutions, [this.#host.processId, stepIds, [], [], 0]);
    } catch (error) {
      this.#host.log.warn({ err: error }, "taking back offers failed: whoever takes the tasks over does it");
    }
    this.#book.clear();
    this.#remote.clear();
  }

  #workNow(): void {
    this.#cancelWait();
    this.#looksAt = null;
    this.#isLookDue = true;
    this.#workOn();
  }

  #workOn(): void {
    this.#again = true;
    if (this.#closed || this.#working !== null) return;
    this.#working = this.#workAll().finally(() => {
      this.#working = null;
      this.#scheduleWork();
    });
  }

  #scheduleWork(): void {
    if (this.#closed || this.#working !== null) return;
    const { pollIntervalMs } = this.#host;
    if (this.offered > 0 || this.outside > 0) {
      const isPlanned = this.#wait(Math.min(this.#waitMs, this.#book.size > 0 ? OFFERED_WAIT_MS : pollIntervalMs));
      if (isPlanned) this.#waitMs = Math.min(2 * this.#waitMs, pollIntervalMs);
    } else if (this.#remote.isBehind) {
      this.#wait(pollIntervalMs);
    } else if (this.#book.isOpen && this.#book.isOverfull) {
      this.#wait(pollIntervalMs);
    }
  }

  /**
   * Plans the next look, unless one is planned before that: what comes meanwhile must not postpone it. In real time, as this is about
   * the other processes on the database, whatever clock the engine was given.
   * @returns whether it is planned by that
   */
  #wait(waitMs: number): boolean {
    const looksAt = elapsedOf(systemClock) + waitMs;
    if (this.#looksAt !== null && this.#looksAt <= looksAt) return false;
    this.#cancelWait();
    this.#looksAt = looksAt;
    this.#cancelWait = systemClock.after(waitMs, () => this.#workNow());
    return true;
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
    this.#book.forgetDropped();
    this.#remote.forgetDropped();
    this.#watch.forgetDropped();
    if (await this.#remote.offer()) this.#again ||= this.#remote.isBehind;
    if (!this.#isLookDue) return;
    this.#isLookDue = false;
    if (this.offered > 0 || this.outside > 0) await this.#look();
    if (await this.#book.offer(this.#watch.running)) this.#waitMs = FIRST_WAIT_MS;
  }

  async #look(): Promise<void> {
    const { database, processId, leaseMs } = this.#host;
    const withdrawn = this.#book.chooseWithdrawn();
    const { running, ended } = this.#watch.ids();
    const rows = await database.run(lookAtExecutions, [
      processId,
      withdrawn.length === 0 ? null : withdrawn.map(({ step }) => step.stepId),
      running,
      ended,
      Math.max(leaseMs, SHORTEST_SILENCE_MS),
    ]);
    if (processId !== this.#host.processId) return;
    this.#book.beginLook();
    for (const row of rows) this.#take(row);
    const news = this.#watch.receive(rows);
    if (rows.length > news.unknown.length) this.#waitMs = FIRST_WAIT_MS;
    // What has no execution by now was taken by nobody.
    this.#book.putBack(withdrawn);
    await this.#watch.end(news);
  }

  /** If somebody has taken an offer: its attempt is waited for, and its start gets into a batch. */
  #take(row: ExecutionRow): void {
    const { workflow_step_id: stepId, execution_id: executionId } = row;
    const remote = this.#remote.take(stepId, executionId);
    const offer = remote ?? this.#book.take(stepId, executionId);
    if (offer === null || offer.run.dropped) return;
    const { run, step } = offer;
    const attempt = attemptOf(row, { seal: run.seal, step: step.name });
    this.#watch.take(run, attempt);
    this.#host.agendaOf(run).startOutside({ run, step, attempt, permit: remote?.permit ?? null });
  }
}
