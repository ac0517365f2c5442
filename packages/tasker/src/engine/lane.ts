import { elapsedOf } from "../clock/clock.ts";
import { type FailureKind, failureKindOf } from "../database/failure-kind.ts";
import { NotRunningError } from "../errors/index.ts";
import { outageWaitMs } from "../retry/outage-wait.ts";
import { Agenda } from "./agenda/agenda.ts";
import type { Batch } from "./batch.ts";
import { commitBatch } from "./commit-batch.ts";
import { isMissingTask } from "./commit-failure.ts";
import type { LaneHost } from "./lane-host.ts";
import { findLocked } from "./outage/locked-tasks.ts";
import { logAttempt } from "./outage/trouble-log.ts";
import type { TaskRun } from "./task-run.ts";

/** Attempts in a row that lost against other transactions and are made again at once. */
const MOST_CONFLICTS = 5;
/** Time after which a task is written again that the database refused although nothing of it can be left out. */
const REFUSED_WAIT_MS = 2_000;
/** Time after which a task is written again that takes too long, or waits for a lock that is not that of its run row. */
const BUSY_WAIT_MS = 5_000;

/**
 * Writes what happens to the tasks assigned to it, in order: while one batch is being committed the next one collects
 * (group commit). A batch holds the outcomes that have come in, the starts that they enable, and the end of tasks of which
 * nothing is left; so a step that follows another costs one commit.
 */
export class Lane {
  /** What is to be done: everything that happens to a task is told to it. */
  readonly agenda: Agenda;
  readonly #host: LaneHost;
  readonly #place: number;
  #busy = false;
  /** Whether the batch that is being written could not be written before. */
  #isFailing = false;
  #scheduled = false;
  #idleWaiters: (() => void)[] = [];

