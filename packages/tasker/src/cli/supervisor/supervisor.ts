import type { CancelTimer, Clock } from "../../clock/clock.ts";
import { EXIT } from "../exit-code.ts";
import type { StopRequest } from "../stop-request.ts";
import type { Worker, WorkerEnd } from "./worker.ts";

/** Wait before a worker that has died is started again, in milliseconds; doubled with each time in a row. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** A worker that has lived as long has not died in a row. */
const LONG_LIFE_MS = 60_000;

/** What a supervisor works with. */
export interface SupervisorOptions {
  /** Workers, 1 or more. */
  readonly count: number;
  /** Starts the worker with a number, from 1. */
  readonly launch: (number: number) => Worker;
  readonly clock: Clock;
  readonly note: (text: string) => void;
}

/** The place of one worker. */
interface Seat {
  readonly number: number;
  worker: Worker | null;
  startedAt: number;
  /** Deaths in a row. */
  deaths: number;
  /** Whether it is being replaced on purpose. */
  replacing: boolean;
  cancelStart: CancelTimer | null;
}

/**
 * Keeps a number of workers running: starts one that has died again after a while, stops all of them when asked to, and replaces
 * them one after the other. Workers that end by themselves without an error have done what there was to do.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #seats: readonly Seat[];
  readonly #over = Promise.withResolvers<void>();
  #stopping = false;
  #code: number = EXIT.done;
  /** Whether any worker ever got to work: if none does, starting others is no use. */
  #hasWorked = false;
  #rolling = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#seats = Array.from({ length: options.count }, (_, place) => ({
      number: place + 1,
      worker: null,
      startedAt: 0,
      deaths: 0,
      replacing: false,
      cancelStart: null,
    }));
  }

  /** Runs the workers until they have ended. @returns the exit code: the first one of a worker that failed to stop or to start */
  async run(stop: Pick<StopRequest, "asked" | "forced">): Promise<number> {
    for (const seat of this.#seats) this.#start(seat);
    void stop.asked.then(() => this.#stop());
    void stop.forced.then(() => {
      this.#code = EXIT.forced;
      this.#stop();
    });
    await this.#over.promise;
    return this.#code;
  }

  /** Replaces the workers one after the other: each is stopped, and the next one follows when its successor is at work. */
  async roll(): Promise<void> {
    if (this.#rolling || this.#stopping) return;
    this.#rolling = true;
    for (const seat of this.#seats) {
      const { worker } = seat;
      // One that waits to be started again is new when it is.
      if (worker === null || this.#stopping) continue;
      seat.replacing = true;
      worker.stop();
      await worker.ended;
      seat.replacing = false;
      if (this.#stopping) break;
      const next = this.#start(seat);
      await Promise.race([next.working, next.ended]);
    }
    this.#rolling = false;
  }

  #start(seat: Seat): Worker {
    seat.cancelStart = null;
    const worker = this.#options.launch(seat.number);
    seat.worker = worker;
    seat.startedAt = this.#options.clock.now();
    this.#options.note(`worker ${seat.number} started (pid ${worker.pid})`);
    void worker.working.then(() => {
      this.#hasWorked = true;
    });
    void worker.ended.then((end) => this.#ended(seat, end));
    return worker;
  }

  #ended(seat: Seat, end: WorkerEnd): void {
    seat.worker = null;
    if (this.#stopping) {
      if (this.#code === EXIT.done) this.#code = end.code ?? EXIT.failed;
    } else if (seat.replacing) {
      return;
    } else if (end.code !== 0) {
      if (this.#hasWorked) {
        this.#startLater(seat, end);
      } else {
        this.#code = end.code ?? EXIT.failed;
        this.#stop();
      }
    }
    this.#look();
  }

  #startLater(seat: Seat, { code, signal }: WorkerEnd): void {
    const { clock, note } = this.#options;
    seat.deaths = clock.now() - seat.startedAt < LONG_LIFE_MS ? seat.deaths + 1 : 1;
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (seat.deaths - 1));
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    note(`worker ${seat.number} ${how}, it is started again in ${waitMs / 1_000}s`);
    seat.cancelStart = clock.after(waitMs, () => void this.#start(seat));
  }

  #stop(): void {
    this.#stopping = true;
    for (const seat of this.#seats) {
      seat.cancelStart?.();
      seat.cancelStart = null;
      seat.worker?.stop();
    }
    this.#look();
  }

  #look(): void {
    const isOver = this.#seats.every((seat) => seat.worker === null && seat.cancelStart === null && !seat.replacing);
    if (isOver || (this.#stopping && this.#seats.every(({ worker }) => worker === null))) this.#over.resolve();
  }
}
