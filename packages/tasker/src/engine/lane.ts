import type { Clock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import { Batch, type EncodedAnnotation } from "./batch.ts";
import { commitBatch } from "./commit-batch.ts";
import { isDataRefusal } from "./commit-failure.ts";
import { decideStart } from "./decide-start.ts";
import { decideStep, LOST_PROCESS, type RetryRules, type StepDecision } from "./decide-step.ts";
import { Execution } from "./execution.ts";
import type { Log } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import type { LaneSlots, Slots } from "./slots.ts";
import type { Writer } from "./step-move.ts";
import type { StepRun } from "./step-run.ts";
import { completeTask, failTask, startTask } from "./task-move.ts";
import type { TaskRun } from "./task-run.ts";

/** What a lane needs of the engine around it. */
export interface LaneHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly rules: RetryRules;
  readonly slots: Slots;
  /** Most steps in one batch. */
  readonly maxBatch: number;
  /** A task whose earliest retry is further away than this is given back until then. */
  readonly releaseAfterMs: number;
  /** Id of this process in the database. */
  readonly processId: number;
  /** False once the engine is stopping: nothing new starts. */
  readonly starting: boolean;
  nextExecutionId(): string;
  /** Calls the handler of an execution whose start is committed. */
  launch(execution: Execution): void;
  /** Whether the task has a hook that must run before it completes. */
  hasAnnotations(run: TaskRun): boolean;
  /** Runs that hook, then calls {@link Lane.finish}. */
  annotate(run: TaskRun): void;
  /** Tells what a batch made true; `refused` tasks excepted. */
  committed(batch: Batch, refused: ReadonlySet<TaskRun>): void;
  /** A task ended or was given back. */
  released(run: TaskRun): void;
  /**
   * The database has the task otherwise than this process thought.
   * @param refused what was to be written and may have been, in part or as a whole; null if nothing was
   */
  reload(run: TaskRun, refused: Batch | null): Promise<void>;
}

/** Most tasks in a batch, give or take those whose steps move: the rows of a batch are numbered below 65,536. */
const MOST_TASKS = 5_000;

/** Waits between attempts to write a batch, in milliseconds; the last one repeats. */
const RETRY_WAITS_MS = [50, 100, 250, 500, 1_000, 2_000];

/**
 * Writes what happens to the tasks assigned to it, in order: while one batch is being committed the next one collects
 * (group commit). A batch holds the outcomes that have come in, the starts that they enable, and the end of tasks of which
 * nothing is left; so a step that follows another costs one commit.
 */
export class Lane {
  readonly #host: LaneHost;
  readonly #slots: LaneSlots;
  #outcomes: Execution[] = [];
  #ready: { readonly run: TaskRun; readonly step: StepRun }[] = [];
  #readyHead = 0;
  #lost: { readonly run: TaskRun; readonly step: StepRun }[] = [];
  #checks = new Set<TaskRun>();
  #finished: { readonly run: TaskRun; readonly annotations: readonly EncodedAnnotation[] }[] = [];
  #releases = new Map<TaskRun, number | null>();
  #busy = false;
  #scheduled = false;
  #idleWaiters: (() => void)[] = [];

  constructor(host: LaneHost) {
    this.#host = host;
    this.#slots = host.slots.openLane(() => this.schedule());
  }

  /** Takes a step that may start. */
  enqueue(run: TaskRun, step: StepRun): void {
    if (step.queued || run.dropped || !run.isStartable(step)) return;
    step.queued = true;
    run.activeCount += 1;
    this.#ready.push({ run, step });
    this.schedule();
  }

  /** Takes a task that was just loaded: queues what may start, and ends it if nothing can. */
  adopt(run: TaskRun): void {
    if (run.isOver) {
      // Somebody else ended it: nothing of it starts any more.
      this.#releases.set(run, null);
      this.schedule();
      return;
    }
    for (const step of run.steps) {
      if (step.dueAt !== null) this.#waitForRetry(run, step);
      else this.enqueue(run, step);
    }
    this.#checks.add(run);
    this.schedule();
  }

  /** Takes an execution that has an outcome. */
  settle(execution: Execution): void {
    if (execution.settling) return;
    execution.settling = true;
    this.#outcomes.push(execution);
    this.schedule();
  }

  /** Takes a step that is given up because its process is gone once too often. */
  giveUp(run: TaskRun, step: StepRun): void {
    run.activeCount += 1;
    // Keeps it out of the queue of those that may start.
    step.queued = true;
    this.#lost.push({ run, step });
    this.schedule();
  }

  /** Completes a task whose hook has run. */
  finish(run: TaskRun, annotations: readonly EncodedAnnotation[]): void {
    this.#finished.push({ run, annotations });
    this.schedule();
  }

