import { elapsedOf } from "../../clock/clock.ts";
import type { AddedSteps } from "../added-steps.ts";
import { Batch, type EncodedAnnotation, type ViableStep } from "../batch.ts";
import { decideCancellations } from "../decide-cancellations.ts";
import type { Closing } from "../decide-closing.ts";
import { decideReady } from "../decide-ready.ts";
import { LOST_PROCESS } from "../decide-step.ts";
import { describeFailure } from "../describe-failure.ts";
import type { Execution } from "../execution.ts";
import type { LaneHost } from "../lane-host.ts";
import type { Failure } from "../outcome.ts";
import { readyFactsOf } from "../ready-facts.ts";
import type { ReadyFigures } from "../ready-figures.ts";
import type { StartedOutside } from "../sharing/outside-attempt.ts";
import { mayStart, type StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";
import { MOST_EVENTS, MOST_RESULT_TEXT } from "./batch-limits.ts";
import { ClosingLine } from "./closing-line.ts";
import { StartLine } from "./start-line.ts";
import { type Ending, StepWaits } from "./step-waits.ts";
import { TaskEnds } from "./task-ends.ts";
import { writeOutcome } from "./write-outcome.ts";

/**
 * What a lane has to do: outcomes to be written, steps that are ready, tasks to look at. Makes batches of it, and keeps the
 * tasks in memory as the batch under way will leave them.
 */
export class Agenda {
  /** The steps that wait. */
  readonly waits: StepWaits;
  readonly #host: LaneHost;
  readonly #onWork: () => void;
  readonly #starts: StartLine;
  readonly #closings: ClosingLine;
  readonly #tasks: TaskEnds;
  #outcomes: Execution[] = [];
  #endings: Ending[] = [];
  #reopened: { readonly run: TaskRun; readonly step: StepRun }[] = [];
  #rechecks = new Set<TaskRun>();
  #releases = new Map<TaskRun, number>();
  #viable: ViableStep[] = [];

  /** @param onWork called when there may be something to make a batch of */
  constructor(host: LaneHost, onWork: () => void) {
    this.#host = host;
    this.#onWork = onWork;
    this.waits = new StepWaits(host, {
      retry: this.enqueue,
      end: (ending) => this.#end(ending),
      check: (run) => this.#check(run),
    });
    this.#starts = new StartLine(host, this.waits, {
      onWork,
      fail: (run, step, outcome) => this.#end({ run, step, outcome }),
    });
    this.#closings = new ClosingLine(host, this.enqueue);
    this.#tasks = new TaskEnds(host);
  }

  /** Whether outcomes are left that no batch has taken. */
  get hasOutcomes(): boolean {
    return this.#outcomes.length > 0;
  }

  /** Number of outcomes that no batch has taken. */
  get backlog(): number {
    return this.#outcomes.length + this.#endings.length;
  }

  /** The steps that wait for a slot. */
  ready(): ReadyFigures {
    return this.#starts.ready();
  }

  /** Takes a step whose turn it is: it starts, is closed without a handler, or stays as it is for want of an attempt. */
  readonly enqueue = (run: TaskRun, step: StepRun): void => {
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
    if (this.#host.events.wants("workflow.viable_steps_discovered")) this.#viable.push({ run, step });
    if (decision?.kind === "fail") this.#starts.pushWait(run, step, conditionFailure(decision.error));
    else if (step.waits !== null) this.#starts.pushWait(run, step, null);
    else this.#starts.push(run, step);
    this.#onWork();
  };

  /** Takes a step that may start again in the batch after this one: its task has something to do until then. */
  readonly reopen = (run: TaskRun, step: StepRun): void => {
    run.activeCount += 1;
    this.#reopened.push({ run, step });
    this.#onWork();
  };

  /**
   * Takes a step that is not running and is closed without its handler. It is written with the outcomes that the next batch
   * holds, and what follows from it in the same batch: no commit of its own.
   */
  close(run: TaskRun, step: StepRun, closing: Closing): void {
    if (step.queued || run.dropped) return;
    step.queued = true;
    run.activeCount += 1;
    this.#closings.push(run, step, closing);
    this.#onWork();
  }

  /** Takes a task that was just loaded: queues what may start, and ends it if nothing can. */
  adopt(run: TaskRun): void {
    // Of one that somebody else has stopped nothing starts; it is let go when what runs has ended.
    const steps = run.isStopped ? [] : run.steps;
    for (const { step, ...started } of run.startedOutside.splice(0)) {
      step.queued = true;
      step.dueAt = null;
      run.activeCount += 1;
      this.startOutside({ run, step, ...started });
    }
    if (steps.some(({ state }) => state === "cancelled")) {
      for (const { step, closing } of decideCancellations(run.graph, steps)) this.close(run, step, closing);
    }
    for (const step of steps) {
      if (step.queued) continue;
      if (step.dueAt === null && step.wait === null) this.enqueue(run, step);
      else {
        run.waitingCount += 1;
        if (step.wait === null) this.waits.waitForRetry(run, step);
        else this.waits.waitForEnd(run, step);
      }
    }
    this.#check(run);
  }

  /** Takes a step whose attempt another process has started: its start is written, then its outcome is waited for. */
  startOutside(started: StartedOutside): void {
    this.#starts.pushOutside(started);
    this.#onWork();
  }

  /** Takes steps that were added to a task. */
  grow(run: TaskRun, added: AddedSteps): void {
    if (run.dropped) return;
    run.activeCount -= added.holds;
    for (const step of run.extend(added)) this.enqueue(run, step);
    this.#check(run);
  }

  /** Takes an execution that has an outcome. */
  settle(execution: Execution): void {
    if (execution.settling) return;
    execution.settling = true;
    this.#outcomes.push(execution);
    this.#onWork();
  }

  /** Takes a step whose attempt was lost with its process, and has that written before anything else becomes of it. */
  endLost(run: TaskRun, step: StepRun): void {
    this.#end({ run, step, outcome: { kind: "interrupted", reason: LOST_PROCESS } });
  }

  /** Completes a task whose hook has run. */
  finish(run: TaskRun, annotations: readonly EncodedAnnotation[]): void {
    this.#tasks.finish(run, annotations);
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

  /** Makes a batch of what there is to do, as much as one commit takes; an empty one if there is nothing. */
  assemble(): Batch {
    const batch = new Batch(this.#host.clock.now(), elapsedOf(this.#host.clock));
    for (const { run, step } of this.#reopened.splice(0)) {
      run.activeCount -= 1;
      this.enqueue(run, step);
    }
    this.#addOutcomes(batch);
    this.#addEndings(batch);
    this.#closings.addTo(batch);
    this.#starts.addTo(batch);
    this.#tasks.addTo(batch);
    for (const run of this.#rechecks) if (!run.dropped) batch.task(run);
    this.#rechecks.clear();
    for (const [run, wakeAt] of this.#releases) {
      if (!run.dropped) batch.task(run).release ??= { wakeAt };
    }
    this.#releases.clear();
    // What nothing is written of yet is told with the next batch.
    if (batch.taskCount > 0) batch.viable = this.#viable.splice(0);
    const remote = batch.takeReadyRemote();
    if (remote.length > 0) this.#host.offers.offerRemote(remote);
    return batch;
  }

  #check(run: TaskRun): void {
    this.#tasks.check(run);
    this.#onWork();
  }

  #end(ending: Ending): void {
    ending.run.activeCount += 1;
    // Keeps it out of the queue of those that may start.
    ending.step.queued = true;
    this.#endings.push(ending);
    this.#onWork();
  }

  #addOutcomes(batch: Batch): void {
    const taken = this.#outcomes.splice(0, this.#host.maxBatch);
    let textLength = 0;
    let events = 0;
    for (const [place, execution] of taken.entries()) {
      const { run, step, outcome } = execution;
      // Of one that is alone, something in its data was refused: it gets a batch of its own.
      if ((execution.alone && place > 0) || textLength > MOST_RESULT_TEXT || events > MOST_EVENTS) {
        this.#outcomes.unshift(...taken.slice(place));
        return;
      }
      if (outcome?.kind === "success") textLength += outcome.results.text.length;
      events += execution.published.length;
      for (const { payload } of execution.published) textLength += payload.text.length;
      execution.settling = false;
      this.discard(execution);
      if (run.dropped || outcome === null) {
        // Of a task that is being loaded again it keeps its permit: its outcome may be written after that.
        if (execution.isAbandoned || outcome === null) this.returnPermit(execution);
        continue;
      }
      writeOutcome(batch, this.#host, { run, step, execution, outcome }, this);
      if (execution.alone) {
        this.#outcomes.unshift(...taken.slice(place + 1));
        return;
      }
    }
  }

  #addEndings(batch: Batch): void {
    for (const ending of this.#endings.splice(0, 2 * this.#host.maxBatch)) {
      ending.step.queued = false;
      if (!ending.run.dropped) writeOutcome(batch, this.#host, { ...ending, execution: null }, this);
    }
  }
}

/** The failure of a step whose condition threw: as if its handler had. */
function conditionFailure(error: unknown): Failure {
  const failure = describeFailure(error);
  return { kind: "failure", failure: { ...failure, message: `run_if: ${failure.message}` }, durationMs: 0 };
}
