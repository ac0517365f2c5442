import type { Connection } from "../database/database.ts";
import type { Agenda } from "./agenda/agenda.ts";
import { type Asker, askUntilAnswered } from "./ask-until-answered.ts";
import type { Batch } from "./batch.ts";
import { confirmBatch } from "./confirm-batch.ts";
import type { Execution } from "./execution.ts";
import type { Executions } from "./executions.ts";
import type { LiveTasks } from "./live-tasks.ts";
import type { TaskReader } from "./task-reader.ts";
import type { TaskRun } from "./task-run.ts";

/** What loading tasks needs of the engine around it. */
export interface LoaderHost extends Asker {
  readonly database: Connection;
  /** Whether anybody listens to events. */
  readonly hasListeners: boolean;
  readonly tasks: Pick<LiveTasks, "isLive" | "takeUp" | "adopt" | "forget" | "disowned">;
  readonly executions: Pick<Executions, "launch" | "stop" | "abandon">;
  agendaOf(run: TaskRun): Agenda;
  /** Tells what a batch made true; `refused` tasks excepted. */
  committed(batch: Batch, refused: ReadonlySet<TaskRun>): void;
}

const NOTHING_REFUSED: ReadonlySet<TaskRun> = new Set();

/** Brings tasks into memory: those that were claimed, and those that the database has otherwise than this process thought. */
export class TaskLoader {
  readonly #host: LoaderHost;
  readonly #reader: TaskReader;
  /**
   * Tasks that are being loaded again: whoever else finds that this process owns them must not take them, but say so, for
   * they may have been claimed after they were read.
   */
  readonly #reloading = new Map<number, { isClaimed: boolean }>();
  readonly #reloads = new Set<Promise<void>>();

  constructor(host: LoaderHost, reader: TaskReader) {
    this.#host = host;
    this.#reader = reader;
  }

  /** Whether tasks are being loaded again. */
  get isBusy(): boolean {
    return this.#reloads.size > 0;
  }

  /** Resolves when those are loaded that are being loaded again now. */
  async idle(): Promise<void> {
    await Promise.all(this.#reloads);
  }

  /** Reads tasks that this process owns and takes them. */
  async load(taskIds: readonly number[]): Promise<void> {
    const isMissing = (taskId: number) => {
      const reloading = this.#reloading.get(taskId);
      if (reloading !== undefined) reloading.isClaimed = true;
      return reloading === undefined && !this.#host.tasks.isLive(taskId);
    };
    for (const run of await this.#reader.read(taskIds.filter(isMissing))) {
      if (isMissing(run.taskId)) this.#host.tasks.takeUp(run);
    }
  }

  /**
   * Reads a task again whose write was refused; executions that still are its steps' go on.
   * @param refused what was to be written and may have been, in part or as a whole; null if nothing was
   * @param ready what to wait for before the task is read again
   */
  reload(run: TaskRun, refused: Batch | null, ready?: () => Promise<void>): Promise<void> {
    const reload = this.#reload(run, refused, ready).finally(() => this.#reloads.delete(reload));
    this.#reloads.add(reload);
    return reload;
  }

  async #reload(run: TaskRun, refused: Batch | null, ready?: () => Promise<void>): Promise<void> {
    const host = this.#host;
    host.tasks.forget(run);
    // Declared dead while this write waited, the process may have claimed the task anew: that copy counts, not this one.
    if (host.tasks.isLive(run.taskId) || this.#reloading.has(run.taskId)) {
      for (const execution of run.executions.values())
        host.executions.abandon(execution, "its task was loaded again meanwhile");
      return;
    }
    const reloading = { isClaimed: false };
    this.#reloading.set(run.taskId, reloading);
    await ready?.();
    if (refused !== null && host.hasListeners) {
      const confirmed = await askUntilAnswered(host, run.taskId, () => confirmBatch(host.database, refused));
      if (confirmed !== null) host.committed(confirmed, NOTHING_REFUSED);
    }
    let fresh: TaskRun | undefined;
    do {
      reloading.isClaimed = false;
      fresh = (await askUntilAnswered(host, run.taskId, () => this.#reader.read([run.taskId])))?.[0];
    } while (fresh === undefined && reloading.isClaimed);
    this.#reloading.delete(run.taskId);
    const held = new Set(run.executions.values());
    if (fresh === undefined) host.tasks.disowned(run);
    else this.#replace(run, fresh, held);
    const reason = fresh === undefined ? "its task went on in another process" : "its step went on without it";
    for (const execution of held) host.executions.abandon(execution, reason);
  }

  /** Takes the fresh one; what it goes on with of the old one's executions is taken out of `held`. */
  #replace(run: TaskRun, fresh: TaskRun, held: Set<Execution>): void {
    // What was noted of it since it was started is known here only.
    fresh.trace = run.trace ?? fresh.trace;
    for (const step of fresh.steps) {
      const execution = run.executions.get(step.lostExecutionId ?? "");
      // One that was abandoned when the process was declared dead was told to stop: its step is interrupted and starts anew.
      if (execution === undefined || execution.isAbandoned) continue;
      held.delete(execution);
      execution.run = fresh;
      execution.step = step;
      step.execution = execution;
      step.lostExecutionId = null;
      fresh.executions.set(execution.executionId, execution);
      fresh.activeCount += 1;
    }
    this.#host.tasks.adopt(fresh);
    for (const execution of fresh.executions.values()) {
      if (fresh.isOver) this.#host.executions.stop(execution);
      if (execution.outcome !== null) this.#host.agendaOf(fresh).settle(execution);
      else if (!execution.launched) this.#host.executions.launch(execution);
    }
  }
}
