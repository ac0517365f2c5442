import type { Connection } from "../database/database.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import type { StoredTrace } from "../tracing/stored-trace.ts";
import type { SubmitSpan } from "../tracing/submit-span.ts";
import { adoptSubmitted } from "./adopt-submitted.ts";
import type { Claimer } from "./claimer.ts";
import type { EngineLife } from "./engine-life.ts";
import { settleWithin } from "./identity.ts";
import { DefinitionNaming } from "./name-definition.ts";
import { repeatUnwritten } from "./outage/repeat-unwritten.ts";
import { parseRequest } from "./parse-request.ts";
import type { PreparedTask, TaskPreparer } from "./prepare-task.ts";
import { refuseOtherRequests } from "./refuse-other-requests.ts";
import type { Runtime } from "./runtime.ts";
import type { StoredTemplates } from "./stored-templates.ts";
import { SubmitLine } from "./submit-line.ts";
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
  /**
   * Whether a request with the idempotency key of a task that was asked for with something else is refused; of many, then none
   * is written. Default: false, it gives that task.
   */
  readonly refuseOthers?: boolean;
  /**
   * Whether a template that is not registered here may be one that the database has a definition of: of its version, or the highest in
   * the range, the one that came last. Other processes run the task; what its task handler would do to it when it is submitted is not
   * done. Default: false.
   */
  readonly stored?: boolean;
}

/** A task that is to be written, with its place in a trace. */
interface Submission {
  readonly task: PreparedTask;
  readonly trace: StoredTrace | null;
}

/** A task as it was written. */
interface Written extends WrittenTask {
  /** When. */
  readonly at: Date;
  /** Of this process when it was written; 0 where it took none. */
  readonly epoch: number;
  /** Whether this process has kept room for it. */
  readonly hasRoom: boolean;
}

/** Submits tasks, and takes up those that this process may own from the start. */
export class TaskSubmitter {
  readonly #runtime: Runtime;
  readonly #life: EngineLife;
  readonly #claimer: Claimer;
  readonly #preparer: TaskPreparer;
  readonly #naming = new DefinitionNaming();
  readonly #stored: StoredTemplates;
  /** Of tasks that come one by one: those that are like no other, and those that may have to wait until it is known whether they are. */
  readonly #lines: Readonly<Record<"unique" | "keyed", SubmitLine<Submission, Written>>>;