  /** Gives a task back, to be claimed again at `wakeAt` (milliseconds since the epoch). */
  release(run: TaskRun, wakeAt: number): void {
    this.#releases.set(run, wakeAt);
    this.schedule();
  }

  /** Looks again whether there is something to write, after the current turn of the event loop. */
  schedule(): void {
    if (this.#scheduled || this.#busy) return;
    this.#scheduled = true;
    setImmediate(() => void this.#drain());
  }

  /** Resolves when nothing is being written and nothing waits to be. */
  idle(): Promise<void> {
    if (!this.#busy && !this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  async #drain(): Promise<void> {
    this.#scheduled = false;
    this.#busy = true;
    // A batch can be empty although outcomes are left: those that it took belonged to tasks that were let go.
    for (let batch = this.#assemble(); batch.taskCount > 0 || this.#outcomes.length > 0; batch = this.#assemble()) {
      if (batch.taskCount > 0) await this.#write(batch);
      // Handlers that answer at once have their outcome in by the next turn: it goes into the next batch.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#busy = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #assemble(): Batch {
    const batch = new Batch(this.#host.clock.now());
    this.#addOutcomes(batch);
    this.#addLost(batch);
    this.#addStarts(batch);
    for (const { run, annotations } of this.#finished.splice(0)) {
      if (!run.dropped) completeTask(batch, run, this.#writer(run), annotations);
    }
    for (const entry of batch.tasks) this.#checks.add(entry.run);
    for (const run of this.#checks) {
      if (batch.taskCount >= MOST_TASKS) break;
      this.#checks.delete(run);
      this.#decideTask(batch, run);
    }
    for (const [run, wakeAt] of this.#releases) {
      if (!run.dropped) batch.task(run).release ??= { wakeAt };
    }
    this.#releases.clear();
    return batch;
  }

  #addOutcomes(batch: Batch): void {
    const taken = this.#outcomes.splice(0, this.#host.maxBatch);
    for (const [place, execution] of taken.entries()) {
      const { run, step, outcome } = execution;
      if (execution.alone && place > 0) {
        // Something in this step's data was refused: it gets a batch of its own.
        this.#outcomes.unshift(...taken.slice(place));
        return;
      }
      execution.settling = false;
      this.discard(execution);
      if (run.dropped || outcome === null) continue;
      this.#addOutcome(batch, run, step, execution, outcome);
      if (execution.alone) {
        this.#outcomes.unshift(...taken.slice(place + 1));
        return;
      }
    }
  }

  #addOutcome(batch: Batch, run: TaskRun, step: StepRun, execution: Execution | null, outcome: Outcome): void {
    const decision = decideStep({
      step,
      executionId: execution?.executionId ?? step.lostExecutionId ?? "unknown",
      outcome,
      nowMs: batch.nowMs,
      random: this.#host.random(),
      rules: this.#host.rules,
      writer: this.#writer(run),
    });
    batch.addOutcome({ run, step, execution, move: decision.move, dueAt: decision.dueAt });
    run.activeCount -= 1;
    this.#apply(run, step, decision);
  }

  #apply(run: TaskRun, step: StepRun, { move, next, dueAt }: StepDecision): void {
    const row = move.rows.at(-1);
    if (row === undefined) return;
    step.state = row.to;
    step.sortKey = row.sortKey;
    step.attempts = move.attempts;
    step.execution = null;
    step.lostExecutionId = null;
    step.dueAt = dueAt;
    if (move.results !== null) step.results = move.results;
    if (move.retryable !== null) step.retryable = move.retryable;
    if (next === "satisfied") run.satisfy(step, (child) => this.enqueue(run, child));
    if (next === "retry") run.waitingCount += 1;
    if (next === "open") {
      step.interruptions += 1;
      this.enqueue(run, step);
    }
  }

  #addLost(batch: Batch): void {
    for (const { run, step } of this.#lost.splice(0)) {
      step.queued = false;
      if (!run.dropped) this.#addOutcome(batch, run, step, null, { kind: "interrupted", reason: LOST_PROCESS });
    }
  }

  #addStarts(batch: Batch): void {
    this.#slots.stopWaiting();
    while (this.#readyHead < this.#ready.length && batch.size < 2 * this.#host.maxBatch && this.#host.starting) {
      const next = this.#ready[this.#readyHead];
      if (next === undefined) break;
      const { run, step } = next;
      if (run.dropped) {
        this.#readyHead += 1;
        continue;
      }
      if (!this.#slots.take()) break;
      this.#readyHead += 1;
      step.queued = false;
      this.#addStart(batch, run, step);
    }
    // The array is cut from time to time instead of shifted at each step, which would cost its length.
    if (this.#readyHead > 1_024 && this.#readyHead * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#readyHead);
      this.#readyHead = 0;
    }
  }

  #addStart(batch: Batch, run: TaskRun, step: StepRun): void {
    const executionId = this.#host.nextExecutionId();
    const move = decideStart(step, executionId, this.#writer(run));
    step.attempts = move.attempts;
    step.state = "in_progress";
    step.sortKey = move.rows.at(-1)?.sortKey ?? step.sortKey;
    step.lostExecutionId = null;
    const execution = new Execution(executionId, run, step);
    step.execution = execution;
    run.executions.set(executionId, execution);
    batch.addStart({ run, step, execution, move, dueAt: null });
    if (run.state !== "in_progress") startTask(batch, run, this.#writer(run));
  }

  #decideTask(batch: Batch, run: TaskRun): void {
    if (run.dropped || run.finishing || run.activeCount > 0) return;
    if (run.remaining === 0) {
      run.finishing = true;
      if (this.#host.hasAnnotations(run)) this.#host.annotate(run);
      else completeTask(batch, run, this.#writer(run), []);
    } else if (run.waitingCount === 0) {
      run.finishing = true;
      failTask(batch, run, this.#writer(run));
    } else if ((run.nextDueAt ?? 0) > batch.nowMs + this.#host.releaseAfterMs) {
      run.finishing = true;
      batch.task(run).release = { wakeAt: run.nextDueAt };
    }
  }

  async #write(batch: Batch): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        this.#acknowledge(batch, await commitBatch(this.#host.database, this.#host.processId, batch));
        return;
      } catch (error) {
        if (isDataRefusal(error)) return this.#isolate(batch, error);
        const waitMs = RETRY_WAITS_MS[Math.min(failures, RETRY_WAITS_MS.length - 1)] ?? 0;
        this.#host.log.warn({ err: error, steps: batch.size, waitMs }, "writing a batch failed, trying again");
        // Whether the failed attempt was committed is not known. Written again, what was committed is refused, and
        // loading those tasks again shows how they stand.
        await new Promise<void>((resolve) => void this.#host.clock.after(waitMs, resolve));
      }
    }
  }

  /** The database refused the data of some step of the batch: the others must not suffer for it. */
  async #isolate(batch: Batch, error: unknown): Promise<void> {
    if (batch.taskCount > 1) {
      const [first, second] = batch.halve();
      await this.#write(first);
      await this.#write(second);
      return;
    }
    const [task] = batch.tasks;
    if (task !== undefined && task.annotations.length > 0) {
      this.#host.log.error({ err: error, taskId: task.run.taskId }, "the database refused annotations: left out");
      task.annotations = [];
      return this.#write(batch);
    }
    const [only] = batch.outcomes;
    if (only?.execution && batch.outcomes.length === 1) {
      this.#host.log.error(
        { err: error, taskId: only.run.taskId, step: only.step.name },
        "the database refused a result",
      );
      only.execution.refuse(error);
    } else {
      for (const { execution } of batch.outcomes) if (execution !== null) execution.alone = true;
    }
    for (const { run } of batch.tasks) await this.#reload(run, null);
  }

  #acknowledge(batch: Batch, refused: ReadonlySet<TaskRun>): void {
    for (const { run, step, execution, dueAt } of batch.outcomes) {
      if (refused.has(run)) continue;
      if (execution !== null) run.executions.delete(execution.executionId);
      if (dueAt !== null) this.#waitForRetry(run, step, false);
    }
    this.#host.committed(batch, refused);
    for (const { run, execution } of batch.starts) {
      if (refused.has(run)) continue;
      // Dropped meanwhile: the process was declared dead, and the step is somebody else's.
      if (execution !== null && !run.dropped) this.#host.launch(execution);
    }
    for (const { run, release } of batch.tasks) {
      if (refused.has(run)) void this.#reload(run, batch.of(run));
      else if (release !== null) {
        run.drop();
        this.#host.released(run);
      }
    }
  }

  async #reload(run: TaskRun, refused: Batch | null): Promise<void> {
    run.drop();
    await this.#host.reload(run, refused);
  }

  #waitForRetry(run: TaskRun, step: StepRun, counted = true): void {
    if (run.dropped || step.dueAt === null) return;
    if (counted) run.waitingCount += 1;
    const cancel = this.#host.clock.after(Math.max(0, step.dueAt - this.#host.clock.now()), () => {
      run.timers.delete(step.index);
      if (run.dropped || step.dueAt === null) return;
      step.dueAt = null;
      run.waitingCount -= 1;
      this.enqueue(run, step);
      this.#checks.add(run);
      this.schedule();
    });
    run.timers.set(step.index, cancel);
  }

  /** Gives back the slot of an execution that needs none any more. */
  discard(execution: Execution): void {
    if (!execution.holdsSlot) return;
    execution.holdsSlot = false;
    this.#slots.give();
  }

  #writer(run: TaskRun): Writer {
    return { writer: this.#host.processId, epoch: run.epoch };
  }
}
