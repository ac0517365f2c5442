import { elapsedOf } from "../../clock/clock.ts";
import type { JsonObject } from "../../json/json-value.ts";
import type { Batch } from "../batch.ts";
import { beginWait } from "../begin-wait.ts";
import { decideStart } from "../decide-start.ts";
import { describeFailure } from "../describe-failure.ts";
import { Execution } from "../execution.ts";
import { itemsToAdd, planFanOut } from "../fan-out.ts";
import { type LaneHost, writerOf } from "../lane-host.ts";
import type { AdmittedStep } from "../limits/permit.ts";
import type { Failure } from "../outcome.ts";
import { type ReadyFigures, type ReadyStep, readyFigures } from "../ready-figures.ts";
import { ReadyQueue } from "../ready-queue.ts";
import { remoteExecutionId } from "../remote/remote-execution-id.ts";
import type { RemoteStep } from "../remote/remote-step.ts";
import type { OfferingLine } from "../sharing/offer-desk-host.ts";
import { isShareable } from "../sharing/offer-steps.ts";
import type { StartedOutside } from "../sharing/outside-attempt.ts";
import type { LaneSlots } from "../slots.ts";
import type { WaitingFor } from "../standing-wait.ts";
import type { StepMove } from "../step-move.ts";
import type { StepRun } from "../step-run.ts";
import { startTask } from "../task-move.ts";
import type { TaskRun } from "../task-run.ts";
import { MOST_ADDED } from "./batch-limits.ts";
import type { StepWaits } from "./step-waits.ts";

/** What comes of steps that begin. */
export interface StartEnds {
  /** Called when there may be something to start. */
  onWork(): void;
  /** Takes the failure of a step that could not begin to wait. */
  fail(run: TaskRun, step: StepRun, failure: Failure): void;
}

/** A step of a task in memory. */
interface StepOfRun {
  readonly run: TaskRun;
  readonly step: StepRun;
}

/**
 * The steps whose turn it is to start: in line for a slot by their rank, with the permits of their limits, or, if they only
 * wait for something, without either.
 */
export class StartLine implements OfferingLine {
  readonly #host: LaneHost;
  readonly #waits: StepWaits;
  readonly #ends: StartEnds;
  readonly #slots: LaneSlots;
  readonly #ready = new ReadyQueue<ReadyStep>();
  #admitted: AdmittedStep[] = [];
  #remote: RemoteStep[] = [];
  #outside: StartedOutside[] = [];
  #waiting: (StepOfRun & { readonly failure: Failure | null })[] = [];

  constructor(host: LaneHost, waits: StepWaits, ends: StartEnds) {
    this.#host = host;
    this.#waits = waits;
    this.#ends = ends;
    this.#slots = host.slots.openLane(() => ends.onWork());
    host.offers.openLine(this);
  }

