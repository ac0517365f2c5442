import type { Clock } from "../../clock/clock.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { DatabaseUnavailableError, NotRunningError, TaskerError } from "../../errors/index.ts";
import type { Log } from "../options.ts";

/** A success counts as the end of a trouble if this much time has passed since its last failure, in milliseconds. */
const QUIET_MS = 5_000;
/** Time after which a trouble that lasts is told again, in milliseconds. */
const REMIND_MS = 60_000;

interface Trouble {
  readonly since: number;
  toldAt: number;
  lastAt: number;
}

/** Stands for the connection among the names of statements. */
const CONNECTION = "";

/**
 * Tells an operator when the database stops answering, or stops doing something, and when it does so again: one line for each
 * change and each minute that it lasts, however often everybody tries. What may mend itself is a warning; what will not, such
 * as a missing function or right, is an error.
 */
export class TroubleLog {
  readonly #clock: Clock;
  readonly #log: Log;
  /** By the name of the statement. */
  readonly #troubles = new Map<string, Trouble>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Takes that the database did a statement. */
  succeeded(statement: string): void {
    if (this.#troubles.size === 0) return;
    const now = this.#clock.now();
    this.#end(CONNECTION, now);
    this.#end(statement, now);
  }

  /** Takes what the database did instead. */
  failed(statement: string, error: unknown): void {
    const kind = failureKindOf(error);
    // Told by whoever sent it.
    if (kind === "data" || kind === "conflict") return;
    if (!(error instanceof TaskerError) || error instanceof NotRunningError) return;
    const isLost = error instanceof DatabaseUnavailableError;
    if (!this.#isNews(isLost ? CONNECTION : statement)) return;
    if (isLost) this.#log.warn({ err: error }, "the database does not answer: what is to be written waits for it");
    else if (kind === "permanent") {
      this.#log.error({ err: error, statement }, `the database refuses ${statement}, and waiting does not mend that`);
    } else this.#log.warn({ err: error, statement }, `the database cannot do ${statement} at present, trying again`);
  }

  #isNews(subject: string): boolean {
    const now = this.#clock.now();
    const known = this.#troubles.get(subject);
    if (known === undefined) {
      this.#troubles.set(subject, { since: now, toldAt: now, lastAt: now });
      return true;
    }
    known.lastAt = now;
    if (now - known.toldAt < REMIND_MS) return false;
    known.toldAt = now;
    return true;
  }

  #end(subject: string, now: number): void {
    const trouble = this.#troubles.get(subject);
    if (trouble === undefined || now - trouble.lastAt < QUIET_MS) return;
    this.#troubles.delete(subject);
    const lastedMs = trouble.lastAt - trouble.since;
    if (subject === CONNECTION) this.#log.info({ lastedMs }, "the database answers again");
    else this.#log.info({ lastedMs, statement: subject }, `the database does ${subject} again`);
  }
}

/** Tells of an attempt that is made again. What the database did is told once for all by {@link TroubleLog}. */
export function logAttempt(log: Log, error: unknown, facts: object, message: string): void {
  if (error instanceof TaskerError) log.debug({ err: error, ...facts }, message);
  else log.error({ err: error, ...facts }, message);
}
