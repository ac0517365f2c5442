import { findEventSubjects } from "../actions/event-subjects.ts";
import { TaskActions } from "../actions/task-actions.ts";
import type { Connection, PoolUsage } from "../database/database.ts";
import { NotRunningError, StepInterruptedError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { Subscribe, Unsubscribe } from "../events/bus/subscribe.ts";
import type { PayloadOf } from "../events/catalogue/catalogue.ts";
import { REGISTRY_EVENTS } from "../events/catalogue/registry-events.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import { parseAdopt } from "./adopt-options.ts";
import { adoptSubmitted } from "./adopt-submitted.ts";
import { checkOptions } from "./check-options.ts";
import { drawEpoch } from "./claim-tasks.ts";
import { Claimer } from "./claimer.ts";
import type { ConcurrencyDecision } from "./concurrency/optimal-concurrency.ts";
import { PluginHost } from "./engine-plugin.ts";
import type { ExecutionSnapshot } from "./execution-state.ts";
import { settleWithin } from "./identity.ts";
import { parseIdentity } from "./identity-settings.ts";
import { Membership } from "./membership/membership.ts";
import { DefinitionNaming } from "./name-definition.ts";
import type { EngineOptions } from "./options.ts";
import { repeatUnwritten } from "./outage/repeat-unwritten.ts";
import { TaskPreparer } from "./prepare-task.ts";
import type { ReadyFigures } from "./ready-figures.ts";
import { Runtime } from "./runtime.ts";
import { type SentSignal, type SignalOptions, sendSignal } from "./send-signal.ts";
import { storeEvents } from "./stored-events/store-events.ts";
import { storedEventNames } from "./stored-events/stored-event-names.ts";
import { submitTasks } from "./submit-tasks.ts";
import { tellSubmitted } from "./submitted-events.ts";
import type { SubmittedTask, TaskRequest } from "./task-request.ts";
import { traceSubmit } from "./tracing/trace-submit.ts";

/** How a task stands. */
export interface TaskOutcome {
  readonly taskId: number;
  /** `complete`, `error`, `cancelled` or `resolved_manually`. */
  readonly state: string;
}

/** How many steps execute at the same time in a process, and why not more. */
export interface Concurrency {
  /** Steps that may execute at the same time. */
  readonly limit: number;
  /** Steps that do; more than the limit for a while after it was lowered. */
  readonly used: number;
  /** What the limit was decided from; null where it is fixed. */
  readonly decision: ConcurrencyDecision | null;
}

/** What a process shares with others. */
export interface SharingFigures {
  /** Ready steps that are offered to others. */
  readonly offered: number;
  /** Steps of this process's tasks that others run, or whose outcome is being committed. */
  readonly outside: number;
  /** Steps of others' tasks that this process runs, or whose outcome is being handed over. */
  readonly taken: number;
}

/** What an engine is doing. */
export interface EngineStatistics {
  readonly state: "new" | "starting" | "running" | "stopping" | "stopped";
  /** Id of this process in the database; 0 before the start. */
  readonly processId: number;
  /** Tasks in memory. */
  readonly tasks: number;
  readonly concurrency: Concurrency;
  /** Steps whose turn it is and for which there is no slot or permit yet. */
  readonly ready: ReadyFigures;
  /** Whether the process may start and write: false while its lease could be over. */
  readonly holdsLease: boolean;
  /** Use of the database's connections at this moment; null for the embedded database. */
  readonly pool: PoolUsage | null;
  readonly sharing: SharingFigures;
  /** Names of the classes of its strategies. */
  readonly strategies: Readonly<Record<string, string>>;
}

/** Options of submitting. */
export interface SubmitOptions {
  /**
   * The caller's own transaction: the tasks exist if it commits. They are claimed at the next look for work instead of
   * starting at once.
   */
  readonly transaction?: Connection;
}

/** What registries tell. */
const REGISTRY_EVENT_NAMES = Object.values(REGISTRY_EVENTS).map(({ name }) => name);
const DEFAULT_GRACE_MS = 10_000;
/** How long a stop goes on trying to write, after the handlers' time, to a database that is away. */
const LAST_WRITES_MS = 5_000;

/**
 * Submits tasks and, once started, executes them: claims tasks whose templates are registered with it, runs their steps,
 * writes what comes of them. Any number of engines can share a PostgreSQL database.
 */
export class Engine {
  /** What operators do to tasks, whoever runs them. A task that this engine runs, or may claim, goes on at once. */
  readonly actions: TaskActions;
  /** Where everything is published that this engine does, after it is committed. */
  readonly events: EventBus;
  /** Subscribes to events; call the returned function to end it. */
  readonly on: Subscribe;
  readonly #runtime: Runtime;
  readonly #registry: HandlerRegistry;
  readonly #preparer: TaskPreparer;
  readonly #naming = new DefinitionNaming();
  readonly #membership: Membership;
  readonly #claimer: Claimer;
  #state: EngineStatistics["state"] = "new";
  readonly #plugins: PluginHost;
  #started: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;
  #epoch = 0;
  /** Buses of the registries, as far as they are not the engine's. */
  readonly #registries: Set<EventBus>;
  #forwardings: Unsubscribe[] = [];
  readonly #storedEvents: readonly string[];

  /** @throws ConfigurationError if an option has a value that it cannot have */
  constructor(options: EngineOptions) {
    checkOptions(options);
    this.#runtime = new Runtime(options);
    this.events = this.#runtime.events;
    this.on = this.events.on;
    this.#registry = options.registry;
    this.#storedEvents = storedEventNames(options.storeEvents ?? []);
    const { definitions, maxValueBytes } = this.#runtime;
    this.#registries = new Set([
      options.registry.events,
      ...(options.plugins === undefined ? [] : [options.plugins.events]),
    ]);
    this.#registries.delete(this.events);
    const identity = parseIdentity(options.identity);
    this.#preparer = new TaskPreparer(options.registry, definitions, maxValueBytes, identity);
    this.#membership = new Membership(this.#runtime, {
      leaseMs: options.leaseMs ?? 10_000,
      stuckAfterMs: options.stuckAfterMs ?? 30_000,
      heartbeat: options.heartbeat ?? "thread",
    });
    this.#claimer = new Claimer(this.#runtime, this.#registry, parseAdopt(options.adopt));
    const { hints } = this.#runtime;
    hints.onHint(({ topic }) => {
      if (topic === "tasks") this.#claimer.noticeSubmit(true);
      if (topic === "steps") this.#runtime.taker?.lookNow();
      else this.#claimer.lookSoon();
      if (topic === "owner") this.#runtime.offers?.lookNow();
    });
    this.#runtime.onDue = () => {
      this.#claimer.lookNow();
      hints.tell({ topic: "tasks" });
    };
    this.#runtime.onReleased = () => this.#claimer.noticeRoom();
    this.#runtime.onSubmitted = () => {
      this.#claimer.noticeSubmit(true);
      this.#runtime.onDue();
    };
    const { clock, log } = this.#runtime;
    this.#plugins = new PluginHost(options.plugins, {
      registry: this.#registry,
      clock,
      log,
      events: this.events,
    });
    this.actions = new TaskActions({
      database: this.#runtime.database,
      events: this.events,
      onEventsLost: (error) => this.#logLostEvents(error),
      clock: this.#runtime.clock,
      maxValueBytes: this.#runtime.maxValueBytes,
      onAnswered: ({ taskId, ownerId, revision }) => {
        const isOurs = ownerId !== null && ownerId !== 0 && ownerId === this.#runtime.processId;
        if (isOurs && revision !== null) this.#runtime.recheck(taskId, revision);
        else this.#claimer.lookNow();
      },
    });
  }

  /** Creates one task. See {@link submitMany}. */
  async submit(request: TaskRequest, options: SubmitOptions = {}): Promise<SubmittedTask> {
    const [submitted] = await this.submitMany([request], options);
    if (submitted === undefined) throw new RangeError("submit_tasks gave no row");
    return submitted;
  }

  /**
   * Creates tasks in one transaction, all or none, in one round trip. Needs no started engine. A started one begins with
   * them at once, as far as it has room. Where it is certain that nothing was written, a database that cannot be reached is
   * asked again for about 3 seconds; not in a transaction of the caller's.
   * @throws InvalidRequestError, HandlerNotFoundError, InvalidContextError, UnencodableValueError, ValueTooLargeError
   * @throws OutcomeUnknownError if the connection was lost before the answer came: the tasks may exist. With an idempotency key it
   * can be submitted again, and nothing is there twice
   * @throws DatabaseUnavailableError, DatabaseStatementError: nothing was written
   */
  async submitMany(requests: readonly TaskRequest[], options: SubmitOptions = {}): Promise<SubmittedTask[]> {
    if (requests.length === 0) return [];
    const now = new Date(this.#runtime.clock.now());
    const tasks = settleWithin(requests.map((request) => this.#preparer.prepare(request, now)));
    const { transaction } = options;
    const { room, processId } = this.#runtime;
    const namespaces = tasks.map(({ compiled }) => compiled.definition.namespace);
    const isOwner =
      this.#state === "running" && transaction === undefined && room.free > 0 && this.#runtime.fence.holds();
    // Taken now: submits that overlap must not fill the same room.
    const owner = isOwner
      ? { processId, epoch: this.#epoch, takes: namespaces.map((namespace) => room.take(namespace)) }
      : null;
    const { tracing } = this.#runtime;
    const spans = traceSubmit(tracing, tasks);
    const submit = () =>
      submitTasks(transaction ?? this.#runtime.database, this.#naming, tasks, {
        now,
        remember: transaction === undefined,
        owner,
        traces: spans.map(({ stored }) => stored),
      });
    const written = await this.#write(() =>
      transaction === undefined ? repeatUnwritten(this.#runtime, submit) : submit(),
    )
      .catch((error: unknown) => {
        for (const span of spans) span.fail(error);
        throw error;
      })
      .finally(() => {
        for (const [place, namespace] of namespaces.entries()) if (owner?.takes[place]) room.remove(namespace);
      });
    for (const [place, row] of written.entries()) {
      const task = tasks[place];
      spans[place]?.end(row);
      if (row.created && task !== undefined && transaction === undefined) {
        tellSubmitted(this.events, task, row.taskId, now);
      }
      // An engine that stops meanwhile does not take it any more: it goes back with the others of this process.
      const isTaken = row.owned && this.#state === "running";
      if (!isTaken || task === undefined) continue;
      const run = adoptSubmitted(task, row, owner?.epoch ?? 0);
      run.trace = tracing?.open(spans[place]?.stored ?? null) ?? null;
      this.#runtime.takeUp(run);
    }
    this.#claimer.noticeSubmit(transaction === undefined);
    if (transaction === undefined && written.some((row) => row.created && !row.owned)) {
      this.#runtime.hints.tell({ topic: "tasks" });
    }
    return written.map(({ taskId, created }) => ({ taskId, created }));
  }

  /**
   * Tells a task something that one of its steps waits for, or will wait for: signals that come early are kept, and taken in
   * the order in which they came, each by one step. Needs no started engine and no template; the task may run in another
   * process, which notices within a look for work.
   * @param payload what the step stores: JSON, of the size of a result at most. Default: null
   * @throws InvalidRequestError, UnencodableValueError, ValueTooLargeError
   * @throws TaskNotFoundError for a task that does not exist, or that no engine has seen
   * @throws SignalRefusedError if the task is complete, cancelled or resolved, or 1,000 signals wait in it
   */
  async signal(taskId: number, name: string, payload?: unknown, options: SignalOptions = {}): Promise<SentSignal> {
    const runtime = this.#runtime;
    const { transaction = runtime.database } = options;
    const limits = { now: new Date(runtime.clock.now()), maxBytes: runtime.maxValueBytes };
    const sent = await sendSignal(transaction, { ...options, taskId, name, payload }, limits);
    if (options.transaction === undefined) {
      if (sent.created)
        await this.#tellSignal(taskId, { signal_id: sent.signalId, signal: name, sender: options.sender ?? null });
      const isRunning = this.#state === "running";
      if (isRunning && sent.ownerId === runtime.processId) runtime.recheck(taskId, sent.revision);
      else if (sent.ownerId !== 0) runtime.hints.tell({ topic: "owner", processId: sent.ownerId });
      else {
        if (isRunning) this.#claimer.lookNow();
        runtime.hints.tell({ topic: "tasks" });
      }
    }
    return { signalId: sent.signalId, created: sent.created };
  }

  /** Starts executing. The schema must have been migrated. */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new NotRunningError(`the engine is ${this.#state}, it can be started once`);
    this.#state = "starting";
    this.#forwardings = [...this.#registries].map((bus) =>
      bus.subscribe(REGISTRY_EVENT_NAMES, (event) => this.events.publish(event), { name: "engine" }),
    );
    if (this.#storedEvents.length > 0) this.#forwardings.push(storeEvents(this.#runtime, this.#storedEvents));
    this.#started = this.#start();
    return this.#started;
  }

  /**
   * Stops claiming and starting, lets running handlers finish for `graceMs` (default 10,000), then aborts them and gives
   * their steps back, and releases all tasks. The database stays open: it is the caller's. A call while another one is
   * under way waits for that one; after it, nothing is left to do. If the database is away, the stop ends 5 seconds after
   * the handlers' time; the tasks go on elsewhere when this process's lease has ended.
   */
  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(options.graceMs ?? DEFAULT_GRACE_MS).finally(() => {
      this.#stopped = null;
    });
    return this.#stopped;
  }

  /**
   * Resolves when the task is `complete`, `error`, `cancelled` or `resolved_manually`, whichever process brings it there.
   * @throws TaskNotFoundError
   * @throws ProceduralError inside an open transaction of the embedded database: nobody could end the task until it ends
   */
  async settled(taskId: number): Promise<TaskOutcome> {
    return { taskId, state: await this.#runtime.settled(taskId) };
  }

  /** How many steps execute at the same time, and what that follows from. */
  concurrency(): Concurrency {
    const { slots, adaptiveConcurrency } = this.#runtime;
    return { limit: slots.limit, used: slots.used, decision: adaptiveConcurrency?.decision ?? null };
  }

  /** What this process is doing at this moment: attempts of steps, and steps that wait for their turn. */
  executions(): ExecutionSnapshot[] {
    return this.#runtime.executions();
  }

  /** Figures of this engine. */
  statistics(): EngineStatistics {
    const { processId, taskCount: tasks, strategies, offers, taker, fence, database } = this.#runtime;
    const sharing = { offered: offers?.offered ?? 0, outside: offers?.outside ?? 0, taken: taker?.size ?? 0 };
    const concurrency = this.concurrency();
    return {
      state: this.#state,
      processId,
      tasks,
      concurrency,
      ready: this.#runtime.ready(),
      holdsLease: this.#state === "running" && fence.isOpen,
      pool: database.poolUsage(),
      sharing,
      strategies: strategies.names,
    };
  }

  async #start(): Promise<void> {
    try {
      await this.#plugins.start();
      const [row] = await this.#runtime.database.run(drawEpoch, []);
      this.#epoch = row?.epoch ?? 0;
      await this.#membership.join();
    } catch (error) {
      await this.#plugins.stop();
      this.#endForwardings();
      this.#state = "stopped";
      throw error;
    }
    this.#state = "running";
    this.#runtime.starting = true;
    this.#runtime.adaptiveConcurrency?.start();
    this.#claimer.start();
  }

  async #stop(graceMs: number): Promise<void> {
    // Whoever started it is told if that failed.
    await this.#started.catch(() => undefined);
    if (this.#state === "new" || this.#state === "stopped") return;
    this.#state = "stopping";
    const runtime = this.#runtime;
    runtime.starting = false;
    runtime.adaptiveConcurrency?.stop();
    const reason = new StepInterruptedError("the engine stopped before the step had finished");
    const cancelGrace = runtime.clock.after(graceMs, () => runtime.interruptAll(reason));
    const cancelWriting = runtime.clock.after(graceMs + LAST_WRITES_MS, () => {
      runtime.stopWriting();
    });
    await this.#claimer.stop();
    await Promise.all([runtime.offers?.close(), runtime.taker?.stop()]);
    await runtime.written();
    await runtime.quiet();
    await runtime.taker?.written();
    cancelGrace();
    await runtime.closeResources();
    await runtime.releaseAll();
    cancelWriting();
    runtime.hints.tell({ topic: "tasks" });
    await runtime.permits.close();
    await this.#membership.leave();
    await this.#flushEvents();
    await this.#plugins.stop();
    this.#endForwardings();
    this.#state = "stopped";
  }

  async #tellSignal(taskId: number, signal: PayloadOf<"task.signalled">): Promise<void> {
    if (!this.events.wants("task.signalled")) return;
    try {
      const found = await findEventSubjects(this.#runtime.database, [taskId]);
      this.events.tell("task.signalled", found.get(taskId)?.subject ?? null, () => signal);
    } catch (error) {
      this.#logLostEvents(error);
    }
  }

  #logLostEvents(error: unknown): void {
    this.#runtime.log.warn({ err: error }, "what was done is not published: it could not be read");
  }

  #endForwardings(): void {
    for (const end of this.#forwardings.splice(0)) end();
  }

  /** Lets listeners take what waits for them, as long as a stop waits for the last writes. */
  async #flushEvents(): Promise<void> {
    const { clock } = this.#runtime;
    let cancel = () => {};
    const timeout = new Promise<void>((resolve) => {
      cancel = clock.after(LAST_WRITES_MS, resolve);
    });
    await Promise.race([this.events.flush(), timeout]);
    cancel();
  }

  /** Whether a failed write was committed is not known: tasks it may have given to this process are looked for. */
  async #write<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#claimer.noticeUncertainty();
      throw error;
    }
  }
}
