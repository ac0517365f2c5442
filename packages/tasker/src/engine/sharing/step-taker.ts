import { type CancelTimer, type Clock, elapsedOf, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { NotRunningError, StepInterruptedError } from "../../errors/index.ts";
import type { EventBus } from "../../events/bus/event-bus.ts";
import type { HandlerRegistry } from "../../handlers/registry.ts";
import type { HandlerResources } from "../../handlers/resources.ts";
import type { Tracing } from "../../tracing/tracing.ts";
import { type Asker, askUntilAnswered } from "../ask-until-answered.ts";
import type { DefinitionCache } from "../compiled-definition.ts";
import { Execution } from "../execution.ts";
import type { Executions } from "../executions.ts";
import type { Kind } from "../known-kinds.ts";
import type { Protection } from "../protection/protection.ts";
import type { LaneSlots, Slots } from "../slots.ts";
import { type FinishedAttempt, OutcomeBox, type OutcomeBoxHost } from "./outcome-box.ts";
import { announceSpareSlots, beatExecutions, findOffers, type TakenRow, takeSteps } from "./take-statements.ts";
import { type SnapshotStep, TaskSnapshots } from "./task-snapshots.ts";

/** Most steps taken at a time. */
const MOST_TAKEN = 200;
/** Looks for work between two looks for offers while there are none. */
const LOOKS_BETWEEN = 2;
/** Wait after offers were found, in milliseconds; doubled each time none are found. */
const FIRST_WAIT_MS = 10;
/** Longest time between two heartbeats of an attempt, in milliseconds. */
const BEAT_MS = 2_000;
/** Behind every step of this process's own tasks. */
const LAST_RANK = Number.NEGATIVE_INFINITY;

/** What a taker needs of the engine around it. */
export interface StepTakerHost extends OutcomeBoxHost, Asker {
  readonly database: Database;
  readonly clock: Clock;
  readonly definitions: DefinitionCache;
  readonly protection: Protection;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
  readonly slots: Slots;
  readonly resources: HandlerResources;
  readonly events: Pick<EventBus, "isFull">;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  readonly processId: number;
  readonly starting: boolean;
  /** Whether steps may start now: not while the lease of the process may be over. */
  readonly mayStart: boolean;
  /** Calls handlers; their executions come back by {@link StepTaker.settle}. */
  readonly executions: Pick<Executions, "launch">;
}

/**
 * Runs steps that other processes offer, in slots for which this process has no use: takes as many as there is room for, runs
 * them as any other step, and writes what came of them for the process that owns their task.
 */
export class StepTaker {
  readonly #host: StepTakerHost;
  readonly #slots: LaneSlots;
  readonly #snapshots: TaskSnapshots;
  readonly #box: OutcomeBox;
  /** Attempts that were taken and of which something is to be written, with when they were. */
  readonly #held = new Map<Execution, number>();
  #kinds: readonly number[] = [];
  #announced = { processId: 0, slots: 0 };
  #looks = 0;
  #calls = 0;
  #taking: Promise<void> | null = null;
  /** Wait until the next look for offers; null: they are looked for from time to time only. */
  #waitMs: number | null = null;
  #cancelWait: CancelTimer = () => {};
  #cancelBeat: CancelTimer | null = null;

  constructor(host: StepTakerHost, registry: HandlerRegistry) {
    this.#host = host;
    this.#slots = host.slots.openLane(() => undefined);
    this.#snapshots = new TaskSnapshots(host, ({ namespace, name, version }) => registry.get(namespace, name, version));
    this.#box = new OutcomeBox(host);
  }

  /** Attempts of other processes' tasks that this process runs, or whose outcome it has not written yet. */
  get size(): number {
    return this.#held.size;
  }

  /** Looks for offers from time to time, and tells others how much room there is. Called at each look for work. */
  async look(kinds: readonly Kind[]): Promise<void> {
    this.#kinds = kinds.map(({ namedTaskId }) => namedTaskId);
    if (!this.#host.starting) return;
    await this.#announce();
    this.#looks += 1;
    if (this.#kinds.length === 0 || this.#waitMs !== null || this.#looks % LOOKS_BETWEEN !== 0) return;
    // Asked without slots: those that the taking holds meanwhile are slots that this process's own steps have not.
    const [row] = await this.#host.database.run(findOffers, [this.#host.processId, this.#kinds]);
    if (row?.found === true) await this.#take();
  }

  /** Looks for offers at once: there are some. */
  lookNow(): void {
    if (this.#waitMs !== null || this.#kinds.length === 0) return;
    this.#waitMs = FIRST_WAIT_MS;
    void this.#take();
  }

  /** Takes an execution that has an outcome. */
  settle(execution: Execution): void {
    execution.slots?.give();
    execution.slots = null;
    const { taken } = execution;
    if (taken !== null) this.#box.push({ execution, taken, written: () => this.#held.delete(execution) });
    // Its slot is free: whoever takes at the end of this turn takes for all that ended in it.
    if (this.#waitMs !== null) setImmediate(() => void this.#take());
  }

  /** Takes nothing more; resolves when what was being taken is under way. */
  async stop(): Promise<void> {
    this.#waitMs = null;
    this.#cancelWait();
    await this.#taking;
  }

  /** Resolves when what came of everything that has ended is written. */
  async written(): Promise<void> {
    await this.#box.written();
    if (this.#held.size === 0) this.#cancelBeat?.();
  }

  /** This process was declared dead: its attempts are others'. */
  abandonAll(): void {
    for (const execution of this.#held.keys()) execution.abort(new Error("the process was declared dead"));
  }

  /** Told when it changes by much: the others ask for the sum of all processes' at each turn. */
  async #announce(): Promise<void> {
    const { slots, database, processId } = this.#host;
    const room = slots.roomBehind(this.#slots);
    const told = this.#announced.processId === processId ? this.#announced.slots : 0;
    if (room === told || (room > 0 && told > 0 && room < 2 * told && told < 2 * room)) return;
    await database.run(announceSpareSlots, [processId, room]);
    this.#announced = { processId, slots: room };
  }

  #take(): Promise<void> {
    // Nothing for a listener that may miss nothing and has no room: its events would only wait.
    if (!this.#host.mayStart || this.#host.events.isFull) {
      this.#waitMs = null;
      return Promise.resolve();
    }
    this.#taking ??= this.#takeBatch().finally(() => {
      this.#taking = null;
    });
    return this.#taking;
  }

  async #takeBatch(): Promise<void> {
    let room = 0;
    while (room < MOST_TAKEN && this.#slots.take(LAST_RANK)) room += 1;
    this.#slots.stopWaiting();
    // The next one that ends looks again, if offers were found at all.
    if (room === 0) return;
    const rows = await this.#ask(room);
    for (let left = rows.length; left < room; left++) this.#slots.give();
    if (rows.length > 0) await this.#run(rows);
    this.#wait(rows.length);
  }

  /**
   * Asks until there is an answer, always by the same nonce: what a lost answer gave is given again. Where waiting does not
   * help, the slots are of more use to others: it is left to the next look.
   */
  async #ask(room: number): Promise<readonly TakenRow[]> {
    const { database, clock, log, processId } = this.#host;
    this.#calls += 1;
    while (this.#host.writing && this.#host.processId === processId) {
      try {
        const now = new Date(clock.now());
        return await database.run(takeSteps, [processId, `${this.#calls}`, this.#kinds, room, now]);
      } catch (error) {
        if (failureKindOf(error) === "permanent") {
          log.warn({ err: error }, "taking steps of other processes failed");
          return [];
        }
        log.warn({ err: error }, "taking steps of other processes failed, trying again");
        await new Promise<void>((resolve) => void systemClock.after(this.#host.pollIntervalMs, resolve));
      }
    }
    return [];
  }

  async #run(rows: readonly TakenRow[]): Promise<void> {
    const { processId } = this.#host;
    const found = (await askUntilAnswered(this.#host, rows[0]?.task_id ?? 0, () => this.#read(rows))) ?? [];
    for (const [place, row] of rows.entries()) {
      const snapshot = found[place];
      if (snapshot === undefined || snapshot instanceof Error) {
        this.#slots.give();
        this.#host.log.error({ err: snapshot, taskId: row.task_id }, "a step that was taken cannot be run here");
        if (this.#host.writing) this.#box.push(giveBack(row.execution_id, processId, snapshot));
        continue;
      }
      const { run, step } = snapshot;
      step.attempts = row.attempt;
      // With that no further attempt runs on this snapshot: it is read again, with what this one has stored.
      step.state = "in_progress";
      step.lostExecutionId = null;
      const execution = new Execution(row.execution_id, run, step, this.#host.resources);
      execution.slots = this.#slots;
      execution.taken = { processId };
      this.#held.set(execution, elapsedOf(systemClock));
      this.#host.executions.launch(execution);
    }
    this.#cancelBeat ??= this.#scheduleBeat();
  }

  async #read(rows: readonly TakenRow[]): Promise<readonly (SnapshotStep | Error)[]> {
    try {
      return await this.#snapshots.find(rows);
    } catch (error) {
      const isFinal = ["data", "permanent"].includes(failureKindOf(error)) && !(error instanceof NotRunningError);
      if (!isFinal || !(error instanceof Error)) throw error;
      return rows.map(() => error);
    }
  }

  #wait(found: number): void {
    this.#cancelWait();
    if (found > 0) this.#waitMs = FIRST_WAIT_MS;
    else if (this.#waitMs !== null) this.#waitMs *= 2;
    if (this.#waitMs === null || !this.#host.starting) return;
    if (this.#waitMs >= this.#host.pollIntervalMs) {
      this.#waitMs = null;
      if (this.#held.size === 0) this.#snapshots.clear();
      return;
    }
    this.#cancelWait = systemClock.after(this.#waitMs, () => void this.#take());
  }

  /** In real time, as leases are: an attempt without heartbeats is given to somebody else. */
  #scheduleBeat(): CancelTimer {
    return systemClock.after(Math.min(BEAT_MS, this.#host.leaseMs * 0.3), () => {
      void this.#beat().finally(() => {
        this.#cancelBeat = this.#held.size === 0 ? null : this.#scheduleBeat();
      });
    });
  }

  async #beat(): Promise<void> {
    const { database, processId, log } = this.#host;
    const since = elapsedOf(systemClock) - Math.min(BEAT_MS, this.#host.leaseMs * 0.3);
    const running = [...this.#held].filter(([{ outcome }, at]) => outcome === null && at <= since);
    if (running.length === 0) return;
    try {
      const rows = await database.run(beatExecutions, [processId, running.map(([{ executionId }]) => executionId)]);
      const ours = new Set(rows.map((row) => row.execution_id));
      for (const [execution] of running) {
        if (ours.has(execution.executionId) || execution.outcome !== null) continue;
        execution.abort(new StepInterruptedError("the process that owns the task waits for this attempt no longer"));
      }
    } catch (error) {
      log.warn({ err: error }, "telling that steps of other processes still run failed, trying again");
    }
  }
}

/** An attempt that ended before its handler could be called: the owner of its task has the step run again. */
function giveBack(executionId: string, processId: number, error: Error | undefined): FinishedAttempt {
  const reason = `process ${processId} cannot run the step: ${error?.message ?? "its task could not be read"}`;
  const outcome = { kind: "interrupted", reason, isUnbegun: true } as const;
  const execution = { executionId, name: "", outcome, published: [], spanId: null, refuse: () => {} };
  return { execution, taken: { processId }, written: () => {} };
}
