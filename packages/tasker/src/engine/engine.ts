import { TaskActions } from "../actions/task-actions.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { Subscribe } from "../events/bus/subscribe.ts";
import { parseAdopt } from "./adopt-options.ts";
import { checkOptions } from "./check-options.ts";
import { Claimer } from "./claimer.ts";
import type { EngineChanges } from "./engine-changes.ts";
import { EngineLife } from "./engine-life.ts";
import { PluginHost } from "./engine-plugin.ts";
import { type Concurrency, concurrencyOf, type EngineStatistics, statisticsOf } from "./engine-statistics.ts";
import type { ExecutionSnapshot } from "./execution-state.ts";
import { parseIdentity } from "./identity-settings.ts";
import { Membership } from "./membership/membership.ts";
import type { EngineOptions } from "./options.ts";
import { TaskPreparer } from "./prepare-task.ts";
import type { RemoteWorkers } from "./remote/remote-workers.ts";
import { Runtime } from "./runtime.ts";
import type { SentSignal, SignalOptions } from "./send-signal.ts";
import { EVENTS_LOST, signalTask } from "./signal-task.ts";
import { storedEventNames } from "./stored-events/stored-event-names.ts";
import { StoredTemplates } from "./stored-templates.ts";
import type { SubmittedTask, TaskRequest } from "./task-request.ts";
import { type SubmitOptions, TaskSubmitter } from "./task-submitter.ts";

/** How a task stands. */
export interface TaskOutcome {
  readonly taskId: number;
  /** `complete`, `error`, `cancelled` or `resolved_manually`. */
  readonly state: string;
}

const DEFAULT_GRACE_MS = 10_000;

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
  /** The calls by which programs in other languages run steps, of this engine's tasks and of others'. Needs no started engine. */
  readonly workers: RemoteWorkers;
  readonly #runtime: Runtime;
  readonly #claimer: Claimer;
  readonly #life: EngineLife;
  readonly #submitter: TaskSubmitter;
  readonly #registry: EngineOptions["registry"];

  /** @throws ConfigurationError if an option has a value that it cannot have */
  constructor(options: EngineOptions) {
    checkOptions(options);
    const { registry } = options;
    const runtime = new Runtime(options);
    const { events, clock, log, database, definitions, maxValueBytes, protection } = runtime;
    this.#runtime = runtime;
    this.#registry = registry;
    this.events = events;
    this.on = events.on;
    this.workers = runtime.workers;
    this.#claimer = new Claimer(runtime, registry, parseAdopt(options.adopt));
    const registries = new Set([registry.events, options.plugins?.events ?? events]);
    registries.delete(events);
    this.#life = new EngineLife({
      runtime,
      membership: new Membership(runtime, {
        leaseMs: runtime.leaseMs,
        stuckAfterMs: options.stuckAfterMs ?? 30_000,
        heartbeat: options.heartbeat ?? "thread",
      }),
      claimer: this.#claimer,
      plugins: new PluginHost(options.plugins, {
        registry,
        clock,
        log,
        events,
        settings: options.pluginSettings ?? {},
      }),
      registries: [...registries],
      storedEvents: storedEventNames(options.storeEvents ?? []),
    });
    const preparer = new TaskPreparer(
      registry,
      definitions,
      maxValueBytes,
      protection.encryption,
      parseIdentity(options.identity),
    );
    this.#submitter = new TaskSubmitter(
      ...([runtime, this.#life, this.#claimer, preparer] as const),
      new StoredTemplates(database, registry),
    );
    this.actions = new TaskActions({
      database,
      events,
      onEventsLost: (error) => log.warn({ err: error }, EVENTS_LOST),
      clock,
      maxValueBytes,
      onAnswered: ({ taskId, ownerId, revision }) => {
        const isOurs = ownerId !== null && ownerId !== 0 && ownerId === runtime.processId;
        if (isOurs && revision !== null) runtime.tasks.recheck(taskId, revision);
        else this.#claimer.lookNow();
      },
    });
    this.#connect();
  }

  /** Creates one task; those that are submitted at the same time are written together. See {@link submitMany}. */
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
    return this.#submitter.submit(requests, options);
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
    const parts = { runtime: this.#runtime, claimer: this.#claimer, life: this.#life };
    return signalTask(parts, { taskId, name, payload }, options);
  }

  /**
   * Puts the definitions of the registered templates into the database, where there is not a task of them yet: then processes without
   * their code can submit tasks with the option `stored`.
   * @throws DatabaseUnavailableError, DatabaseStatementError
   */
  publishTemplates(): Promise<void> {
    return this.#submitter.publish(this.#registry.list());
  }

  /** Starts executing. The schema must have been migrated. */
  async start(): Promise<void> {
    await this.#life.start();
  }

  /**
   * Stops claiming and starting, lets running handlers finish for `graceMs` (default 10,000), then aborts them and gives
   * their steps back, and releases all tasks. The database stays open: it is the caller's. A call while another one is
   * under way waits for that one; after it, nothing is left to do. If the database is away, the stop ends 5 seconds after
   * the handlers' time; the tasks go on elsewhere when this process's lease has ended.
   */
  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    return this.#life.stop(options.graceMs ?? DEFAULT_GRACE_MS);
  }

  /**
   * Resolves when the task is `complete`, `error`, `cancelled` or `resolved_manually`, whichever process brings it there.
   * @throws TaskNotFoundError
   * @throws ProceduralError inside an open transaction of the embedded database: nobody could end the task until it ends
   */
  async settled(taskId: number): Promise<TaskOutcome> {
    this.#runtime.database.assertWaitCanEnd(`settled, task ${taskId}`);
    return { taskId, state: await this.#runtime.settlements.wait(taskId) };
  }

  /**
   * Changes options while the engine runs, all of them or none, at once: the next decision goes by them.
   * @throws ConfigurationError that names everything that has a value it cannot have
   */
  reconfigure(changes: EngineChanges): void {
    this.#runtime.reconfigure(changes, this.#runtime.starting);
  }

  /** How many steps execute at the same time, and what that follows from. */
  concurrency(): Concurrency {
    return concurrencyOf(this.#runtime);
  }

  /** What this process is doing at this moment: attempts of steps, and steps that wait for their turn. */
  executions(): ExecutionSnapshot[] {
    return this.#runtime.snapshots();
  }

  /** Figures of this engine. */
  statistics(): EngineStatistics {
    return statisticsOf(this.#runtime, this.#life.state);
  }

  /** What its parts, and other processes, tell of where there is something to do. */
  #connect(): void {
    const claimer = this.#claimer;
    const runtime = this.#runtime;
    const { hints } = runtime;
    hints.onHint(({ topic }) => {
      if (topic === "tasks") claimer.noticeSubmit(true);
      if (topic === "remote") return runtime.workers.lookNow();
      if (topic === "outside") return runtime.offers.lookNow();
      if (topic === "steps") runtime.taker?.lookNow();
      else claimer.lookSoon();
    });
    runtime.onDue = () => {
      claimer.lookNow();
      hints.tell({ topic: "tasks" });
    };
    runtime.onReleased = () => claimer.noticeRoom();
    runtime.onSubmitted = () => {
      claimer.noticeSubmit(true);
      runtime.onDue();
    };
  }
}
