import { elapsedOf } from "../../clock/clock.ts";
import type { ReadyStep } from "../ready-figures.ts";
import type { OfferDeskHost, OfferingLine } from "./offer-desk-host.ts";
import { findSpareSlots } from "./offer-statements.ts";
import type { OfferedStep } from "./offer-steps.ts";
import { OfferWriter } from "./offer-writer.ts";

/** Most steps in one statement that offers. */
const MOST_AT_ONCE = 500;
/** How long it is not asked again how many slots others have, in milliseconds. */
const SPARE_KNOWN_MS = 200;
/** How long a step is offered before this process runs it after all, in milliseconds. */
const PATIENCE_MS = 2_000;

/** A step on offer. */
export interface Offer extends OfferedStep, ReadyStep {
  readonly line: OfferingLine;
  /** By {@link elapsedOf}, as all times here that say how long something lasts. */
  readonly since: number;
}

/** The steps that this process offers to others: which, how many, and for how long. */
export class OfferBook {
  readonly #host: OfferDeskHost;
  /** Most steps offered at the same time; 0: none. */
  readonly #most: number;
  readonly #writer: OfferWriter;
  readonly #lines: OfferingLine[] = [];
  /** By the ids of their steps. */
  readonly #offers = new Map<number, Offer>();
  /** Steps that were taken since the last look. */
  #taken = 0;
  #hungry = false;
  /** Slots that others have for steps of this process, and until when that is taken to be so. */
  #spare = { slots: 0, until: Number.NEGATIVE_INFINITY };
  /** Until when nothing is offered: what was, nobody took, or tasks were locked. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(host: OfferDeskHost, most: number) {
    this.#host = host;
    this.#most = most;
    this.#writer = new OfferWriter(host, () => {
      this.#pausedUntil = elapsedOf(host.clock) + PATIENCE_MS;
    });
  }

  /** Steps that are offered and that nobody has taken. */
  get size(): number {
    return this.#offers.size;
  }

  /** Whether steps may be offered at all. */
  get isOpen(): boolean {
    return this.#most > 0 && !this.#closed;
  }

  /** Whether steps wait in some line for which there is no slot. */
  get isOverfull(): boolean {
    return this.#lines.some((line) => line.isOverfull);
  }

  /** Takes a place from which steps can be offered. */
  openLine(line: OfferingLine): void {
    this.#lines.push(line);
  }

  /** This process has slots again: the next look takes back what nobody has taken. False if that is known already. */
  noticeRoom(): boolean {
    if (this.#offers.size === 0 || this.#hungry) return false;
    this.#hungry = true;
    return true;
  }

  /** Forgets the offers of tasks that were loaded again: with that they were deleted. */
  forgetDropped(): void {
    for (const [stepId, { run }] of this.#offers) if (run.dropped) this.#offers.delete(stepId);
  }

  /** Forgets everything. */
  clear(): void {
    this.#offers.clear();
  }

  /** The ids of the steps that are on offer. */
  get stepIds(): readonly number[] {
    return [...this.#offers.keys()];
  }

  /** No more offers, and what could not be written is not tried again. */
  close(): void {
    this.#closed = true;
    this.#writer.close();
  }

  /** A look has been answered: what is taken from now on counts for the next one. */
  beginLook(): void {
    this.#taken = 0;
  }

  /** Takes out an offer under which an execution has begun; null if it is none of these. */
  take(stepId: number, executionId: string): Offer | null {
    const offer = this.#offers.get(stepId);
    if (offer?.executionId !== executionId) return null;
    this.#offers.delete(stepId);
    this.#taken += 1;
    return offer;
  }

  /** Gives steps back to their lines that were withdrawn and that nobody had taken. */
  putBack(withdrawn: readonly Offer[]): void {
    for (const offer of withdrawn) {
      if (this.#offers.delete(offer.step.stepId) && !offer.run.dropped) offer.line.putBack([offer]);
    }
  }

  /** Those that this process could run itself, and those that nobody wants. */
  chooseWithdrawn(): Offer[] {
    const now = elapsedOf(this.#host.clock);
    const offers = [...this.#offers.values()];
    const stale = offers.filter(({ since }) => since + PATIENCE_MS <= now);
    if (stale.length > 0) this.#pausedUntil = now + PATIENCE_MS;
    const free = this.#hungry ? Math.max(0, this.#host.slots.limit - this.#host.slots.used) : 0;
    this.#hungry = false;
    // The last ones are the least likely to be taken in this moment.
    return stale.length >= free ? stale : offers.slice(offers.length - Math.min(free, offers.length));
  }

  /**
   * Offers steps that wait.
   * @param running attempts that others run and of which nothing has come
   * @returns whether any were offered
   */
  async offer(running: number): Promise<boolean> {
    const { clock, hints, processId } = this.#host;
    const lines = this.#lines.filter((line) => line.isOverfull);
    if (this.#most === 0 || lines.length === 0 || !this.#host.starting || elapsedOf(clock) < this.#pausedUntil) {
      return false;
    }
    const most = Math.max(0, Math.min(await this.#findRoom(running), MOST_AT_ONCE));
    const offers: Offer[] = [];
    for (const [line, share] of shareOut(lines, most)) {
      for (const ready of line.takeForOthers(share)) {
        offers.push({ ...ready, line, executionId: this.#host.executions.nextId(), since: elapsedOf(clock) });
      }
    }
    if (offers.length === 0) return false;
    for (const offer of offers) this.#offers.set(offer.step.stepId, offer);
    const { refused, skipLocked } = await this.#writer.write(offers);
    if (processId !== this.#host.processId) return false;
    for (const offer of offers) {
      const { run, step, line } = offer;
      if (!refused.has(run.taskId) || !this.#offers.delete(step.stepId) || run.dropped) continue;
      line.putBack([offer]);
      // One that may only be locked is asked about by its next commit.
      if (!skipLocked) this.#host.agendaOf(run).recheck(run);
    }
    hints.tell({ topic: "steps" });
    return true;
  }

  /**
   * How many more steps may be offered: as many as others have free slots for, and as many again as they took since the last
   * look, and once more, so that they do not wait between two looks.
   */
  async #findRoom(running: number): Promise<number> {
    const { database, clock, processId } = this.#host;
    if (this.#spare.until <= elapsedOf(clock)) {
      const [row] = await database.run(findSpareSlots, [processId]);
      this.#spare = { slots: row?.slots ?? 0, until: elapsedOf(clock) + SPARE_KNOWN_MS };
    }
    const { slots } = this.#spare;
    if (slots === 0) return 0;
    const wanted = Math.max(0, slots - running) + 2 * this.#taken;
    return Math.min(wanted, this.#most) - this.#offers.size;
  }
}

/** How many steps each line may offer: those of the highest ranks, and of one rank the same number from each, as far as there are. */
function shareOut(lines: readonly OfferingLine[], most: number): ReadonlyMap<OfferingLine, number> {
  const places = lines.flatMap((line) => line.ranksForOthers(most).map((rank, place) => ({ line, rank, place })));
  places.sort((a, b) => b.rank - a.rank || a.place - b.place);
  const shares = new Map<OfferingLine, number>();
  for (const { line } of places.slice(0, most)) shares.set(line, (shares.get(line) ?? 0) + 1);
  return shares;
}
