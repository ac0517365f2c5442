import { elapsedOf } from "../../clock/clock.ts";
import type { ReadyStep } from "../ready-figures.ts";
import type { OfferDeskHost } from "../sharing/offer-desk-host.ts";
import type { OfferedStep } from "../sharing/offer-steps.ts";
import { OfferWriter } from "../sharing/offer-writer.ts";
import { remoteExecutionId } from "./remote-execution-id.ts";

/** Most steps in one statement that offers. */
const MOST_AT_ONCE = 500;
/** How long nothing is offered after a task was refused, in milliseconds. */
const PAUSE_MS = 250;

/** A step that is offered to workers. */
export interface RemoteOffer extends OfferedStep, ReadyStep {}

/**
 * The ready steps of this process's tasks that workers run. They are offered at once, whether or not anybody waits for them, and
 * stay so until a worker takes them or the task is loaded again: this process never runs them.
 */
export class RemoteBook {
  readonly #host: OfferDeskHost;
  readonly #writer: OfferWriter;
  #waiting: ReadyStep[] = [];
  /** By the ids of their steps. */
  readonly #offers = new Map<number, RemoteOffer>();
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(host: OfferDeskHost) {
    this.#host = host;
    this.#writer = new OfferWriter(host, () => this.#pause());
  }

  /** Steps that are offered and that nobody has taken. */
  get size(): number {
    return this.#offers.size;
  }

  /** Whether steps are still to be offered. */
  get isBehind(): boolean {
    return this.#waiting.length > 0;
  }

  /** The ids of the steps that are on offer. */
  get stepIds(): readonly number[] {
    return [...this.#offers.keys()];
  }

  /** Takes steps that are ready by what is committed. */
  push(steps: readonly ReadyStep[]): void {
    for (const step of steps) this.#waiting.push(step);
  }

  /** Takes out an offer under which an execution has begun; null if it is none of these. */
  take(stepId: number, executionId: string): RemoteOffer | null {
    const offer = this.#offers.get(stepId);
    if (offer?.executionId !== executionId) return null;
    this.#offers.delete(stepId);
    return offer;
  }

  /** Forgets the offers of tasks that were loaded again: with that they were deleted. */
  forgetDropped(): void {
    for (const [stepId, { run }] of this.#offers) if (run.dropped) this.#offers.delete(stepId);
  }

  /** Forgets everything. */
  clear(): void {
    this.#waiting = [];
    this.#offers.clear();
  }

  /** What could not be written is not tried again. */
  close(): void {
    this.#writer.close();
  }

  /** Offers steps that wait for that; whether any were. */
  async offer(): Promise<boolean> {
    const { clock, hints, processId, starting, executions } = this.#host;
    if (!starting || this.#waiting.length === 0 || elapsedOf(clock) < this.#pausedUntil) return false;
    const ready = this.#waiting.splice(0, MOST_AT_ONCE).filter(({ run }) => !run.dropped);
    const offers = ready.map((one) => ({
      ...one,
      executionId: remoteExecutionId(executions.nextId(), one.step.stepId),
    }));
    if (offers.length === 0) return false;
    for (const offer of offers) this.#offers.set(offer.step.stepId, offer);
    const { refused, skipLocked } = await this.#writer.write(offers);
    if (processId !== this.#host.processId) return false;
    for (const { run, step, readySince } of offers) {
      if (!refused.has(run.taskId) || !this.#offers.delete(step.stepId) || run.dropped) continue;
      this.#waiting.push({ run, step, readySince });
      this.#pause();
      // One that may only be locked is asked about by its next commit.
      if (!skipLocked) this.#host.agendaOf(run).recheck(run);
    }
    if (refused.size < new Set(offers.map(({ run }) => run.taskId)).size) hints.tell({ topic: "remote" });
    return true;
  }

  #pause(): void {
    this.#pausedUntil = elapsedOf(this.#host.clock) + PAUSE_MS;
  }
}
