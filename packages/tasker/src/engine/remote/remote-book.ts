import { elapsedOf } from "../../clock/clock.ts";
import type { OfferDeskHost } from "../sharing/offer-desk-host.ts";
import { OfferWriter } from "../sharing/offer-writer.ts";
import type { RemoteStep } from "./remote-step.ts";

/** Most steps in one statement that offers. */
const MOST_AT_ONCE = 500;
/** How long nothing is offered after a task was refused, in milliseconds. */
const PAUSE_MS = 250;

/**
 * The ready steps of this process's tasks that workers run. They are offered at once, whether or not anybody waits for them, and
 * stay so until a worker takes them or the task is loaded again: this process never runs them.
 */
export class RemoteBook {
  readonly #host: OfferDeskHost;
  readonly #writer: OfferWriter;
  #waiting: RemoteStep[] = [];
  /** By the ids of their steps. */
  readonly #offers = new Map<number, RemoteStep>();
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
  push(steps: readonly RemoteStep[]): void {
    for (const step of steps) this.#waiting.push(step);
  }

  /** Takes out an offer under which an execution has begun; null if it is none of these. */
  take(stepId: number, executionId: string): RemoteStep | null {
    const offer = this.#offers.get(stepId);
    if (offer?.executionId !== executionId) return null;
    this.#offers.delete(stepId);
    return offer;
  }

  /** Takes steps that are not offered: what they hold is free, unless a worker has one of them; then it is whoever loads the task next. */
  letGo(steps: readonly RemoteStep[]): void {
    for (const { permit } of steps) if (permit !== null) this.#host.permits.giveBack(permit);
  }

  /** Forgets the offers of tasks that were loaded again: with that they were deleted. */
  forgetDropped(): void {
    for (const [stepId, offer] of this.#offers) {
      if (!offer.run.dropped) continue;
      this.#offers.delete(stepId);
      this.letGo([offer]);
    }
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
    const { clock, hints, processId, starting } = this.#host;
    if (!starting || this.#waiting.length === 0 || elapsedOf(clock) < this.#pausedUntil) return false;
    const ready = this.#waiting.splice(0, MOST_AT_ONCE);
    this.letGo(ready.filter(({ run }) => run.dropped));
    const offers = ready.filter(({ run }) => !run.dropped);
    if (offers.length === 0) return false;
    for (const offer of offers) this.#offers.set(offer.step.stepId, offer);
    const { refused, skipLocked } = await this.#writer.write(offers);
    if (processId !== this.#host.processId) return false;
    for (const offer of offers) {
      const { run, step } = offer;
      if (!refused.has(run.taskId) || !this.#offers.delete(step.stepId)) continue;
      // Of a task that was loaded again meanwhile they are let go the next time.
      this.#waiting.push(offer);
      if (run.dropped) continue;
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
