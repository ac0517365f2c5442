import { type Clock, systemClock } from "../clock/clock.ts";
import { batchTimeoutSeconds, executionConfig } from "../config/execution-config.ts";
import type { Database } from "../database/database.ts";
import { NotRunningError, StepInterruptedError } from "../errors/index.ts";
import { EventBus } from "../events/event-bus.ts";
import { CircuitBoard } from "../handlers/circuits/circuit-board.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import { SharedResources } from "../handlers/resources.ts";
import { TaskHandler } from "../handlers/task-handler.ts";
import { encodeJson } from "../json/encode.ts";
import type { TaskWait } from "../templates/step-wait.ts";
import { textDefect } from "../text/text-defect.ts";
import { parseAdopt } from "./adopt-options.ts";
import type { Agenda } from "./agenda/agenda.ts";
import type { Batch, EncodedAnnotation } from "./batch.ts";
import { findVainBypasses } from "./check-bypass.ts";
import { ChildStarter, type WaitingStep } from "./child-starter.ts";
import { DatabaseCircuits } from "./circuits/database-circuits.ts";
import { isDataRefusal } from "./commit-failure.ts";
import { committedEvents } from "./committed-events.ts";
import { type CompiledDefinition, DefinitionCache } from "./compiled-definition.ts";
import { AdaptiveConcurrency } from "./concurrency/adaptive-concurrency.ts";
import { confirmBatch } from "./confirm-batch.ts";
import { type CustomEvent, committedCustomEvents } from "./custom-event.ts";
import type { RetryRules } from "./decide-step.ts";
import { describeFailure } from "./describe-failure.ts";
import type { EngineEvent } from "./engine-event.ts";
import type { Execution } from "./execution.ts";
import { describeExecution, queuedSteps } from "./execution-snapshot.ts";
import type { ExecutionSnapshot } from "./execution-state.ts";
import { Lane } from "./lane.ts";
import type { LaneHost } from "./lane-host.ts";
import { type ParsedLimits, parseEngineLimits } from "./limits/engine-limits.ts";
import { PermitDesk } from "./limits/permit-desk.ts";
import { limitSteps, type StepLimits } from "./limits/step-limits.ts";
import { LiveSequence } from "./live-sequence.ts";
import { loadChildren } from "./load-children.ts";
import { loadSignals } from "./load-signals.ts";
import { buildTaskRun, fetchDefinitions, giveBack, loadTasks } from "./load-tasks.ts";
import type { EngineOptions, Log } from "./options.ts";
import { type PreparedTask, TaskPreparer } from "./prepare-task.ts";
import { recoverLostSteps } from "./recover-steps.ts";
import { runStep, settleOnce } from "./run-step.ts";
import { SettlementWatch } from "./settlement-watch.ts";
import { Slots } from "./slots.ts";
import type { StepRun } from "./step-run.ts";
import { Strategies } from "./strategies/strategies.ts";
import type { ReenqueueStatus } from "./strategies/task-reenqueuer.ts";
import type { TaskRun } from "./task-run.ts";

const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Connections that write at the same time on PostgreSQL. More gain nothing on few cores. */
const LANES = 2;
const MAX_BATCH = 500;
/** Most revisions that are remembered of tasks on their way into memory; more of them are never on it at a time. */
const MOST_RAISED = 20_000;
/** Wait between attempts to load a task again while the database is away. */
const RELOAD_WAIT_MS = 500;

const NOTHING_REFUSED: ReadonlySet<TaskRun> = new Set();

