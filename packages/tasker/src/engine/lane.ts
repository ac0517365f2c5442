import { NotRunningError } from "../errors/index.ts";
import { Agenda } from "./agenda/agenda.ts";
import type { Batch } from "./batch.ts";
import { commitBatch } from "./commit-batch.ts";
import { isDataRefusal, isMissingTask } from "./commit-failure.ts";
import type { LaneHost } from "./lane-host.ts";
import type { TaskRun } from "./task-run.ts";

/** Waits between attempts to write a batch, in milliseconds; the last one repeats. */
const RETRY_WAITS_MS = [50, 100, 250, 500, 1_000, 2_000];

/**
 * Writes what happens to the tasks assigned to it, in order: while one batch is being committed the next one collects
 * (group commit). A batch holds the outcomes that have come in, the starts that they enable, and the end of tasks of which
 * nothing is left; so a step that follows another costs one commit.
 */
export class Lane {
  /** What is to be done: everything that happens to a task is told to it. */
  readonly agenda: Agenda;
  readonly #host: LaneHost;
  #busy = false;
  #scheduled = false;
  #idleWaiters: (() => void)[] = [];

  constructor(host: LaneHost) {
    this.#host = host;
    this.agenda = new Agenda(host, () => this.#schedule());
  }

  /** Resolves when nothing is being written and nothing waits to be. */
  idle(): Promise<void> {
    if (!this.#busy && !this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Looks again whether there is something to write, after the current turn of the event loop. */
  #schedule(): void {
    if (this.#scheduled || this.#busy) return;
    this.#scheduled = true;
    setImmediate(() => void this.#drain());
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
    this.#busy = false;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  async #write(batch: Batch): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        this.#acknowledge(batch, await commitBatch(this.#host.database, this.#host.processId, batch));
        return;
      } catch (error) {
        if (isDataRefusal(error)) return this.#isolate(batch, error);
        if (!this.#host.writing || error instanceof NotRunningError) return this.#giveUp(batch, error);
        const waitMs = RETRY_WAITS_MS[Math.min(failures, RETRY_WAITS_MS.length - 1)] ?? 0;
        this.#host.log.warn({ err: error, steps: batch.size, waitMs }, "writing a batch failed, trying again");
        // Whether the failed attempt was committed is not known. Written again, what was committed is refused, and
        // loading those tasks again shows how they stand.
        await new Promise<void>((resolve) => void this.#host.clock.after(waitMs, resolve));
      }
    }
  }

  /** Nothing can be written any more: what happened here is found out and repeated by whoever takes the tasks over. */
  #giveUp(batch: Batch, error: unknown): void {
    const tasks = batch.tasks.map(({ run }) => run.taskId);
    this.#host.log.error({ err: error, tasks, steps: batch.size }, "gave up writing a batch");
    for (const { run } of batch.tasks) {
      run.drop();
      this.#host.lost(run);
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
      const waitMs = RETRY_WAITS_MS.at(-1) ?? 0;
      this.#host.log.error({ err: error, taskId: run.taskId, waitMs }, "the database refused a task, trying again");
      run.drop();
      this.#host.clock.after(waitMs, () => void this.#host.reload(run, null));
      return;
    }
    for (const { run } of batch.tasks) await this.#reload(run, null);
  }

  #acknowledge(batch: Batch, refused: ReadonlySet<TaskRun>): void {
    for (const { run, step, execution, dueAt } of batch.outcomes) {
      if (refused.has(run)) continue;
      if (execution !== null) {
        run.executions.delete(execution.executionId);
        this.agenda.returnPermit(execution);
      }
      if (dueAt !== null) this.agenda.waits.waitForRetry(run, step);
    }
    this.#host.committed(batch, refused);
    for (const { run, step, execution } of batch.starts) {
      if (refused.has(run)) continue;
      if (execution === null) this.agenda.waits.waitForEnd(run, step);
      // Dropped meanwhile: the process was declared dead, and the step is somebody else's.
      if (execution !== null && !run.dropped) this.#host.launch(execution);
    }
    for (const { run, release, added } of batch.tasks) {
      if (!refused.has(run) && added !== null) this.agenda.grow(run, added);
      if (refused.has(run)) void this.#reload(run, batch.of(run));
      else if (release !== null) {
        run.drop();
        this.#host.released(run);
      }
    }
  }

  async #reload(run: TaskRun, refused: Batch | null): Promise<void> {
    run.drop();
    await this.#host.reload(run, refused);
  }
}
