import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { NotRunningError } from "../../errors/index.ts";
import type { Execution } from "../execution.ts";
import type { Hints } from "../membership/hints.ts";
import type { Log } from "../options.ts";
import { encodeOutcome } from "./outcome-record.ts";
import type { TakenAttempt } from "./outside-attempt.ts";
import { finishExecutions } from "./take-statements.ts";

/** Most outcomes in one statement. */
const MOST_OUTCOMES = 500;
/** Wait before the database is asked again when it did not answer, in milliseconds. */
const RETRY_MS = 250;

/** What writing outcomes needs of the engine around it. */
export interface OutcomeBoxHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly hints: Hints;
  /** False once a stopping engine no longer waits for a database that is away. */
  readonly writing: boolean;
}

/** An attempt that was run for another process and is over. */
export interface FinishedAttempt {
  readonly execution: Pick<Execution, "executionId" | "name" | "outcome" | "published" | "refuse" | "spanId"> & {
    /** Missing: its task could not be read. */
    readonly run?: Execution["run"];
  };
  readonly taken: TakenAttempt;
  /** Called when nothing of it is left to be written. */
  written(): void;
}

/**
 * Writes what came of the attempts that this process runs for others, those that end while a statement is under way together
 * in the next one, and tells the owners of their tasks.
 */
export class OutcomeBox {
  readonly #host: OutcomeBoxHost;
  #waiting: FinishedAttempt[] = [];
  #writing: Promise<void> | null = null;

  constructor(host: OutcomeBoxHost) {
    this.#host = host;
  }

  push(finished: FinishedAttempt): void {
    this.#waiting.push(finished);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything is written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What ends in this turn goes into one statement.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.#waiting.length > 0) await this.#writeNext();
    } finally {
      // In the same turn as the look that found nothing: what comes after it begins anew.
      this.#writing = null;
    }
  }

  async #writeNext(): Promise<void> {
    const [first] = this.#waiting;
    const processId = first?.taken.processId ?? 0;
    // After it was declared dead a process has another id, under which it does not own what it took before.
    const batch = this.#waiting.filter(({ taken }) => taken.processId === processId).slice(0, MOST_OUTCOMES);
    const written = new Set(batch);
    this.#waiting = this.#waiting.filter((finished) => !written.has(finished));
    await this.#write(processId, batch.map(({ execution }) => execution).sort(byId));
    for (const finished of batch) finished.written();
  }

  async #write(processId: number, executions: readonly FinishedAttempt["execution"][]): Promise<void> {
    const { database, clock, log } = this.#host;
    for (;;) {
      try {
        const now = new Date(clock.now());
        const rows = await database.run(finishExecutions, [processId, now, `[${executions.map(encode).join(",")}]`]);
        this.#tell(rows);
        return;
      } catch (error) {
        if (failureKindOf(error) === "data") return this.#isolate(processId, executions, error);
        if (!this.#host.writing || error instanceof NotRunningError) {
          log.error({ err: error, steps: executions.length }, "gave up writing what came of steps of other processes");
          return;
        }
        log.warn({ err: error, steps: executions.length }, "writing outcomes for other processes failed, trying again");
        await new Promise<void>((resolve) => void systemClock.after(RETRY_MS, resolve));
      }
    }
  }

  /** The database refused the data of some outcome: the others must not suffer for it. */
  async #isolate(
    processId: number,
    executions: readonly FinishedAttempt["execution"][],
    error: unknown,
  ): Promise<void> {
    const [only] = executions;
    if (executions.length > 1) {
      const middle = Math.ceil(executions.length / 2);
      await this.#write(processId, executions.slice(0, middle));
      await this.#write(processId, executions.slice(middle));
    } else if (only?.outcome?.kind === "success") {
      this.#host.log.error({ err: error, step: only.name }, "the database refused a result");
      only.refuse(error);
      await this.#write(processId, executions);
    } else {
      this.#host.log.error({ err: error, step: only?.name }, "the database refused the outcome of a step");
    }
  }

  #tell(rows: readonly { readonly execution_id: string; readonly state: string; readonly owner_id: number }[]): void {
    const { hints, log } = this.#host;
    for (const { execution_id: executionId, state, owner_id: ownerId } of rows) {
      if (state === "refused") log.warn({ executionId }, "an outcome came too late: it is kept and changes nothing");
      else hints.tell({ topic: "outside", processId: ownerId });
    }
  }
}

const byId = (a: FinishedAttempt["execution"], b: FinishedAttempt["execution"]) =>
  a.executionId < b.executionId ? -1 : 1;

function encode({ executionId, name, run, outcome, published, spanId }: FinishedAttempt["execution"]): string {
  const ended = outcome ?? { kind: "interrupted", reason: "it has no outcome" };
  const encoded = encodeOutcome(ended, published, spanId, { seal: run?.seal ?? null, step: name });
  const results = encoded.results === null ? "" : `,"v":${encoded.results}`;
  return `{"x":${JSON.stringify(executionId)},"o":${encoded.outcome}${results}}`;
}
