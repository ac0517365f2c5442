import { StepInterruptedError } from "../errors/index.ts";
import type { Agenda } from "./agenda/agenda.ts";
import type { Execution } from "./execution.ts";
import type { Fence } from "./membership/fence.ts";
import type { Log } from "./options.ts";
import { runStep, type StepRunner, settleOnce } from "./run-step.ts";
import { LateResults, type LateResultsHost } from "./sharing/late-results.ts";
import type { OfferDesk } from "./sharing/offer-desk.ts";
import type { StepTaker } from "./sharing/step-taker.ts";
import type { TaskRun } from "./task-run.ts";

/** What executions need of the engine around them. */
export interface ExecutionsHost extends StepRunner, LateResultsHost {
  readonly log: Log;
  readonly fence: Fence;
  readonly offers: OfferDesk;
  readonly taker: StepTaker | null;
  agendaOf(run: TaskRun): Agenda;
}

/** Why handlers are told to stop when the lease could have ended. */
export const LEASE_ENDED = new StepInterruptedError("the lease of the process could not be renewed in time");

/** The attempts of a process: they are launched and settled here, and told when it is over with them. */
export class Executions {
  readonly #host: ExecutionsHost;
  readonly #lateResults: LateResults;
  readonly #running = new Set<Execution>();
  #whenQuiet: (() => void)[] = [];
  /** Why nothing runs any more, once the time of the handlers has ended. */
  #interruption: Error | null = null;
  #last = 0;

  constructor(host: ExecutionsHost) {
    this.#host = host;
    this.#lateResults = new LateResults(host);
  }

  /** Those of which a handler is running. */
  get running(): ReadonlySet<Execution> {
    return this.#running;
  }

  /** An id that no other execution has. */
  nextId(): string {
    this.#last += 1;
    return `${this.#host.processId}.${this.#last}`;
  }

  /** Calls the handler of an execution whose start is committed. */
  launch(execution: Execution): void {
    if (execution.outside !== null) {
      this.#host.offers.began(execution);
      return;
    }
    this.#running.add(execution);
    // Its start was on its way into the database when the time of the handlers ended.
    if (this.#interruption !== null) {
      execution.abort(this.#interruption);
      settleOnce(this.#host, execution, { kind: "interrupted", reason: this.#interruption.message });
      return;
    }
    // Or the process was stopped between the commit and this moment.
    if (!this.#host.fence.holds()) {
      settleOnce(this.#host, execution, { kind: "interrupted", reason: LEASE_ENDED.message });
      return;
    }
    runStep(this.#host, execution);
  }

  /** Called with each execution that has an outcome. */
  settle(execution: Execution): void {
    this.#running.delete(execution);
    this.#lateResults.settle(execution);
    if (execution.taken === null) this.#host.agendaOf(execution.run).settle(execution);
    else this.#host.taker?.settle(execution);
    if (this.#running.size === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }

  /** Resolves when no handler is running. */
  quiet(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenQuiet.push(resolve));
  }

  /**
   * Tells the handlers that run to stop: their steps may be others'. Those that do are interrupted, which is no failure; what
   * others come to counts if the tasks are this process's after all.
   */
  interruptRunning(reason: Error): void {
    for (const execution of [...this.#running]) execution.interrupt(reason);
  }

  /** Ends every running execution as interrupted, and each that is launched from now on, and gives its step back. */
  interruptAll(reason: Error): void {
    this.#interruption = reason;
    for (const execution of [...this.#running]) {
      settleOnce(this.#host, execution, { kind: "interrupted", reason: reason.message });
      execution.abort(reason);
    }
  }

  /** Somebody else has ended the task: a handler that runs is told and may still end by itself, which is kept. */
  stop(execution: Execution): void {
    const reason = `the task is ${execution.run.state}`;
    if (execution.outside !== null) {
      void this.#host.offers.stop(execution, reason);
      return;
    }
    execution.abort(new StepInterruptedError(reason));
    if (!execution.launched) settleOnce(this.#host, execution, { kind: "interrupted", reason });
  }

  /** Lets go of an execution whose step is not this process's any more; what its handler comes to is kept beside the audit trail. */
  abandon(execution: Execution, reason: string): void {
    if (execution.isAbandoned) return;
    this.letGo(execution);
    this.#lateResults.expect(execution, this.#host.processId, reason);
  }

  /** As {@link abandon}, and what its handler comes to is dropped. */
  letGo(execution: Execution): void {
    execution.isAbandoned = true;
    execution.abort(new Error("the task was changed by somebody else"));
    // A handler that is running keeps its slot until it returns: it still takes up this process.
    if (execution.launched && execution.outcome === null) return;
    const agenda = this.#host.agendaOf(execution.run);
    agenda.discard(execution);
    agenda.returnPermit(execution);
  }

  /** Resolves when what came too late is kept. */
  async written(): Promise<void> {
    await this.#lateResults.written();
  }
}
