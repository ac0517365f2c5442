import type { Connection } from "../database/database.ts";
import type { SubmitSpan } from "../tracing/submit-span.ts";
import { adoptSubmitted } from "./adopt-submitted.ts";
import type { Claimer } from "./claimer.ts";
import type { EngineLife } from "./engine-life.ts";
import { settleWithin } from "./identity.ts";
import { DefinitionNaming } from "./name-definition.ts";
import { repeatUnwritten } from "./outage/repeat-unwritten.ts";
import type { PreparedTask, TaskPreparer } from "./prepare-task.ts";
import type { Runtime } from "./runtime.ts";
import { type InitialOwner, submitTasks, type WrittenTask } from "./submit-tasks.ts";
import { tellSubmitted } from "./submitted-events.ts";
import type { SubmittedTask, TaskRequest } from "./task-request.ts";
import { traceSubmit } from "./tracing/trace-submit.ts";

/** Options of submitting. */
export interface SubmitOptions {
  /**
   * The caller's own transaction: the tasks exist if it commits. They are claimed at the next look for work instead of
   * starting at once.
   */
  readonly transaction?: Connection;
}

/** Submits tasks, and takes up those that this process may own from the start. */
export class TaskSubmitter {
  readonly #runtime: Runtime;
  readonly #life: EngineLife;
  readonly #claimer: Claimer;
  readonly #preparer: TaskPreparer;
  readonly #naming = new DefinitionNaming();

  constructor(runtime: Runtime, life: EngineLife, claimer: Claimer, preparer: TaskPreparer) {
    this.#runtime = runtime;
    this.#life = life;
    this.#claimer = claimer;
    this.#preparer = preparer;
  }

  /** See {@link Engine.submitMany}. */
  async submit(requests: readonly TaskRequest[], { transaction }: SubmitOptions): Promise<SubmittedTask[]> {
    if (requests.length === 0) return [];
    const now = new Date(this.#runtime.clock.now());
    const tasks = settleWithin(requests.map((request) => this.#preparer.prepare(request, now)));
    const owner = transaction === undefined ? this.#takeRoom(tasks) : null;
    const spans = traceSubmit(this.#runtime.tracing, tasks);
    const written = await this.#write(tasks, { transaction, now, owner, spans })
      .catch((error: unknown) => {
        for (const span of spans) span.fail(error);
        // It may have been committed: tasks that it may have given to this process are looked for.
        this.#claimer.noticeUncertainty();
        throw error;
      })
      .finally(() => this.#returnRoom(tasks, owner));
    for (const [place, row] of written.entries()) {
      const task = tasks[place];
      spans[place]?.end(row);
      if (task === undefined) continue;
      if (row.created && transaction === undefined) tellSubmitted(this.#runtime.events, task, row.taskId, now);
      if (row.owned) this.#takeUp(task, row, owner, spans[place]);
    }
    this.#claimer.noticeSubmit(transaction === undefined);
    if (transaction === undefined && written.some((row) => row.created && !row.owned)) {
      this.#runtime.hints.tell({ topic: "tasks" });
    }
    return written.map(({ taskId, created }) => ({ taskId, created }));
  }

  /** Taken before it is written: submits that overlap must not fill the same room. Null if this process takes none. */
  #takeRoom(tasks: readonly PreparedTask[]): InitialOwner | null {
    const { room, processId, fence } = this.#runtime;
    if (this.#life.state !== "running" || room.free === 0 || !fence.holds()) return null;
    const takes = tasks.map(({ compiled }) => room.take(compiled.definition.namespace));
    return { processId, epoch: this.#life.epoch, takes };
  }

  #returnRoom(tasks: readonly PreparedTask[], owner: InitialOwner | null): void {
    for (const [place, { compiled }] of tasks.entries()) {
      if (owner?.takes[place]) this.#runtime.room.remove(compiled.definition.namespace);
    }
  }

  #write(
    tasks: readonly PreparedTask[],
    submit: {
      readonly transaction: Connection | undefined;
      readonly now: Date;
      readonly owner: InitialOwner | null;
      readonly spans: readonly SubmitSpan[];
    },
  ): Promise<WrittenTask[]> {
    const { transaction, now, owner, spans } = submit;
    const traces = spans.map(({ stored }) => stored);
    const remember = transaction === undefined;
    const write = (connection: Connection) =>
      submitTasks(connection, this.#naming, tasks, { now, remember, owner, traces });
    if (transaction !== undefined) return write(transaction);
    return repeatUnwritten(this.#runtime, () => write(this.#runtime.database));
  }

  #takeUp(task: PreparedTask, row: WrittenTask, owner: InitialOwner | null, span: SubmitSpan | undefined): void {
    // An engine that stops meanwhile does not take it any more: it goes back with the others of this process.
    if (this.#life.state !== "running") return;
    const run = adoptSubmitted(task, row, owner?.epoch ?? 0);
    run.trace = this.#runtime.tracing?.open(span?.stored ?? null) ?? null;
    this.#runtime.tasks.takeUp(run);
  }
}