  constructor(runtime: Runtime, life: EngineLife, claimer: Claimer, preparer: TaskPreparer, stored: StoredTemplates) {
    this.#stored = stored;
    this.#runtime = runtime;
    this.#life = life;
    this.#claimer = claimer;
    this.#preparer = preparer;
    const line = () => new SubmitLine((items: readonly Submission[]) => this.#write(items));
    this.#lines = { unique: line(), keyed: line() };
  }

  /** See {@link Engine.submitMany}. */
  async submit(
    requests: readonly TaskRequest[],
    { transaction, refuseOthers = false, stored }: SubmitOptions,
  ): Promise<SubmittedTask[]> {
    if (requests.length === 0) return [];
    const now = new Date(this.#runtime.clock.now());
    const elsewhere = stored === true ? await this.#findStored(requests) : [];
    const tasks = requests.map((request, place) => this.#preparer.prepare(request, now, elsewhere[place] ?? undefined));
    const spans = traceSubmit(this.#runtime.tracing, tasks);
    const items = tasks.map((task, place) => ({ task, trace: spans[place]?.stored ?? null }));
    const written = await this.#add(items, transaction, refuseOthers).catch((error: unknown) => {
      for (const span of spans) span.fail(error);
      throw error;
    });
    for (const [place, row] of written.entries()) {
      const task = tasks[place];
      if (task === undefined) continue;
      if (row.hasRoom) this.#runtime.room.remove(task.compiled.definition.namespace);
      spans[place]?.end(row);
      if (row.created && transaction === undefined) tellSubmitted(this.#runtime.events, task, row.taskId, row.at);
      if (row.owned) this.#takeUp(task, row, spans[place]);
    }
    this.#claimer.noticeSubmit(transaction === undefined);
    if (transaction === undefined && written.some((row) => row.created && !row.owned)) {
      this.#runtime.hints.tell({ topic: "tasks" });
    }
    // One by itself has written nothing if it gave a task that was there: whoever else is written with it is not concerned.
    if (refuseOthers && tasks.length === 1)
      await this.#refuseOthers(transaction ?? this.#runtime.database, tasks, written);
    return written.map(({ taskId, created }) => ({ taskId, created }));
  }

  /** Puts the definitions of templates into the database, so that processes without their code can submit tasks. */
  async publish(templates: readonly TaskTemplate[]): Promise<void> {
    const { clock, database, definitions } = this.#runtime;
    const now = new Date(clock.now());
    for (const { definition } of templates) {
      await this.#naming.find(database, definitions.compile(definition), now, true);
    }
  }

  /** The templates of requests of which this process has no code; null for the others. */
  async #findStored(requests: readonly TaskRequest[]): Promise<readonly (TaskTemplate | null)[]> {
    const found = new Map<string, Promise<TaskTemplate | null>>();
    return Promise.all(
      requests.map((request) => {
        const asked = parseRequest(request);
        const key = JSON.stringify([asked.namespace, asked.name, asked.version]);
        const finding = found.get(key) ?? this.#stored.find(asked);
        found.set(key, finding);
        return finding;
      }),
    );
  }

  #refuseOthers(connection: Connection, tasks: readonly PreparedTask[], rows: readonly WrittenTask[]): Promise<void> {
    return refuseOtherRequests(connection, tasks, rows, this.#runtime.protection.encryption);
  }

  async #add(
    items: readonly Submission[],
    transaction: Connection | undefined,
    refuseOthers: boolean,
  ): Promise<readonly Written[]> {
    const [only, ...others] = items;
    if (only === undefined || others.length > 0) return this.#write(items, transaction, refuseOthers);
    if (transaction !== undefined) return this.#write(items, transaction);
    const { identity, context } = only.task;
    return [await this.#lines[identity.isUnique ? "unique" : "keyed"].add(only, context.text.length)];
  }

  /** Taken before it is written: submits that overlap must not fill the same room. Null if this process takes none. */
  #takeRoom(tasks: readonly PreparedTask[]): InitialOwner | null {
    const { room, processId, fence } = this.#runtime;
    if (this.#life.state !== "running" || room.free === 0 || !fence.holds()) return null;
    const takes = tasks.map(({ compiled, isRegistered }) => isRegistered && room.take(compiled.definition.namespace));
    return { processId, epoch: this.#life.epoch, takes };
  }

  /** Room that was taken for what is written is given back by whoever submits it; here, if nothing was. */
  async #write(
    items: readonly Submission[],
    transaction?: Connection,
    refuseOthers = false,
  ): Promise<readonly Written[]> {
    const at = new Date(this.#runtime.clock.now());
    const tasks = settleWithin(items.map(({ task }) => task));
    const owner = transaction === undefined ? this.#takeRoom(tasks) : null;
    const traces = items.map(({ trace }) => trace);
    const { database } = this.#runtime;
    const mayFail = refuseOthers && tasks.some(({ request }) => request.idempotencyKey !== undefined);
    const remember = transaction === undefined && !mayFail;
    const write = async (connection: Connection) => {
      const rows = await submitTasks(connection, this.#naming, tasks, { now: at, remember, owner, traces });
      if (mayFail) await this.#refuseOthers(connection, tasks, rows);
      return rows;
    };
    const begin = () => (mayFail ? database.transaction(write) : write(database));
    try {
      const rows = await (transaction === undefined ? repeatUnwritten(this.#runtime, begin) : write(transaction));
      return rows.map((row, place) => ({
        ...row,
        ...{ at, epoch: owner?.epoch ?? 0, hasRoom: owner?.takes[place] === true },
      }));
    } catch (error) {
      for (const [place, { compiled }] of tasks.entries()) {
        if (owner?.takes[place] === true) this.#runtime.room.remove(compiled.definition.namespace);
      }
      // It may have been committed: tasks that it may have given to this process are looked for.
      this.#claimer.noticeUncertainty();
      throw error;
    }
  }

  #takeUp(task: PreparedTask, row: Written, span: SubmitSpan | undefined): void {
    // An engine that stops meanwhile does not take it any more: it goes back with the others of this process.
    if (this.#life.state !== "running") return;
    const run = adoptSubmitted(task, row, row.epoch);
    run.trace = this.#runtime.tracing?.open(span?.stored ?? null) ?? null;
    this.#runtime.tasks.takeUp(run);
  }
}