/** The tasks that this process owns, and what is going on with them. */
export class Runtime implements LaneHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly rules: RetryRules;
  readonly slots: Slots;
  readonly resources: SharedResources;
  readonly permits: PermitDesk;
  readonly circuits: CircuitBoard;
  readonly maxBatch = MAX_BATCH;
  readonly strategies: Strategies;
  readonly defaultTimeoutSeconds: number | null;
  /** Null where the number of slots is fixed. */
  readonly adaptiveConcurrency: AdaptiveConcurrency | null;
  readonly maxValueBytes: number;
  /** Age in milliseconds after which a step that somebody else runs counts as left behind; null: never. */
  readonly abandonedStepMs: number | null;
  readonly definitions = new DefinitionCache();
  readonly events: EventBus<EngineEvent>;
  readonly customEvents: EventBus<CustomEvent>;
  readonly pollIntervalMs: number;
  processId = 0;
  /** Called when tasks that nobody owns may be due. */
  onDue: () => void = () => {};
  /** Called when a task was submitted that nobody owns, maybe the first one of its template. */
  onSubmitted: () => void = () => {};
  starting = false;
  writing = true;
  /** Places for tasks that are being submitted. */
  reserved = 0;
  readonly #registry: HandlerRegistry;
  readonly #limits: ParsedLimits;
  readonly #limitsOf = new WeakMap<CompiledDefinition, StepLimits | null>();
  readonly #children: ChildStarter;
  readonly #lanes: readonly Lane[];
  readonly #live = new Map<number, TaskRun>();
  /**
   * Tasks that are being loaded again: whoever else finds that this process owns them must not take them, but say so, for
   * they may have been claimed after they were read.
   */
  readonly #reloading = new Map<number, { isClaimed: boolean }>();
  /** Revisions that were raised for others' changes while the task was on its way into memory. */
  readonly #raised = new Map<number, number>();
  readonly #reloads = new Set<Promise<void>>();
  readonly #settlements: SettlementWatch;
  readonly #running = new Set<Execution>();
  #whenQuiet: (() => void)[] = [];
  /** Why nothing runs any more, once the time of the handlers has ended. */
  #interruption: Error | null = null;
  #executions = 0;

  constructor(options: EngineOptions) {
    this.database = options.database;
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? Math.random;
    this.log = options.log ?? silentLog;
    this.circuits = new CircuitBoard({
      store: new DatabaseCircuits(this.database, this.clock),
      clock: this.clock,
      maxAgeMs: options.pollIntervalMs ?? 500,
      onTrouble: (error) =>
        this.log.warn({ err: error }, "a circuit breaker could not be read or written: passed over"),
      onClosed: ({ namespace, name }) => this.#retryBlocked(namespace, name),
    });
    this.resources = new SharedResources(this.clock, this.random, this.circuits);
    const strategies = new Strategies(options, this.log);
    this.strategies = strategies;
    this.rules = {
      retryDelayMs: (failure, random) => strategies.retryDelayMs(failure, random),
      maxInterruptions: options.maxInterruptions ?? 5,
    };
    this.maxValueBytes = options.maxValueBytes ?? 1_000_000;
    this.abandonedStepMs = parseAdopt(options.adopt)?.abandonedStepMs ?? null;
    this.pollIntervalMs = options.pollIntervalMs ?? 500;
    this.#registry = options.registry;
    const preparer = new TaskPreparer(options.registry, this.definitions, this.maxValueBytes);
    this.#children = new ChildStarter(this.database, options.registry, preparer);
    const execution = options.execution === undefined ? null : executionConfig(options.execution);
    this.defaultTimeoutSeconds =
      execution?.batch_timeout_as_step_deadline === true ? batchTimeoutSeconds(execution, 1) : null;
    this.slots = new Slots(execution?.max_concurrent_steps_limit ?? options.concurrency ?? 100);
    const { clock, log, slots, database } = this;
    const host = { clock, log, setLimit: (limit: number) => slots.setLimit(limit) };
    const signals = { pool: () => database.poolUsage(), ...options.concurrencySignals };
    this.adaptiveConcurrency = execution === null ? null : new AdaptiveConcurrency(execution, host, signals);
    const onListenerError = (error: unknown) => this.log.error({ err: error }, "a listener threw");
    this.events = new EventBus(onListenerError);
    this.customEvents = new EventBus(onListenerError);
    this.permits = new PermitDesk(this);
    this.#limits = parseEngineLimits(options.limits);
    const isLive = (taskId: number) => this.#live.has(taskId);
    this.#settlements = new SettlementWatch(this.database, this.clock, this.log, this.pollIntervalMs, isLive);
    this.#lanes = Array.from({ length: Math.min(LANES, this.database.parallelism) }, () => new Lane(this));
  }

  /** Tasks in memory, and those that submits under way will add. */
  get taskCount(): number {
    return this.#live.size + this.reserved;
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
    return [...[...attempts].map(describeExecution), ...waiting];
  }

  /** Resolves with the state in which a task ends, whoever runs it. @throws TaskNotFoundError, ProceduralError */
  async settled(taskId: number): Promise<string> {
    this.database.assertWaitCanEnd(`settled, task ${taskId}`);
    return this.#settlements.wait(taskId);
  }

  /** Takes a task that this process owns. A task that is in memory already stays as it is. */
  adopt(run: TaskRun): void {
    if (this.#live.has(run.taskId)) return;
    this.#live.set(run.taskId, run);
    run.limits = this.#findLimits(run.compiled);
    const agenda = this.#agendaOf(run);
    for (const step of recoverLostSteps(run, this.rules.maxInterruptions)) agenda.giveUp(run, step);
    agenda.adopt(run);
    const raised = this.#raised.get(run.taskId);
    this.#raised.delete(run.taskId);
    if (raised !== undefined && raised > run.revision) agenda.recheck(run);
  }

  /**
   * Has tasks loaded again that others have changed.
   * @param revision what it was raised to for that change
   */
  recheck(taskId: number, revision: number): void {
    const run = this.#live.get(taskId);
    if (run === undefined) this.#rememberRaised(taskId, revision);
    else if (revision > run.revision) this.#agendaOf(run).recheck(run);
  }

  /** One that is being read may have been read before the change. Of those that never came, the oldest are forgotten. */
  #rememberRaised(taskId: number, revision: number): void {
    this.#raised.delete(taskId);
    this.#raised.set(taskId, revision);
    const [oldest] = this.#raised.keys();
    if (this.#raised.size > MOST_RAISED && oldest !== undefined) this.#raised.delete(oldest);
  }

  /** As {@link recheck}, for a task that may not be in memory yet and is then read in any case. */
  recheckLive(taskId: number, revision: number): void {
    if (this.#live.has(taskId)) this.recheck(taskId, revision);
  }

  /** Reads tasks that this process owns in the database and takes them. */
  async load(taskIds: readonly number[]): Promise<void> {
    const isMissing = (taskId: number) => {
      const reloading = this.#reloading.get(taskId);
      if (reloading !== undefined) reloading.isClaimed = true;
      return reloading === undefined && !this.#live.has(taskId);
    };
    for (const run of await this.#read(taskIds.filter(isMissing))) if (isMissing(run.taskId)) this.adopt(run);
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
    this.#running.add(execution);
    // Its start was on its way into the database when the time of the handlers ended.
    if (this.#interruption !== null) {
      execution.abort(this.#interruption);
      settleOnce(this, execution, { kind: "interrupted", reason: this.#interruption.message });
      return;
    }
    runStep(this, execution);
  }

  /** Called with each execution that has an outcome. */
  settle(execution: Execution): void {
    this.#running.delete(execution);
    this.#agendaOf(execution.run).settle(execution);
    if (this.#running.size === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }

  hasAnnotations({ template: { taskHandler } }: TaskRun): boolean {
    return taskHandler !== null && taskHandler.updateAnnotations !== TaskHandler.prototype.updateAnnotations;
  }

  annotate(run: TaskRun): void {
    void this.#collectAnnotations(run).then((annotations) => this.#agendaOf(run).finish(run, annotations));
  }

  committed(batch: Batch, refused: ReadonlySet<TaskRun>): void {
    // What a handler told comes before the end of its step, as it did.
    if (this.customEvents.hasListeners) {
      for (const event of committedCustomEvents(batch, refused)) this.customEvents.publish(event);
    }
    if (!this.events.hasListeners) return;
    for (const event of committedEvents(batch, refused)) this.events.publish(event);
  }

  released(run: TaskRun): void {
    if (this.#live.get(run.taskId) !== run) return;
    this.#live.delete(run.taskId);
    this.#settlements.notice(run.taskId, run.state);
    if (run.parentTaskId !== null && run.isEnded) this.#wakeParent(run.parentTaskId);
  }

  startChild(run: TaskRun, step: StepRun): void {
    const { waits, wait } = step;
    if (wait === null || waits?.kind !== "task") return;
    const work = this.#submitChild(waits, { run, step, wait }).finally(() => this.#reloads.delete(work));
    this.#reloads.add(work);
  }

  async #submitChild(asked: TaskWait, waiting: WaitingStep): Promise<void> {
    const { run, step } = waiting;
    const agenda = this.#agendaOf(run);
    const now = new Date(this.clock.now());
    const fail = (error: unknown) =>
      agenda.waits.endWait(waiting, { kind: "failure", failure: describeFailure(error), durationMs: 0 });
    const elsewhere = await this.#persist(run.taskId, () => this.#children.findElsewhere(asked, run));
    let task: PreparedTask;
    try {
      task = this.#children.prepare(asked, waiting, elsewhere, now);
    } catch (error) {
      return fail(error);
    }
    const isSubmitted = await this.#persist(run.taskId, async () => {
      if (run.dropped) return false;
      try {
        return await this.#children.submit(this.processId, waiting, task, now);
      } catch (error) {
        if (!isDataRefusal(error)) throw error;
        fail(error);
        return false;
      }
    });
    if (isSubmitted === true) this.onSubmitted();
    // Somebody else has moved it: it is found out by the next commit.
    else agenda.recheck(run);
    agenda.waits.childStarted(run, step);
  }

  /** A task that waits for one that has ended is to look at it. */
  #wakeParent(taskId: number): void {
    const run = this.#live.get(taskId);
    if (run === undefined) this.onDue();
    else this.#agendaOf(run).recheck(run);
  }

  lost(run: TaskRun): void {
    if (this.#live.get(run.taskId) === run) this.#live.delete(run.taskId);
    for (const execution of run.executions.values()) this.#abandon(this.#agendaOf(run), execution);
    this.#settlements.notice(run.taskId, null);
  }

  reload(run: TaskRun, refused: Batch | null): Promise<void> {
    const reload = this.#loadAgain(run, refused).finally(() => this.#reloads.delete(reload));
    this.#reloads.add(reload);
    return reload;
  }

  async #loadAgain(run: TaskRun, refused: Batch | null): Promise<void> {
    const agenda = this.#agendaOf(run);
    if (this.#live.get(run.taskId) === run) this.#live.delete(run.taskId);
    const reloading = { isClaimed: false };
    this.#reloading.set(run.taskId, reloading);
    if (refused !== null && (this.events.hasListeners || this.customEvents.hasListeners)) {
      const confirmed = await this.#persist(run.taskId, () => confirmBatch(this.database, refused));
      if (confirmed !== null) this.committed(confirmed, NOTHING_REFUSED);
    }
    let fresh: TaskRun | undefined;
    do {
      reloading.isClaimed = false;
      fresh = (await this.#persist(run.taskId, () => this.#read([run.taskId])))?.[0];
    } while (fresh === undefined && reloading.isClaimed);
    this.#reloading.delete(run.taskId);
    const held = new Set(run.executions.values());
    if (fresh === undefined) {
      this.log.warn({ taskId: run.taskId }, "the task is not this process's any more");
      this.#settlements.notice(run.taskId, null);
    } else {
      for (const step of fresh.steps) {
        const execution = run.executions.get(step.lostExecutionId ?? "");
        if (execution === undefined) continue;
        held.delete(execution);
        execution.run = fresh;
        execution.step = step;
        step.execution = execution;
        step.lostExecutionId = null;
        fresh.executions.set(execution.executionId, execution);
        fresh.activeCount += 1;
      }
      this.adopt(fresh);
      for (const execution of fresh.executions.values()) {
        if (fresh.isOver) this.#stop(execution);
        if (execution.outcome !== null) agenda.settle(execution);
        else if (!execution.launched) this.launch(execution);
      }
    }
    for (const execution of held) this.#abandon(agenda, execution);
  }

  /** Lets go of everything without writing: the process was declared dead, and its tasks are others'. */
  abandonAll(): void {
    for (const run of this.#live.values()) {
      run.drop();
      for (const execution of run.executions.values()) this.#abandon(this.#agendaOf(run), execution);
    }
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

  /** Ends every running execution as interrupted and gives its step back. */
  interruptAll(reason: Error): void {
    this.#interruption = reason;
    for (const execution of [...this.#running]) {
      settleOnce(this, execution, { kind: "interrupted", reason: reason.message });
      execution.abort(reason);
    }
  }

  /** A circuit has closed: what waits for it here need not wait for its next probe. */
  #retryBlocked(namespace: string, circuit: string): void {
    for (const run of this.#live.values()) {
      if (run.compiled.definition.namespace !== namespace) continue;
      for (const step of run.steps) if (step.blockedBy === circuit) this.#agendaOf(run).waits.retryNow(run, step);
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

  /** Gives back all tasks, to be claimed at their next retry or at once. */
  async releaseAll(): Promise<void> {
    await this.written();
    const now = this.clock.now();
    for (const run of this.#live.values()) {
      // A step that is ready does not wait for another one.
      const isWaiting = run.activeCount === 0 && run.nextDueAt(now) !== null;
      const status = isWaiting ? "waiting_for_dependencies" : "has_ready_steps";
      this.#agendaOf(run).release(run, Math.max(now, this.lookAgainAt(run, status, now)));
    }
    await this.written();
  }

  /** Resolves when everything that has happened is committed. */
  async written(): Promise<void> {
    do {
      await Promise.all(this.#reloads);
      await Promise.all(this.#lanes.map((lane) => lane.idle()));
    } while (this.#reloads.size > 0);
  }

  async #collectAnnotations(run: TaskRun): Promise<EncodedAnnotation[]> {
    try {
      const annotations = (await run.template.taskHandler?.updateAnnotations(run.view, new LiveSequence(run))) ?? [];
      if (!Array.isArray(annotations)) {
        throw new RangeError(`updateAnnotations returned ${typeof annotations}, expected an array of { type, value }`);
      }
      return annotations.map(({ type, value }) => {
        if (type.length < 1 || type.length > 64 || textDefect(type) !== null) {
          throw new RangeError(`annotation type ${JSON.stringify(type)} is not 1 to 64 characters that can be stored`);
        }
        return { type, valueText: encodeJson(value, { maxBytes: this.maxValueBytes, what: `annotation ${type}` }) };
      });
    } catch (error) {
      this.log.error(
        { err: error, taskId: run.taskId },
        "updateAnnotations failed: the task completes without annotations",
      );
      return [];
    }
  }

  async #read(taskIds: readonly number[]): Promise<TaskRun[]> {
    if (taskIds.length === 0) return [];
    const rows = await this.database.run(loadTasks, [this.processId, taskIds]);
    const definitions = await fetchDefinitions(this.database, this.definitions, rows);
    const runs: TaskRun[] = [];
    const unusable = new Map<number, number[]>();
    const now = this.clock.now();
    const rules = { nowMs: now, abandonedStepMs: this.abandonedStepMs };
    for (const row of rows) {
      const compiled = definitions.get(row.definition_hash);
      try {
        if (compiled === undefined) throw new RangeError(`definition ${row.definition_hash} is not in the database`);
        if (compiled instanceof Error) throw compiled;
        const run = buildTaskRun(row, compiled, this.#registry.get(row.namespace, row.name, row.version), rules);
        this.#warnOfBypasses(run);
        runs.push(run);
      } catch (error) {
        const { task_id: taskId, namespace, name, version } = row;
        const given = { taskId, namespace, name, version, now, nextDueAt: null };
        const wakeAt = this.strategies.lookAgainAt({ ...given, status: "context_unavailable" });
        const wakesAt = new Date(wakeAt).toISOString();
        this.log.error({ err: error, taskId, wakesAt }, "a task cannot be loaded: it is given back for a while");
        unusable.set(wakeAt, [...(unusable.get(wakeAt) ?? []), taskId]);
      }
    }
    await loadSignals(this.database, runs);
    await loadChildren(this.database, runs);
    for (const [wakeAt, ids] of unusable) {
      await this.database.run(giveBack, [this.processId, ids, new Date(wakeAt)]);
    }
    return runs;
  }

  /** Submit refuses such names; a task that Rails created may have them. */
  #warnOfBypasses({ taskId, view, steps }: TaskRun): void {
    if (view.bypassSteps.length === 0) return;
    for (const { name, why } of findVainBypasses(steps, view.bypassSteps)) {
      this.log.warn({ taskId, step: name }, `bypass_steps names a step that is ${why}: it has no effect`);
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

  /** Asks the database until it answers; null if it was closed, or nobody waits for it any more. */
  async #persist<T>(taskId: number, ask: () => Promise<T>): Promise<T | null> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!this.writing || error instanceof NotRunningError) return null;
        this.log.warn({ err: error, taskId }, "loading a task again failed, trying once more");
        await new Promise<void>((resolve) => void this.clock.after(RELOAD_WAIT_MS, resolve));
      }
    }
  }

  /** Somebody else has ended the task: a handler that runs is told and may still end by itself, which is kept. */
  #stop(execution: Execution): void {
    const reason = `the task is ${execution.run.state}`;
    execution.abort(new StepInterruptedError(reason));
    if (!execution.launched) settleOnce(this, execution, { kind: "interrupted", reason });
  }

  #abandon(agenda: Agenda, execution: Execution): void {
    execution.abort(new Error("the task was changed by somebody else"));
    // A handler that is running keeps its slot until it returns: it still takes up this process.
    if (execution.launched && execution.outcome === null) return;
    agenda.discard(execution);
    agenda.returnPermit(execution);
  }

  #agendaOf(run: TaskRun): Agenda {
    const lane = this.#lanes[run.taskId % this.#lanes.length];
    if (lane === undefined) throw new RangeError("an engine has at least one lane");
    return lane.agenda;
  }
}