  /** @param place among the lanes of the engine, from 0 */
  constructor(host: LaneHost, place: number) {
    this.#host = host;
    this.#place = place;
    this.agenda = new Agenda(host, () => this.#schedule());
  }

  /** Whether the database does not keep up: the batch under way has failed before, or more outcomes wait than the next one takes. */
  get isBehind(): boolean {
    return this.#isFailing || this.agenda.backlog > this.#host.maxBatch;
  }

  /** Resolves when nothing is being written and nothing waits to be. */
  idle(): Promise<void> {
    if (!this.#busy && !this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Looks whether there is something that can be done now. */
  look(): void {
    this.#schedule();
  }

  /** Looks again whether there is something to write, after the current turn of the event loop. */
  #schedule(): void {
    if (this.#scheduled || this.#busy) return;
    this.#scheduled = true;
    // What is written, and the handlers that start after it, are not part of the request or the step that asked for it.
    this.#host.detached(() => setImmediate(() => void this.#drain()));
  }

  async #drain(): Promise<void> {
    this.#scheduled = false;
    this.#busy = true;
    // A batch can be empty although outcomes are left: those that it took belonged to tasks that were let go.
    for (
      let batch = this.agenda.assemble();
      batch.taskCount > 0 || this.agenda.hasOutcomes;
      batch = this.agenda.assemble()
    ) {
      if (batch.taskCount > 0) await this.#write(batch);
      // Handlers that answer at once have their outcome in by the next turn: it goes into the next batch.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#host.signs.laneRests(this.#place);
    this.#busy = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  async #write(batch: Batch): Promise<void> {
    // A commit that fails is no progress: a process that alone cannot commit must not keep its tasks.
    if (this.#host.events.isFull && this.#host.writing) await this.#waitForListeners();
    this.#host.signs.laneWaits(this.#place);
    for (let failures = 1; ; failures++) {
      // Whoever has the tasks by now would refuse it; until that is known, it is kept.
      if (!this.#host.fence.holds()) {
        this.#host.signs.laneRests(this.#place);
        await this.#host.fence.whenOpen();
        this.#host.signs.laneWaits(this.#place);
      }
      try {
        this.#acknowledge(batch, await this.#commit(batch));
        this.#isFailing = false;
        return;
      } catch (error) {
        this.#isFailing = false;
        const kind = failureKindOf(error);
        this.#host.meter?.commitFailed(kind);
        if (kind === "data") return this.#isolate(batch, error);
        if (!this.#host.writing || error instanceof NotRunningError) return this.#giveUp(batch, error);
        logAttempt(this.#host.log, error, { steps: batch.size, failures }, "writing a batch failed, trying again");
        if (kind === "busy") return this.#divide(batch);
        // Whether the failed attempt was committed may not be known. Written again, what was committed is refused, and
        // loading those tasks again shows how they stand.
        this.#isFailing = true;
        await this.#pause(kind, failures);
      }
    }
  }

  async #commit(batch: Batch): Promise<Set<TaskRun>> {
    const { database, processId, meter } = this.#host;
    if (meter === null) return commitBatch(database, processId, batch);
    const sentAt = performance.now();
    const refused = await commitBatch(database, processId, batch);
    const ms = performance.now() - sentAt;
    meter.committed({ steps: batch.size, tasks: batch.taskCount, refused: refused.size, ms });
    return refused;
  }

  /** Somebody who must not miss an event is behind: nothing more is committed until there is room. */
  async #waitForListeners(): Promise<void> {
    this.#host.signs.laneRests(this.#place);
    await this.#host.whenRoom();
  }

  async #pause(kind: FailureKind, failures: number): Promise<void> {
    if (kind === "conflict" && failures < MOST_CONFLICTS) return;
    await this.#wait(outageWaitMs(failures, this.#host.random()));
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#host.clock.after(ms, resolve));
  }

  /** Somebody holds what the batch needs, or it takes too long: what others hold is set aside, the rest is written in parts. */
  async #divide(batch: Batch): Promise<void> {
    const runs = batch.tasks.map(({ run }) => run);
    const locked = await this.#findLocked(runs);
    for (const run of locked) this.#setAside(run, 0);
    if (locked.size > 0) {
      const rest = batch.only((run) => !locked.has(run));
      if (rest.taskCount > 0) await this.#write(rest);
    } else if (batch.taskCount > 1) {
      const [first, second] = batch.halve();
      await this.#write(first);
      await this.#write(second);
    } else for (const run of runs) this.#setAside(run, BUSY_WAIT_MS);
  }

  /** A task that cannot be written waits for that without keeping others. What its handlers have returned, or do, is kept. */
  #setAside(run: TaskRun, leastMs: number): void {
    this.#host.log.warn({ taskId: run.taskId }, "a task cannot be written at present: it is set aside");
    run.drop();
    void this.#host.loader.reload(run, null, async () => {
      await this.#wait(leastMs);
      for (let looks = 1; this.#host.starting && (await this.#findLocked([run])).size > 0; looks++) {
        await this.#wait(outageWaitMs(looks, this.#host.random()));
      }
    });
  }

  /** The tasks that others hold; none if that cannot be found out now. */
  async #findLocked(runs: readonly TaskRun[]): Promise<ReadonlySet<TaskRun>> {
    try {
      return await findLocked(this.#host.database, runs);
    } catch {
      return new Set();
    }
  }

  /** Nothing can be written any more: what happened here is found out and repeated by whoever takes the tasks over. */
  #giveUp(batch: Batch, error: unknown): void {
    const tasks = batch.tasks.map(({ run }) => run.taskId);
    this.#host.log.error({ err: error, tasks, steps: batch.size }, "gave up writing a batch");
    for (const { run } of batch.tasks) {
      run.drop();
      this.#host.tasks.lost(run, error);
    }
  }

  /** The database refused the data of some step of the batch: the others must not suffer for it. */
  async #isolate(batch: Batch, error: unknown): Promise<void> {
    if (batch.taskCount > 1) {
      const [first, second] = batch.halve();
      await this.#write(first);
      await this.#write(second);
      return;
    }
    const [task] = batch.tasks;
    if (task !== undefined && isMissingTask(error)) {
      this.#host.log.warn({ taskId: task.run.taskId }, "a task was deleted while it ran");
      return this.#reload(task.run, null);
    }
    if (task !== undefined && task.annotations.length > 0) {
      this.#host.log.error({ err: error, taskId: task.run.taskId }, "the database refused annotations: left out");
      task.annotations = [];
      return this.#write(batch);
    }
    const [only] = batch.outcomes;
    if (batch.outcomes.length > 1) {
      for (const { execution } of batch.outcomes) if (execution !== null) execution.alone = true;
    } else if (only?.execution?.outcome?.kind === "success") {
      this.#host.log.error(
        { err: error, taskId: only.run.taskId, step: only.step.name },
        "the database refused a result",
      );
      only.execution.refuse(error);
    } else if (task !== undefined) {
      // A failure, or the engine's own rows: there is nothing to leave out, and at once it would be refused again.
      const { run } = task;
      this.#host.log.error({ err: error, taskId: run.taskId }, "the database refused a task, trying again");
      run.drop();
      this.#host.clock.after(REFUSED_WAIT_MS, () => void this.#host.loader.reload(run, null));
      return;
    }
    for (const { run } of batch.tasks) await this.#reload(run, null);
  }

  #acknowledge(batch: Batch, refused: ReadonlySet<TaskRun>): void {
    const plannedAt = batch.nowMs + elapsedOf(this.#host.clock) - batch.elapsedMs;
    for (const { run, step, execution, dueAt } of batch.outcomes) {
      if (refused.has(run)) continue;
      if (execution !== null) {
        run.executions.delete(execution.executionId);
        this.agenda.returnPermit(execution);
      }
      if (dueAt !== null) this.agenda.waits.waitForRetry(run, step, plannedAt);
    }
    this.#host.committed(batch, refused);
    for (const { run, step, execution } of batch.starts) {
      if (refused.has(run)) continue;
      if (execution === null) this.agenda.waits.waitForEnd(run, step, plannedAt);
      // Dropped meanwhile: the process was declared dead, and the step is somebody else's.
      if (execution !== null && !run.dropped) this.#host.executions.launch(execution);
    }
    for (const { run, release, added } of batch.tasks) {
      if (!refused.has(run) && added !== null) this.agenda.grow(run, added);
      if (refused.has(run)) void this.#reload(run, batch.of(run));
      else if (release !== null) {
        run.drop();
        this.#host.tasks.released(run);
      }
    }
  }

  async #reload(run: TaskRun, refused: Batch | null): Promise<void> {
    run.drop();
    await this.#host.loader.reload(run, refused);
  }
}