  /** Takes a step that calls its handler when there is room; or whose handler a worker calls, when there is one. */
  push(run: TaskRun, step: StepRun): void {
    const demands = run.demandsOf(step);
    const ready: ReadyStep = { run, step, readySince: elapsedOf(this.#host.clock) };
    const executionId =
      run.queueOf(step) === null ? null : remoteExecutionId(this.#host.executions.nextId(), step.stepId);
    if (demands.length > 0) this.#host.permits.ask({ ...ready, executionId, admit: this.#admit }, demands);
    else if (executionId !== null) this.#remote.push({ ...ready, executionId, permit: null });
    else this.#ready.push(ready, run.rankOf(step), run.view.namespace);
  }

  /** The steps that wait for a slot. */
  ready(): ReadyFigures {
    return readyFigures(this.#ready, elapsedOf(this.#host.clock));
  }

  /**
   * Takes a step that calls no handler: it takes no slot and no permit, and does not stand in line for one.
   * @param failure that it has had before it could begin; null: it begins to wait
   */
  pushWait(run: TaskRun, step: StepRun, failure: Failure | null): void {
    this.#waiting.push({ run, step, failure });
  }

  /** Takes a step whose attempt another process has started: it needs no slot. */
  pushOutside(started: StartedOutside): void {
    this.#outside.push(started);
  }

  /** Whether steps wait for which there is no slot. */
  get isOverfull(): boolean {
    return this.#slots.waiting && !this.#ready.isEmpty;
  }

  ranksForOthers(most: number): readonly number[] {
    const ranks: number[] = [];
    for (const { run, step } of this.#ready) {
      if (ranks.length === most) break;
      if (!run.dropped && isShareable(run, step)) ranks.push(run.rankOf(step));
    }
    return ranks;
  }

  takeForOthers(most: number): ReadyStep[] {
    const taken: ReadyStep[] = [];
    const kept: ReadyStep[] = [];
    while (taken.length < most && !this.#ready.isEmpty) {
      const ready = this.#ready.shift();
      if (ready === undefined || ready.run.dropped) continue;
      if (isShareable(ready.run, ready.step)) taken.push(ready);
      else kept.push(ready);
    }
    this.#putBack(kept);
    return taken;
  }

  putBack(steps: readonly ReadyStep[]): void {
    this.#putBack(steps);
    this.#ends.onWork();
  }

  #putBack(steps: readonly ReadyStep[]): void {
    for (const ready of steps.toReversed()) {
      const { run, step } = ready;
      this.#ready.putBack(ready, run.rankOf(step), run.view.namespace);
    }
  }

  /** Takes a step that has waited for its permits and got them, with a slot. */
  readonly #admit = (step: AdmittedStep): void => {
    this.#admitted.push(step);
    this.#ends.onWork();
  };

  /** Adds the starts for which there is room. */
  addTo(batch: Batch): void {
    if (this.#host.mayStart) {
      for (const step of this.#admitted.splice(0)) this.#addAdmitted(batch, step);
      for (const ready of this.#remote.splice(0)) if (!ready.run.dropped) batch.remote.push(ready);
      for (const started of this.#outside.splice(0, 2 * this.#host.maxBatch)) this.#addOutside(batch, started);
    }
    this.#addReady(batch);
    if (!this.#host.mayStart) return;
    for (const { run, step, failure } of this.#waiting.splice(0, 2 * this.#host.maxBatch)) {
      step.queued = false;
      if (!run.dropped) this.#addWait(batch, run, step, failure);
    }
  }

  #addReady(batch: Batch): void {
    while (batch.size < 2 * this.#host.maxBatch && this.#host.mayStart) {
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
      if (!run.dropped && !this.#slots.take(this.#ready.rank)) {
        this.#host.offers.noticeOverfull();
        return;
      }
      this.#ready.shift();
      if (run.dropped) continue;
      step.queued = false;
      const execution = this.#addStart(batch, run, step, this.#host.executions.nextId(), {});
      execution.slots = this.#slots;
    }
    this.#slots.stopWaiting();
    if (this.#ready.isEmpty && this.#host.starting) this.#host.offers.takeBack();
  }

  #addAdmitted(batch: Batch, { run, step, readySince, permit, slots, executionId }: AdmittedStep): void {
    if (run.dropped) {
      slots?.give();
      this.#host.permits.giveBack(permit);
    } else if (executionId !== null) {
      batch.remote.push({ run, step, readySince, executionId, permit });
    } else {
      step.queued = false;
      const execution = this.#addStart(batch, run, step, this.#host.executions.nextId(), permit.facts);
      execution.slots = slots;
      execution.permit = permit;
    }
  }

  #addOutside(batch: Batch, { run, step, attempt, permit }: StartedOutside): void {
    if (run.dropped) return;
    step.queued = false;
    const facts = { worker: attempt.processId, ...permit?.facts };
    const execution = this.#addStart(batch, run, step, attempt.executionId, facts);
    execution.outside = attempt;
    execution.permit = permit;
    this.#host.offers.watch(execution, attempt);
  }

  #addStart(batch: Batch, run: TaskRun, step: StepRun, executionId: string, facts: JsonObject): Execution {
    const move = this.#start(run, step, executionId, facts);
    const execution = new Execution(executionId, run, step, this.#host.resources);
    step.execution = execution;
    run.executions.set(executionId, execution);
    batch.addStart({ run, step, execution, move, dueAt: null });
    if (run.state !== "in_progress") startTask(batch, run, writerOf(this.#host, run));
    return execution;
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
    const executionId = this.#host.executions.nextId();
    run.activeCount -= 1;
    const move = this.#start(run, step, executionId, "failure" in facts ? {} : { waiting_for: facts });
    batch.addStart({ run, step, execution: null, move, dueAt: null });
    if (run.state !== "in_progress") startTask(batch, run, writerOf(this.#host, run));
    if ("failure" in facts) {
      step.lostExecutionId = executionId;
      this.#ends.fail(run, step, facts);
      return;
    }
    step.wait = { executionId, facts };
    // Of an earlier attempt, if there is one.
    run.children.delete(step.stepId);
    // A signal that came early is taken by the next commit; the task is not given back in between.
    if (!this.#waits.takeSignal(run, step, step.wait)) run.waitingCount += 1;
    if (facts.kind === "task") this.#waits.holdForChild(run, step);
  }

  #start(run: TaskRun, step: StepRun, executionId: string, facts: JsonObject): StepMove {
    const move = decideStart(step, executionId, writerOf(this.#host, run), facts);
    step.attempts = move.attempts;
    step.state = "in_progress";
    step.sortKey = move.rows.at(-1)?.sortKey ?? step.sortKey;
    step.lostExecutionId = null;
    step.outside = null;
    return move;
  }
}

/** What a step waits for; or its failure, if what it reads of the task is not as it has to be. */
function attemptWait(begin: () => WaitingFor): WaitingFor | Failure {
  try {
    return begin();
  } catch (error) {
    return { kind: "failure", failure: describeFailure(error), durationMs: 0 };
  }
}
