import { AsyncLocalStorage } from "node:async_hooks";
import { type Clock, systemClock } from "../clock/clock.ts";
import { batchTimeoutSeconds, executionConfig } from "../config/execution-config.ts";
import { withCorrelationId } from "../correlation/current-correlation.ts";
import type { Database } from "../database/database.ts";
import { StepInterruptedError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import { CircuitBoard } from "../handlers/circuits/circuit-board.ts";
import type { CircuitKey } from "../handlers/circuits/circuit-store.ts";
import type { CustomEventRegistry } from "../handlers/custom-events/registry.ts";
import { SharedResources } from "../handlers/resources.ts";
import type { Circuit } from "../retry/circuit-breaker.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { parseAdopt } from "./adopt-options.ts";
import type { Agenda } from "./agenda/agenda.ts";
import type { Batch, EncodedAnnotation } from "./batch.ts";
import { ChildStarter } from "./child-starter.ts";
import { DatabaseCircuits } from "./circuits/database-circuits.ts";
import { collectAnnotations, hasAnnotations } from "./collect-annotations.ts";
import { committedEvents } from "./committed-events.ts";
import { type CompiledDefinition, DefinitionCache } from "./compiled-definition.ts";
import { AdaptiveConcurrency } from "./concurrency/adaptive-concurrency.ts";
import { createEventBus } from "./create-event-bus.ts";
import type { RetryRules } from "./decide-step.ts";
import type { EngineMeter } from "./engine-meter.ts";
import { subjectOf } from "./event-subject.ts";
import type { Execution } from "./execution.ts";
import { describeExecution, queuedSteps } from "./execution-snapshot.ts";
import type { ExecutionSnapshot } from "./execution-state.ts";
import { Lane } from "./lane.ts";
import type { LaneHost } from "./lane-host.ts";
import { type ParsedLimits, parseEngineLimits } from "./limits/engine-limits.ts";
import { PermitDesk } from "./limits/permit-desk.ts";
import { limitSteps, type StepLimits } from "./limits/step-limits.ts";
import { Fence } from "./membership/fence.ts";
import { Hints } from "./membership/hints.ts";
import { VitalSigns } from "./membership/vital-signs.ts";
import type { EngineOptions, Log } from "./options.ts";
import { TroubleLog } from "./outage/trouble-log.ts";
import { WatchedDatabase } from "./outage/watched-database.ts";
import { TaskPreparer } from "./prepare-task.ts";
import { RaisedRevisions } from "./raised-revisions.ts";
import { type ReadyFigures, sumOfReady } from "./ready-figures.ts";
import { recoverLostSteps } from "./recover-steps.ts";
import { runStep, settleOnce } from "./run-step.ts";
import { SettlementWatch } from "./settlement-watch.ts";
import { LateResults } from "./sharing/late-results.ts";
import { OfferDesk } from "./sharing/offer-desk.ts";
import { parseSharing } from "./sharing/sharing-options.ts";
import { StepTaker } from "./sharing/step-taker.ts";
import { Slots } from "./slots.ts";
import type { StepRun } from "./step-run.ts";
import { Strategies } from "./strategies/strategies.ts";
import type { ReenqueueStatus } from "./strategies/task-reenqueuer.ts";
import { submitChild } from "./submit-child.ts";
import { TaskLoader } from "./task-loader.ts";
import { TaskReader } from "./task-reader.ts";
import { TaskRoom } from "./task-room.ts";
import type { TaskRun } from "./task-run.ts";
import { openTracing } from "./tracing/open-tracing.ts";
import { traceBatch, traceForeignEnd } from "./tracing/trace-batch.ts";
import { tellWorkflow } from "./workflow-events.ts";

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Connections that write at the same time on PostgreSQL. More gain nothing on few cores. */
const LANES = 2;
const MAX_BATCH = 500;
/** How often a process that stops tries to give back a task that others are changing. */
const RELEASE_TRIES = 5;
const CIRCUIT_EVENTS = {
  open: "tasker.circuit.opened",
  half_open: "tasker.circuit.half_opened",
  closed: "tasker.circuit.closed",
} as const;
/** Why handlers are told to stop when the lease could have ended. */
const LEASE_ENDED = new StepInterruptedError("the lease of the process could not be renewed in time");

/** The tasks that this process owns, and what is going on with them. */
export class Runtime implements LaneHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly meter: EngineMeter | null;
  readonly rules: RetryRules;
  readonly slots: Slots;
  readonly resources: SharedResources;
  readonly permits: PermitDesk;
  readonly circuits: CircuitBoard;
  /** Null: nothing is traced. */
  readonly tracing: Tracing | null;
  readonly maxBatch = MAX_BATCH;
  readonly strategies: Strategies;
  readonly defaultTimeoutSeconds: number | null;
  /** Null where the number of slots is fixed. */
  readonly adaptiveConcurrency: AdaptiveConcurrency | null;
  readonly maxValueBytes: number;
  readonly eventDeclarations: CustomEventRegistry;
  /** Age in milliseconds after which a step that somebody else runs counts as left behind; null: never. */
  readonly abandonedStepMs: number | null;
  readonly definitions = new DefinitionCache();
  readonly events: EventBus;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  /** What this process and others tell each other. */
  readonly hints: Hints;
  /** What others run of this process's steps; null for the embedded database. */
  readonly offers: OfferDesk | null;
  /** What this process runs of others' steps; null for the embedded database, and where nothing is shared. */
  readonly taker: StepTaker | null;
  readonly signs = new VitalSigns();
  /** Calls a function in the engine's own asynchronous context, not in that of whoever has called the engine. */
  readonly detached = AsyncLocalStorage.snapshot();
  readonly fence = new Fence(this.signs, () => this.#interruptRunning(LEASE_ENDED));
  processId = 0;
  /** Called when tasks that nobody owns may be due. */
  onDue: () => void = () => {};
  /** Called when a task has left the memory. */
  onReleased: () => void = () => {};
  /** Called when a task was submitted that nobody owns, maybe the first one of its template. */
  onSubmitted: () => void = () => {};
  starting = false;
  /** Where tasks are counted, those in memory and those that are being submitted. */
  readonly room: TaskRoom;
  readonly #limits: ParsedLimits;
  readonly #limitsOf = new WeakMap<CompiledDefinition, StepLimits | null>();
  readonly children: ChildStarter;
  readonly #lanes: readonly Lane[];
  readonly #live = new Map<number, TaskRun>();
  readonly #raised = new RaisedRevisions();
  readonly #loader: TaskLoader;
  readonly #submits = new Set<Promise<void>>();
  readonly #lateResults = new LateResults(this);
  readonly #settlements: SettlementWatch;
  readonly #running = new Set<Execution>();
  #writing = true;
  #whenQuiet: (() => void)[] = [];
  readonly #roomWaiters = new Set<() => void>();
  /** Why nothing runs any more, once the time of the handlers has ended. */
  #interruption: Error | null = null;
  #executions = 0;

  constructor(options: EngineOptions) {
    this.room = new TaskRoom(options.maxTasks ?? 1_000);
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.log = options.log ?? silentLog;
    this.tracing = openTracing(options.tracing ?? true, this.log);
    this.meter = options.meter ?? null;
    this.events = options.events ?? createEventBus(options);
    this.database = new WatchedDatabase(options.database, new TroubleLog(this.clock, this.log));
    this.hints = new Hints(this.database, this.log);
    this.circuits = new CircuitBoard({
      store: new DatabaseCircuits(this.database, this.clock),
      clock: this.clock,
      maxAgeMs: options.pollIntervalMs ?? 500,
      onTrouble: (error) =>
        this.log.warn({ err: error }, "a circuit breaker could not be read or written: passed over"),
      onClosed: ({ namespace, name }) => this.#retryBlocked(namespace, name),
      onMoved: (key, to) => this.#tellCircuit(key, to),
    });
    this.resources = new SharedResources(this.clock, this.random, this.circuits);
    const strategies = new Strategies(options, this.log);
    this.strategies = strategies;
    this.rules = {
      retryDelayMs: (failure, random) => strategies.retryDelayMs(failure, random),
      maxInterruptions: options.maxInterruptions ?? 5,
    };
    this.maxValueBytes = options.maxValueBytes ?? 1_000_000;
    this.eventDeclarations = options.registry.eventDeclarations;
    this.abandonedStepMs = parseAdopt(options.adopt)?.abandonedStepMs ?? null;
    this.pollIntervalMs = options.pollIntervalMs ?? 500;
    this.leaseMs = options.leaseMs ?? 10_000;
    const preparer = new TaskPreparer(options.registry, this.definitions, this.maxValueBytes);
    this.children = new ChildStarter(this.database, options.registry, preparer, this.tracing);
    const execution = options.execution === undefined ? null : executionConfig(options.execution);
    this.defaultTimeoutSeconds =
      execution?.batch_timeout_as_step_deadline === true ? batchTimeoutSeconds(execution, 1) : null;
    this.slots = new Slots(execution?.max_concurrent_steps_limit ?? options.concurrency ?? 100);
    const { clock, log, slots, database } = this;
    const setLimit = (limit: number) => {
      const from = slots.limit;
      slots.setLimit(limit);
      if (limit !== from) this.events.tell("tasker.concurrency.changed", null, () => ({ from, to: limit }));
    };
    const host = { clock, log, setLimit };
    const signals = { pool: () => database.poolUsage(), ...options.concurrencySignals };
    this.adaptiveConcurrency = execution === null ? null : new AdaptiveConcurrency(execution, host, signals);
    this.permits = new PermitDesk(this);
    this.#limits = parseEngineLimits(options.limits);
    const sharing = parseSharing(options.sharing);
    const isAlone = this.database.kind === "embedded";
    this.offers = isAlone ? null : new OfferDesk(this, sharing?.maxOffered ?? 0);
    this.taker = isAlone || sharing === null ? null : new StepTaker(this, options.registry);
    const isLive = (taskId: number) => this.isLive(taskId);
    this.#loader = new TaskLoader(this, new TaskReader(this, options.registry));
    this.#settlements = new SettlementWatch(this.database, this.clock, this.log, this.pollIntervalMs, isLive);
    this.#lanes = Array.from(
      { length: Math.min(LANES, this.database.parallelism) },
      (_, place) => new Lane(this, place),
    );
  }

  /** Whether steps may start now: not while the lease may be over. */
  get mayStart(): boolean {
    return this.starting && this.fence.isOpen;
  }

  get writing(): boolean {
    return this.#writing;
  }

  get hasListeners(): boolean {
    return this.events.hasListeners || this.tracing?.isOn === true;
  }

  /** Tasks in memory, and those that submits under way will add. */
  get taskCount(): number {
    return this.room.count;
  }

  /**
   * Whether what has happened waits to be written longer than a commit takes, or to be taken by a listener that may miss
   * nothing: nothing more is claimed until then.
   */
  get isBehind(): boolean {
    return this.events.isFull || this.#lanes.some((lane) => lane.isBehind);
  }

  /** The steps whose turn it is and for which there is no slot or permit yet. */
  ready(): ReadyFigures {
    return sumOfReady([...this.#lanes.map(({ agenda }) => agenda.ready()), this.permits.ready()]);
  }

  /** What this process is doing at this moment: attempts, and steps that wait for their turn. */
  executions(): ExecutionSnapshot[] {
    const attempts = new Set(this.#running);
    const waiting: ExecutionSnapshot[] = [];
    for (const run of this.#live.values()) {
      for (const execution of run.executions.values()) attempts.add(execution);
      // Only then steps are in the queue.
      if (run.activeCount > run.executions.size) waiting.push(...queuedSteps(run));
    }
    return [...[...attempts].map((execution) => describeExecution(execution, this.processId)), ...waiting];
  }

  /** Resolves with the state in which a task ends, whoever runs it. @throws TaskNotFoundError, ProceduralError */
  async settled(taskId: number): Promise<string> {
    this.database.assertWaitCanEnd(`settled, task ${taskId}`);
    return this.#settlements.wait(taskId);
  }

  /** Takes up a task that was submitted or claimed; see {@link adopt}. */
  takeUp(run: TaskRun): void {
    this.events.tell("workflow.task_started", subjectOf(run), () => ({
      total_steps: run.steps.length,
      remaining_steps: run.remaining,
    }));
    this.adopt(run);
  }

  /** Takes a task that this process owns. A task that is in memory already stays as it is. */
  adopt(run: TaskRun): void {
    if (this.#live.has(run.taskId)) return;
    this.#live.set(run.taskId, run);
    this.room.add(run.view.namespace);
    run.limits = this.#findLimits(run.compiled);
    if (run.isOver && this.tracing !== null) traceForeignEnd(this.tracing, run, this.clock.now());
    const agenda = this.agendaOf(run);
    for (const step of recoverLostSteps(run, this.rules.maxInterruptions)) agenda.giveUp(run, step);
    agenda.adopt(run);
    for (const execution of run.executions.values()) {
      const { outside } = execution;
      if (outside !== null) this.offers?.watch(execution, outside);
      if (outside?.end != null) this.offers?.began(execution);
    }
    if (this.#raised.takeIsNewer(run.taskId, run.revision)) agenda.recheck(run);
  }

  /**
   * Has tasks loaded again that others have changed.
   * @param revision what it was raised to for that change
   */
  recheck(taskId: number, revision: number): void {
    const run = this.#live.get(taskId);
    if (run === undefined) this.#raised.remember(taskId, revision);
    else if (revision > run.revision) this.agendaOf(run).recheck(run);
  }

  /** As {@link recheck}, for a task that may not be in memory yet and is then read in any case. */
  recheckLive(taskId: number, revision: number): void {
    if (this.#live.has(taskId)) this.recheck(taskId, revision);
  }

  /** Reads tasks that this process owns in the database and takes them. */
  load(taskIds: readonly number[]): Promise<void> {
    return this.#loader.load(taskIds);
  }

  isLive(taskId: number): boolean {
    return this.#live.has(taskId);
  }

  nextExecutionId(): string {
    this.#executions += 1;
    return `${this.processId}.${this.#executions}`;
  }

  lookAgainAt(run: TaskRun, status: ReenqueueStatus, now: number): number {
    const { taskId, view } = run;
    const { namespace, name, version } = view;
    return this.strategies.lookAgainAt({
      taskId,
      namespace,
      name,
      version,
      status,
      now,
      nextDueAt: run.nextDueAt(now),
    });
  }

  launch(execution: Execution): void {
    if (execution.outside !== null) {
      this.offers?.began(execution);
      return;
    }
    this.#running.add(execution);
    // Its start was on its way into the database when the time of the handlers ended.
    if (this.#interruption !== null) {
      execution.abort(this.#interruption);
      settleOnce(this, execution, { kind: "interrupted", reason: this.#interruption.message });
      return;
    }
    // Or the process was stopped between the commit and this moment.
    if (!this.fence.holds()) {
      settleOnce(this, execution, { kind: "interrupted", reason: LEASE_ENDED.message });
      return;
    }
    runStep(this, execution);
  }

  /** Called with each execution that has an outcome. */
  settle(execution: Execution): void {
    this.#running.delete(execution);
    this.#lateResults.settle(execution);
    if (execution.taken === null) this.agendaOf(execution.run).settle(execution);
    else this.taker?.settle(execution);
    if (this.#running.size === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }

  hasAnnotations(run: TaskRun): boolean {
    return hasAnnotations(run);
  }

  annotate(run: TaskRun): void {
    void this.#collectAnnotations(run).then((annotations) => this.agendaOf(run).finish(run, annotations));
  }

  committed(batch: Batch, refused: ReadonlySet<TaskRun>): void {
    this.offers?.committed(batch, refused);
    if (this.tracing?.isOn) traceBatch(this.tracing, batch, refused);
    const { events } = this;
    if (!events.hasListeners) return;
    for (const event of committedEvents(batch, refused, (name) => events.wants(name))) events.publish(event);
    tellWorkflow(events, batch, refused, this.clock.now());
  }

  released(run: TaskRun): void {
    if (this.#live.get(run.taskId) !== run) return;
    this.#live.delete(run.taskId);
    for (const execution of run.executions.values()) execution.isAbandoned = true;
    this.room.remove(run.view.namespace);
    this.onReleased();
    this.#settlements.notice(run.taskId, run.state);
    if (run.parentTaskId !== null && run.isEnded) this.#wakeParent(run.parentTaskId);
  }

  startChild(run: TaskRun, step: StepRun): void {
    const { waits, wait } = step;
    if (wait === null || waits?.kind !== "task") return;
    const agenda = this.agendaOf(run);
    const work = submitChild(this, agenda.waits, waits, { run, step, wait })
      .then((child) => {
        if (child !== null) this.onSubmitted();
        // Somebody else has moved it: it is found out by the next commit.
        else agenda.recheck(run);
      })
      .finally(() => this.#submits.delete(work));
    this.#submits.add(work);
  }

  /** A task that waits for one that has ended is to look at it. */
  #wakeParent(taskId: number): void {
    const run = this.#live.get(taskId);
    if (run === undefined) this.onDue();
    else this.agendaOf(run).recheck(run);
  }

  lost(run: TaskRun, error: unknown): void {
    this.forget(run);
    this.events.tell("workflow.task_reenqueue_failed", subjectOf(run), () => ({
      reason: "database_unavailable",
      error: error instanceof Error ? error.message : String(error),
    }));
    for (const execution of run.executions.values()) this.#letGo(execution);
    this.#settlements.notice(run.taskId, null);
  }

  reload(run: TaskRun, refused: Batch | null, ready?: () => Promise<void>): Promise<void> {
    return this.#loader.reload(run, refused, ready);
  }

  forget(run: TaskRun): void {
    if (this.#live.get(run.taskId) !== run) return;
    this.#live.delete(run.taskId);
    this.room.remove(run.view.namespace);
  }

  disowned(run: TaskRun): void {
    this.log.warn({ taskId: run.taskId }, "the task is not this process's any more");
    this.#settlements.notice(run.taskId, null);
  }

  /** Lets go of everything without writing: the process was declared dead, and its tasks are others'. */
  abandonAll(): void {
    for (const run of this.#live.values()) {
      run.drop();
      this.room.remove(run.view.namespace);
      for (const execution of run.executions.values()) this.abandon(execution, "its process was declared dead");
    }
    this.offers?.abandonAll();
    this.taker?.abandonAll();
    const lost = [...this.#live.keys()];
    this.#live.clear();
    this.#raised.clear();
    for (const taskId of lost) this.#settlements.notice(taskId, null);
  }

  /** Resolves when no handler is running. */
  quiet(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenQuiet.push(resolve));
  }

  /**
   * Tells the handlers that run to stop: their steps may be others'. Those that do are interrupted, which is no failure; what
   * others come to counts if the tasks are this process's after all.
   */
  #interruptRunning(reason: Error): void {
    this.log.error({ executions: this.#running.size }, `${reason.message}: nothing starts until it is renewed`);
    this.meter?.fenced();
    this.events.tell("tasker.process.fenced", null, () => ({ process_id: this.processId }));
    for (const execution of [...this.#running]) execution.interrupt(reason);
  }

  /** Has every lane look for what it can do. */
  wake(): void {
    for (const lane of this.#lanes) lane.look();
    this.taker?.lookNow();
  }

  /** Resolves when no listener that must not miss an event is behind any more, or it is not waited for any longer. */
  whenRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.#roomWaiters.add(resolve);
      void this.events.whenRoom().then(() => {
        this.#roomWaiters.delete(resolve);
        resolve();
      });
    });
  }

  /** Stops waiting for a database that is away, and for listeners: what cannot be written now is given up. */
  stopWriting(): void {
    this.#writing = false;
    this.fence.letPass();
    for (const resolve of this.#roomWaiters) resolve();
    this.#roomWaiters.clear();
  }

  /** Ends every running execution as interrupted and gives its step back. */
  interruptAll(reason: Error): void {
    this.#interruption = reason;
    for (const execution of [...this.#running]) {
      settleOnce(this, execution, { kind: "interrupted", reason: reason.message });
      execution.abort(reason);
    }
  }

  #tellCircuit({ namespace, name }: CircuitKey, to: Circuit["state"]): void {
    this.events.tell(CIRCUIT_EVENTS[to], null, () => ({ namespace, circuit: name }));
  }

  /** A circuit has closed: what waits for it here need not wait for its next probe. */
  #retryBlocked(namespace: string, circuit: string): void {
    for (const run of this.#live.values()) {
      if (run.compiled.definition.namespace !== namespace) continue;
      for (const step of run.steps) if (step.blockedBy === circuit) this.agendaOf(run).waits.retryNow(run, step);
    }
  }

  /** Closes what handlers shared, when what became of their calls is written. */
  async closeResources(): Promise<void> {
    await this.circuits.written();
    try {
      await this.resources.close();
    } catch (error) {
      this.log.warn({ err: error }, "closing the resources of handlers failed");
    }
  }

  /**
   * Gives back all tasks, to be claimed at their next retry or at once. One that is refused, as somebody else has changed it,
   * is loaded again and given back as it is then. Nothing of what is left after that goes on here.
   */
  async releaseAll(): Promise<void> {
    await this.written();
    for (let tries = 0; tries < RELEASE_TRIES && this.#live.size > 0 && this.writing; tries += 1) {
      await this.#releaseLive();
    }
    this.abandonAll();
  }

  async #releaseLive(): Promise<void> {
    const now = this.clock.now();
    for (const run of this.#live.values()) {
      // A step that is ready does not wait for another one.
      const isWaiting = run.activeCount === 0 && run.nextDueAt(now) !== null;
      const status = isWaiting ? "waiting_for_dependencies" : "has_ready_steps";
      this.agendaOf(run).release(run, Math.max(now, this.lookAgainAt(run, status, now)));
    }
    await this.written();
  }

  /** Resolves when everything that has happened is committed. */
  async written(): Promise<void> {
    do {
      await Promise.all([...this.#submits, this.#loader.idle(), this.#lateResults.written()]);
      await Promise.all(this.#lanes.map((lane) => lane.idle()));
    } while (this.#submits.size > 0 || this.#loader.isBusy);
  }

  async #collectAnnotations(run: TaskRun): Promise<EncodedAnnotation[]> {
    try {
      return await withCorrelationId(run.view.correlationId, () => collectAnnotations(run, this.maxValueBytes));
    } catch (error) {
      const { taskId } = run;
      this.log.error({ err: error, taskId }, "updateAnnotations failed: the task completes without annotations");
      return [];
    }
  }

  #findLimits(compiled: CompiledDefinition): StepLimits | null {
    let limits = this.#limitsOf.get(compiled);
    if (limits === undefined) {
      limits = limitSteps(compiled, this.#limits);
      this.#limitsOf.set(compiled, limits);
    }
    return limits;
  }

  /** Somebody else has ended the task: a handler that runs is told and may still end by itself, which is kept. */
  stopExecution(execution: Execution): void {
    const reason = `the task is ${execution.run.state}`;
    if (execution.outside !== null) {
      void this.offers?.stop(execution, reason);
      return;
    }
    execution.abort(new StepInterruptedError(reason));
    if (!execution.launched) settleOnce(this, execution, { kind: "interrupted", reason });
  }

  abandon(execution: Execution, reason: string): void {
    if (execution.isAbandoned) return;
    this.#letGo(execution);
    this.#lateResults.expect(execution, this.processId, reason);
  }

  #letGo(execution: Execution): void {
    execution.isAbandoned = true;
    execution.abort(new Error("the task was changed by somebody else"));
    // A handler that is running keeps its slot until it returns: it still takes up this process.
    if (execution.launched && execution.outcome === null) return;
    const agenda = this.agendaOf(execution.run);
    agenda.discard(execution);
    agenda.returnPermit(execution);
  }

  agendaOf(run: TaskRun): Agenda {
    const lane = this.#lanes[run.taskId % this.#lanes.length];
    if (lane === undefined) throw new RangeError("an engine has at least one lane");
    return lane.agenda;
  }
}
