import { FanOutError } from "../errors/index.ts";
import type { JsonObject } from "../json/json-value.ts";
import type { AddedSteps } from "./added-steps.ts";
import { Batch, type EncodedAnnotation } from "./batch.ts";
import { beginWait } from "./begin-wait.ts";
import type { WaitingStep } from "./child-starter.ts";
import { compensationFacts, findCompensable, isCompensationDue, planCompensation } from "./compensation.ts";
import { decideCancellations } from "./decide-cancellations.ts";
import { type Closing, decideClosing } from "./decide-closing.ts";
import { decideEnd } from "./decide-end.ts";
import { decideReady } from "./decide-ready.ts";
import { decideStart } from "./decide-start.ts";
import { decideStep, LOST_PROCESS, type StepDecision } from "./decide-step.ts";
import { describeFailure } from "./describe-failure.ts";
import { endByChild, endBySignal, endByTime, findSignal } from "./end-wait.ts";
import { Execution } from "./execution.ts";
import { isFannedOut, planFanOut, readItems } from "./fan-out.ts";
import type { LaneHost } from "./lane-host.ts";
import type { Demand } from "./limits/limiter.ts";
import type { AdmittedStep, Permit } from "./limits/permit.ts";
import type { Outcome } from "./outcome.ts";
import { readyFactsOf } from "./ready-facts.ts";
import { ReadyQueue } from "./ready-queue.ts";
import type { LaneSlots } from "./slots.ts";
import { endOfWait, type StandingWait, type WaitingFor } from "./standing-wait.ts";
import type { StepMove, Writer } from "./step-move.ts";
import { readableResults, type StepResolution } from "./step-resolution.ts";
import { mayStart, type StepRun } from "./step-run.ts";
import { cancelTask, completeTask, failTask, startTask } from "./task-move.ts";
import type { TaskRun } from "./task-run.ts";

/** Most tasks in a batch, give or take those whose steps move: the rows of a batch are numbered below 65,536. */
const MOST_TASKS = 5_000;
/** Most steps in a batch when steps are closed without a handler, for the same reason. */
const MOST_CLOSINGS = 10_000;
/** Most steps that a batch adds to tasks, give or take those of one task: what comes after them waits for the next one. */
const MOST_ADDED = 20_000;

/** The outcome of a step that has no execution here. */
interface Ending {
  readonly run: TaskRun;
  readonly step: StepRun;
  readonly outcome: Outcome;
  /** The signal that ends its wait, if one does. */
  readonly signalId?: number;
}

/**
 * What a lane has to do: outcomes to be written, steps that are ready, tasks to look at. Makes batches of it, and keeps the
 * tasks in memory as the batch under way will leave them.
 */
export class Agenda {
  readonly #host: LaneHost;
  readonly #onWork: () => void;
  readonly #slots: LaneSlots;
  #outcomes: Execution[] = [];
  readonly #ready = new ReadyQueue<{ readonly run: TaskRun; readonly step: StepRun }>();
  #closings: { readonly run: TaskRun; readonly step: StepRun; readonly closing: Closing }[] = [];
  #waiting: { readonly run: TaskRun; readonly step: StepRun; readonly failure: Failure | null }[] = [];
  #endings: Ending[] = [];
  #admitted: AdmittedStep[] = [];
  #checks = new Set<TaskRun>();
  #finished: { readonly run: TaskRun; readonly annotations: readonly EncodedAnnotation[] }[] = [];
  /** Tasks to look at again in the next batch. */
  #postponed: TaskRun[] = [];
  #rechecks = new Set<TaskRun>();
  #releases = new Map<TaskRun, number>();

  /** @param onWork called when there may be something to make a batch of */
  constructor(host: LaneHost, onWork: () => void) {
    this.#host = host;
    this.#onWork = onWork;
    this.#slots = host.slots.openLane(onWork);
  }

  /** Whether outcomes are left that no batch has taken. */
  get hasOutcomes(): boolean {
    return this.#outcomes.length > 0;
  }

