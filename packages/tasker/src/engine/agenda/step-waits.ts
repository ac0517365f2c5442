import type { WaitingStep } from "../child-starter.ts";
import { endByChild, endBySignal, endByTime, findSignal } from "../end-wait.ts";
import type { LaneHost } from "../lane-host.ts";
import type { Outcome } from "../outcome.ts";
import { endOfWait, type StandingWait } from "../standing-wait.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";

/** The outcome of a step that has no execution here. */
export interface Ending {
  readonly run: TaskRun;
  readonly step: StepRun;
  readonly outcome: Outcome;
  /** The signal that ends its wait, if one does. */
  readonly signalId?: number;
}

/** What comes of steps that have waited. */
export interface WaitEnds {
  /** Takes a step whose retry is due. */
  retry(run: TaskRun, step: StepRun): void;
  /** Takes the outcome of a wait. */
  end(ending: Ending): void;
  /** Looks at a task again of which something waits otherwise than before. */
  check(run: TaskRun): void;
}

/** The steps that wait: for their retry, for a time, for a signal, for a task. Sets their timers and finds their ends. */
export class StepWaits {
  readonly #host: LaneHost;
  readonly #ends: WaitEnds;

  constructor(host: LaneHost, ends: WaitEnds) {
    this.#host = host;
    this.#ends = ends;
  }

  /**
   * Sets the timer of a step whose failure is committed and whose retry was planned with it.
   * @param since what the time would be now on the clock by which it was planned, which may have been set since. Default: now
   */
  waitForRetry(run: TaskRun, step: StepRun, since: number = this.#host.clock.now()): void {
    if (run.dropped || run.isStopped || step.dueAt === null) return;
    this.#setTimer(run, step, step.dueAt - since, () => this.retryNow(run, step));
  }

  /** Ends the wait of a step for its retry, if it waits for that. */
  retryNow(run: TaskRun, step: StepRun): void {
    if (run.dropped || run.isStopped || step.dueAt === null) return;
    run.timers.get(step.index)?.();
    run.timers.delete(step.index);
    step.dueAt = null;
    run.waitingCount -= 1;
    this.#ends.retry(run, step);
    this.#ends.check(run);
  }

  /**
   * Ends the wait of a step if what it waits for is there, or else sets its timer. Its start has been committed.
   * @param since as for {@link waitForRetry}
   */
  waitForEnd(run: TaskRun, step: StepRun, since: number = this.#host.clock.now()): void {
    const { wait } = step;
    if (run.dropped || run.isStopped || wait === null || step.queued) return;
    if (this.takeSignal(run, step, wait)) {
      run.waitingCount -= 1;
      return;
    }
    if (wait.facts.kind === "task") this.#lookForChild({ run, step, wait });
    const endsAt = endOfWait(wait);
    if (endsAt === null) return;
    this.#setTimer(run, step, endsAt - since, () => {
      if (run.dropped || step.wait !== wait) return;
      run.waitingCount -= 1;
      this.#ends.end({ run, step, outcome: endByTime(wait, this.#host.clock.now()) });
    });
  }

  /** Ends a wait, if it is going on. */
  endWait({ run, step, wait }: WaitingStep, outcome: Outcome): void {
    if (run.dropped || step.wait !== wait || step.queued) return;
    this.childStarted(run, step);
    run.waitingCount -= 1;
    this.#ends.end({ run, step, outcome });
  }

  /** Ends a wait by a signal that is there, if one is: the commit that ends it takes the signal. */
  takeSignal(run: TaskRun, step: StepRun, wait: StandingWait): boolean {
    const signal = findSignal(wait, run.signals);
    if (signal === null) return false;
    run.signals.splice(run.signals.indexOf(signal), 1);
    const outcome = endBySignal(wait, signal, this.#host.clock.now());
    this.#ends.end({ run, step, outcome, signalId: signal.signalId });
    return true;
  }

  /** The task that a step waits for has been submitted: its own task may be given back. */
  childStarted(run: TaskRun, step: StepRun): void {
    if (run.dropped || !run.startingChildren.delete(step.index)) return;
    run.activeCount -= 1;
    run.waitingCount += 1;
    this.#ends.check(run);
  }

  /** Keeps a task in memory until the task that a step of it waits for has been submitted. */
  holdForChild(run: TaskRun, step: StepRun): void {
    if (run.startingChildren.has(step.index)) return;
    run.startingChildren.add(step.index);
    run.waitingCount -= 1;
    run.activeCount += 1;
  }

  #lookForChild(waiting: WaitingStep): void {
    const { run, step, wait } = waiting;
    const child = run.children.get(step.stepId);
    if (child === undefined) {
      this.holdForChild(run, step);
      this.#host.children.begin(run, step);
      return;
    }
    const outcome = endByChild(wait, child, this.#host.clock.now());
    if (outcome !== null) this.endWait(waiting, outcome);
  }

  #setTimer(run: TaskRun, step: StepRun, delayMs: number, onDue: () => void): void {
    const cancel = this.#host.clock.after(Math.max(0, delayMs), () => {
      run.timers.delete(step.index);
      onDue();
    });
    run.timers.set(step.index, cancel);
  }
}