  /** Takes a step whose turn it is: it starts, is closed without a handler, or stays as it is for want of an attempt. */
  enqueue(run: TaskRun, step: StepRun): void {
    if (step.queued || run.dropped || !run.isDue(step)) return;
    const decision = run.hasFlow ? decideReady(readyFactsOf(run, step)) : null;
    if (decision?.kind === "close") {
      this.close(run, step, decision.closing);
      return;
    }
    if (!mayStart(step)) return;
    if (run.gateOf(step)?.admit(step) === false) return;
    step.queued = true;
    run.activeCount += 1;
    // What only waits takes no slot and no permit, and does not stand in line for one.
    if (decision?.kind === "fail") this.#waiting.push({ run, step, failure: conditionFailure(decision.error) });
    else if (step.waits !== null) this.#waiting.push({ run, step, failure: null });
    else this.#standInLine(run, step, run.demandsOf(step));
    this.#onWork();
  }

  #standInLine(run: TaskRun, step: StepRun, demands: readonly Demand[]): void {
    if (demands.length === 0) this.#ready.push({ run, step }, run.rankOf(step));
    else this.#host.permits.ask({ run, step, since: this.#host.clock.now(), admit: this.#admit }, demands);
  }

  /**
   * Takes a step that is not running and is closed without its handler. It is written with the outcomes that the next batch
   * holds, and what follows from it in the same batch: no commit of its own.
   */
  close(run: TaskRun, step: StepRun, closing: Closing): void {
    if (step.queued || run.dropped) return;
    step.queued = true;
    run.activeCount += 1;
    this.#closings.push({ run, step, closing });
    this.#onWork();
  }

  /** Takes a step that has waited for its permits and got them, with a slot. */
  readonly #admit = (step: AdmittedStep): void => {
    this.#admitted.push(step);
    this.#onWork();
  };

  /** Takes a task that was just loaded: queues what may start, and ends it if nothing can. */
  adopt(run: TaskRun): void {
    // Of one that somebody else has stopped nothing starts; it is let go when what runs has ended.
    const steps = run.isStopped ? [] : run.steps;
    if (steps.some(({ state }) => state === "cancelled")) {
      for (const { step, closing } of decideCancellations(run.graph, steps)) this.close(run, step, closing);
    }
    for (const step of steps) {
      if (step.queued) continue;
      if (step.dueAt === null && step.wait === null) this.enqueue(run, step);
      else {
        run.waitingCount += 1;
        if (step.wait === null) this.waitForRetry(run, step);
        else this.waitForEnd(run, step);
      }
    }
    this.#checks.add(run);
    this.#onWork();
  }

  /** Takes steps that were added to a task. */
  grow(run: TaskRun, added: AddedSteps): void {
    if (run.dropped) return;
    run.activeCount -= added.holds;
    for (const step of run.extend(added)) this.enqueue(run, step);
    this.#checks.add(run);
    this.#onWork();
  }

  /** Takes an execution that has an outcome. */
  settle(execution: Execution): void {
    if (execution.settling) return;
    execution.settling = true;
    this.#outcomes.push(execution);
    this.#onWork();
  }

  /** Takes a step that is given up because its process is gone once too often. */
  giveUp(run: TaskRun, step: StepRun): void {
    this.#end({ run, step, outcome: { kind: "interrupted", reason: LOST_PROCESS } });
  }

  /** Completes a task whose hook has run. */
  finish(run: TaskRun, annotations: readonly EncodedAnnotation[]): void {
    this.#finished.push({ run, annotations });
    this.#onWork();
  }

  /** Gives a task back, to be claimed again at `wakeAt` (milliseconds since the epoch). */
  release(run: TaskRun, wakeAt: number): void {
    this.#releases.set(run, wakeAt);
    this.#onWork();
  }

  /** Asks the database whether a task still is as this process has it: if not, it is loaded again. */
  recheck(run: TaskRun): void {
    this.#rechecks.add(run);
    this.#onWork();
  }

  /** Gives back the slot of an execution that needs none any more. */
  discard(execution: Execution): void {
    execution.slots?.give();
    execution.slots = null;
  }

  /** Gives back what an execution holds under the limits of its step: its outcome is committed, or does not count. */
  returnPermit(execution: Execution): void {
    if (execution.permit !== null) this.#host.permits.giveBack(execution.permit);
    execution.permit = null;
  }

  /** Sets the timer of a step whose failure is committed and whose retry was planned with it. */
  waitForRetry(run: TaskRun, step: StepRun): void {
    if (run.dropped || run.isStopped || step.dueAt === null) return;
    const cancel = this.#host.clock.after(Math.max(0, step.dueAt - this.#host.clock.now()), () => {
      run.timers.delete(step.index);
      this.retryNow(run, step);
    });
    run.timers.set(step.index, cancel);
  }

  /** Ends the wait of a step for its retry, if it waits for that. */
  retryNow(run: TaskRun, step: StepRun): void {
    if (run.dropped || run.isStopped || step.dueAt === null) return;
    run.timers.get(step.index)?.();
    run.timers.delete(step.index);
    step.dueAt = null;
    run.waitingCount -= 1;
    this.enqueue(run, step);
    this.#checks.add(run);
    this.#onWork();
  }

  /** Ends the wait of a step if what it waits for is there, or else sets its timer. Its start has been committed. */
  waitForEnd(run: TaskRun, step: StepRun): void {
    const { wait } = step;
    if (run.dropped || run.isStopped || wait === null || step.queued) return;
    if (this.#takeSignal(run, step, wait)) {
      run.waitingCount -= 1;
      return;
    }
    if (wait.facts.kind === "task") {
      const child = run.children.get(step.stepId);
      const outcome = child === undefined ? null : endByChild(wait, child, this.#host.clock.now());
      if (child === undefined) {
        this.#holdForChild(run, step);
        this.#host.startChild(run, step);
      } else if (outcome !== null) this.endWait({ run, step, wait }, outcome);
    }
    const endsAt = endOfWait(wait);
    if (endsAt === null) return;
    const cancel = this.#host.clock.after(Math.max(0, endsAt - this.#host.clock.now()), () => {
      run.timers.delete(step.index);
      if (run.dropped || step.wait !== wait) return;
      run.waitingCount -= 1;
      this.#end({ run, step, outcome: endByTime(wait, this.#host.clock.now()) });
    });
    run.timers.set(step.index, cancel);
  }

  /** Ends a wait, if it is going on. */
  endWait({ run, step, wait }: WaitingStep, outcome: Outcome): void {
    if (run.dropped || step.wait !== wait || step.queued) return;
    this.childStarted(run, step);
    run.waitingCount -= 1;
    this.#end({ run, step, outcome });
  }

  /** The task that a step waits for has been submitted: its own task may be given back. */
  childStarted(run: TaskRun, step: StepRun): void {
    if (run.dropped || !run.startingChildren.delete(step.index)) return;
    run.activeCount -= 1;
    run.waitingCount += 1;
    this.#checks.add(run);
    this.#onWork();
  }

  /** Keeps a task in memory until the task that a step of it waits for has been submitted. */
  #holdForChild(run: TaskRun, step: StepRun): void {
    if (run.startingChildren.has(step.index)) return;
    run.startingChildren.add(step.index);
    run.waitingCount -= 1;
    run.activeCount += 1;
  }

  /** Ends a wait by a signal that is there, if one is: the commit that ends it takes the signal. */
  #takeSignal(run: TaskRun, step: StepRun, wait: StandingWait): boolean {
    const signal = findSignal(wait, run.signals);
    if (signal === null) return false;
    run.signals.splice(run.signals.indexOf(signal), 1);
    const outcome = endBySignal(wait, signal, this.#host.clock.now());
    this.#end({ run, step, outcome, signalId: signal.signalId });
    return true;
  }

  #end(ending: Ending): void {
    ending.run.activeCount += 1;
    // Keeps it out of the queue of those that may start.
    ending.step.queued = true;
    this.#endings.push(ending);
    this.#onWork();
  }

  /** Makes a batch of what there is to do, as much as one commit takes; an empty one if there is nothing. */
  assemble(): Batch {
    const batch = new Batch(this.#host.clock.now());
    this.#addOutcomes(batch);
    this.#addEndings(batch);
    this.#addClosings(batch);
    this.#addStarts(batch);
    this.#addWaits(batch);
    for (const { run, annotations } of this.#finished.splice(0)) {
      if (!run.dropped) completeTask(batch, run, this.#writer(run), annotations);
    }
    for (const entry of batch.tasks) this.#checks.add(entry.run);
    for (const run of this.#postponed.splice(0)) this.#checks.add(run);
    for (const run of this.#checks) {
      if (batch.taskCount >= MOST_TASKS) break;
      this.#checks.delete(run);
      this.#decideTask(batch, run);
    }
    for (const run of this.#rechecks) if (!run.dropped) batch.task(run);
    this.#rechecks.clear();
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
      if (run.dropped || outcome === null) {
        this.returnPermit(execution);
        continue;
      }
      this.#addOutcome(batch, run, step, execution, outcome);
      if (execution.alone) {
        this.#outcomes.unshift(...taken.slice(place + 1));
        return;
      }
    }
  }

  #addOutcome(
    batch: Batch,
    run: TaskRun,
    step: StepRun,
    execution: Execution | null,
    outcome: Outcome,
    signalId?: number,
  ): void {
    const decision = decideStep({
      step,
      definition: run.compiled.stepNamed.get(step.name),
      executionId: execution?.executionId ?? step.wait?.executionId ?? step.lostExecutionId ?? "unknown",
      outcome,
      nowMs: batch.nowMs,
      random: this.#host.random(),
      rules: this.#host.rules,
      writer: this.#writer(run),
    });
    batch.addOutcome({
      run,
      step,
      execution,
      move: decision.move,
      dueAt: decision.dueAt,
      ...(signalId === undefined ? {} : { signalId }),
    });
    run.activeCount -= 1;
    const gate = run.gateOf(step);
    gate?.leave(step);
    this.#apply(run, step, decision);
    step.blockedBy = outcome.kind === "postponed" ? outcome.circuit : null;
    for (let next = gate?.next(); next != null; next = gate?.next()) this.enqueue(run, next);
  }

  #apply(run: TaskRun, step: StepRun, { move, next, dueAt, resolution }: StepDecision): void {
    const row = move.rows.at(-1);
    if (row === undefined) return;
    step.state = row.to;
    step.sortKey = row.sortKey;
    step.attempts = move.attempts;
    step.execution = null;
    step.lostExecutionId = null;
    step.wait = null;
    step.dueAt = dueAt;
    if (move.results !== null) step.results = move.results;
    if (resolution !== null) this.#resolve(run, step, resolution);
    if (move.retryable !== null) step.retryable = move.retryable;
    if (next === "satisfied") run.satisfy(step, (child) => this.enqueue(run, child));
    if (next === "retry") run.waitingCount += 1;
    if (next === "open") {
      step.interruptions += 1;
      this.enqueue(run, step);
    }
  }

  #resolve(run: TaskRun, step: StepRun, resolution: StepResolution): void {
    step.resolution = resolution;
    step.results = readableResults(resolution, step.results, run.compiled.stepNamed.get(step.name));
  }

  #addEndings(batch: Batch): void {
    for (const { run, step, outcome, signalId } of this.#endings.splice(0, 2 * this.#host.maxBatch)) {
      step.queued = false;
      if (!run.dropped) this.#addOutcome(batch, run, step, null, outcome, signalId);
    }
  }

  /** Closings may lead to others, which are put behind them: a chain of any length is walked without recursion. */
  #addClosings(batch: Batch): void {
    let head = 0;
    for (; head < this.#closings.length && batch.size < MOST_CLOSINGS; head++) {
      const next = this.#closings[head];
      if (next === undefined || next.run.dropped) continue;
      this.#addClosing(batch, next.run, next.step, next.closing);
    }
    this.#closings.splice(0, head);
  }

  #addClosing(batch: Batch, run: TaskRun, step: StepRun, closing: Closing): void {
    const { to, facts, results } = closing;
    const move = decideClosing(step, closing, this.#writer(run));
    batch.addStart({ run, step, execution: null, move, dueAt: null });
    run.activeCount -= 1;
    step.queued = false;
    step.state = to;
    step.sortKey = move.rows.at(-1)?.sortKey ?? step.sortKey;
    step.lostExecutionId = null;
    step.outside = null;
    step.dueAt = null;
    if (results !== null) step.results = results;
    if (to === "cancelled") return;
    if (typeof facts.resolution === "string")
      this.#resolve(run, step, {
        kind: facts.resolution,
        skippedWith: typeof facts.skipped_with === "string" ? facts.skipped_with : null,
      });
    if (run.state !== "in_progress") startTask(batch, run, this.#writer(run));
    run.satisfy(step, (child) => this.enqueue(run, child));
  }

  #addStarts(batch: Batch): void {
    if (this.#admitted.length > 0 && this.#host.starting) this.#addAdmitted(batch);
    while (batch.size < 2 * this.#host.maxBatch && this.#host.starting) {
      const next = this.#ready.peek();
      if (next === undefined) break;
      const { run, step } = next;
      const items = run.dropped ? null : itemsToAdd(run, step);
      if (items !== null) {
        const before = batch.addedCount;
        if (before > 0 && before + items.length > MOST_ADDED) break;
        this.#ready.shift();
        step.queued = false;
        const added = batch.addingTo(run);
        added.holds += 1;
        planFanOut(added, run, step, items);
        continue;
      }
      // One that waits for a slot keeps its place, and the lane its claim to the next slot.
      if (!run.dropped && !this.#slots.take(this.#ready.rank)) return;
      this.#ready.shift();
      if (run.dropped) continue;
      step.queued = false;
      this.#addStart(batch, run, step, this.#slots, null);
    }
    this.#slots.stopWaiting();
  }

  #addAdmitted(batch: Batch): void {
    for (const { run, step, permit, slots } of this.#admitted.splice(0)) {
      if (run.dropped) {
        slots.give();
        this.#host.permits.giveBack(permit);
      } else {
        step.queued = false;
        this.#addStart(batch, run, step, slots, permit);
      }
    }
  }

  #addStart(batch: Batch, run: TaskRun, step: StepRun, slots: LaneSlots, permit: Permit | null): void {
    const executionId = this.#host.nextExecutionId();
    const move = this.#start(run, step, executionId, permit?.facts ?? {});
    const execution = new Execution(executionId, run, step, this.#host.resources);
    execution.slots = slots;
    execution.permit = permit;
    step.execution = execution;
    run.executions.set(executionId, execution);
    batch.addStart({ run, step, execution, move, dueAt: null });
    if (run.state !== "in_progress") startTask(batch, run, this.#writer(run));
  }

  #addWaits(batch: Batch): void {
    if (!this.#host.starting) return;
    for (const { run, step, failure } of this.#waiting.splice(0, 2 * this.#host.maxBatch)) {
      step.queued = false;
      if (!run.dropped) this.#addWait(batch, run, step, failure);
    }
  }

  /**
   * Starts a step that waits: its start, what it waits for and, if nothing else is to do, its task's release are one commit.
   * One that has failed before it could begin starts as well, so that the attempt counts.
   */
  #addWait(batch: Batch, run: TaskRun, step: StepRun, failure: Failure | null): void {
    const { waits } = step;
    const begun = () => (waits === null ? null : attemptWait(() => beginWait(waits, run, step, batch.nowMs)));
    const facts = failure ?? begun();
    if (facts === null) return;
    const executionId = this.#host.nextExecutionId();
    run.activeCount -= 1;
    const move = this.#start(run, step, executionId, "failure" in facts ? {} : { waiting_for: facts });
    batch.addStart({ run, step, execution: null, move, dueAt: null });
    if (run.state !== "in_progress") startTask(batch, run, this.#writer(run));
    if ("failure" in facts) {
      step.lostExecutionId = executionId;
      this.#end({ run, step, outcome: facts });
    } else {
      step.wait = { executionId, facts };
      // Of an earlier attempt, if there is one.
      run.children.delete(step.stepId);
      // A signal that came early is taken by the next commit; the task is not given back in between.
      if (!this.#takeSignal(run, step, step.wait)) run.waitingCount += 1;
      if (facts.kind === "task") this.#holdForChild(run, step);
    }
  }

  #start(run: TaskRun, step: StepRun, executionId: string, facts: JsonObject): StepMove {
    const move = decideStart(step, executionId, this.#writer(run), facts);
    step.attempts = move.attempts;
    step.state = "in_progress";
    step.sortKey = move.rows.at(-1)?.sortKey ?? step.sortKey;
    step.lostExecutionId = null;
    step.outside = null;
    return move;
  }

  #decideTask(batch: Batch, run: TaskRun): void {
    if (run.dropped || run.finishing || run.activeCount > 0) return;
    if (run.isStopped) {
      run.finishing = true;
      batch.task(run).release ??= { wakeAt: null };
    } else if (run.remaining === 0 && !run.isCompensating) {
      this.#completeTask(batch, run);
    } else if (run.waitingCount === 0) {
      const lookAt = run.nextLookAt(() => this.#host.lookAgainAt(run, "processing", batch.nowMs));
      if (lookAt === null) this.#endTask(batch, run);
      else this.#holdTask(batch, run, lookAt);
    } else {
      const dueAt = run.nextDueAt(batch.nowMs);
      if (dueAt === null || dueAt <= batch.nowMs + this.#host.strategies.releaseAfterMs) return;
      run.finishing = true;
      batch.task(run).release = { wakeAt: this.#host.lookAgainAt(run, "waiting_for_dependencies", batch.nowMs) };
    }
  }

  #completeTask(batch: Batch, run: TaskRun): void {
    run.finishing = true;
    if (this.#host.hasAnnotations(run)) this.#host.annotate(run);
    else completeTask(batch, run, this.#writer(run), []);
  }

  /** Ends a task of which nothing can go on although not every step is satisfied. */
  #endTask(batch: Batch, run: TaskRun): void {
    const end = run.isCompensating ? "error" : decideEnd(run.steps);
    if (end === "complete") {
      this.#completeTask(batch, run);
      return;
    }
    const lookAt = end === "error" ? this.#host.strategies.holdBlocked(run, batch.nowMs) : null;
    if (lookAt !== null) {
      this.#holdTask(batch, run, lookAt);
      return;
    }
    if (end === "error") {
      this.#fail(batch, run);
      return;
    }
    run.finishing = true;
    cancelTask(batch, run, this.#writer(run));
  }

  #holdTask(batch: Batch, run: TaskRun, lookAt: number): void {
    run.finishing = true;
    batch.task(run).release = { wakeAt: lookAt };
  }

  /** Nothing of the task can go on: it fails, after what it has done was undone if that is due. */
  #fail(batch: Batch, run: TaskRun): void {
    const isDue = isCompensationDue(run);
    const steps = isDue ? findCompensable(run) : [];
    const before = batch.addedCount;
    if (before > 0 && before + steps.length > MOST_ADDED) {
      this.#postponed.push(run);
    } else if (steps.length > 0) {
      const added = batch.addingTo(run);
      added.holds += 1;
      run.activeCount += 1;
      planCompensation(added, run, steps);
    } else {
      run.finishing = true;
      failTask(batch, run, this.#writer(run), compensationFacts(run, isDue));
    }
  }

  #writer(run: TaskRun): Writer {
    return { writer: this.#host.processId, epoch: run.epoch };
  }
}

type Failure = Extract<Outcome, { readonly kind: "failure" }>;

/** What a step waits for; or its failure, if what it reads of the task is not as it has to be. */
function attemptWait(begin: () => WaitingFor): WaitingFor | Failure {
  try {
    return begin();
  } catch (error) {
    return { kind: "failure", failure: describeFailure(error), durationMs: 0 };
  }
}

/** The items of a mapped step that has to get its instances; null for one that starts itself, and for any other step. */
function itemsToAdd(run: TaskRun, step: StepRun): readonly unknown[] | null {
  if (run.compiled.stepNamed.roleOf(step.name).kind !== "join" || isFannedOut(run, step)) return null;
  try {
    const items = readItems(run, step);
    return items.length === 0 ? null : items;
  } catch (error) {
    // It starts, and fails with this error.
    if (error instanceof FanOutError) return null;
    throw error;
  }
}

/** The failure of a step whose condition threw: as if its handler had. */
function conditionFailure(error: unknown): Failure {
  const failure = describeFailure(error);
  return { kind: "failure", failure: { ...failure, message: `run_if: ${failure.message}` }, durationMs: 0 };
}
