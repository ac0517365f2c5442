import type { CircuitBoard } from "../handlers/circuits/circuit-board.ts";
import { SharedResources } from "../handlers/resources.ts";
import type { Agenda } from "./agenda/agenda.ts";
import type { Batch } from "./batch.ts";
import { ChildStarter } from "./child-starter.ts";
import { ChildSubmits } from "./child-submits.ts";
import { openCircuits } from "./circuits/open-circuits.ts";
import { collectAnnotations } from "./collect-annotations.ts";
import { committedEvents } from "./committed-events.ts";
import { Equipment } from "./equipment.ts";
import { describeExecution, queuedSteps } from "./execution-snapshot.ts";
import type { ExecutionSnapshot } from "./execution-state.ts";
import { Executions, LEASE_ENDED } from "./executions.ts";
import { Lane } from "./lane.ts";
import type { LaneHost } from "./lane-host.ts";
import { PermitDesk } from "./limits/permit-desk.ts";
import { LiveTasks } from "./live-tasks.ts";
import { Fence } from "./membership/fence.ts";
import type { EngineOptions } from "./options.ts";
import { TaskPreparer } from "./prepare-task.ts";
import { type ReadyFigures, sumOfReady } from "./ready-figures.ts";
import { RemoteWorkers } from "./remote/remote-workers.ts";
import { SettlementWatch } from "./settlement-watch.ts";
import { OfferDesk } from "./sharing/offer-desk.ts";
import { parseSharing } from "./sharing/sharing-options.ts";
import { StepTaker } from "./sharing/step-taker.ts";
import { TaskLoader } from "./task-loader.ts";
import { TaskReader } from "./task-reader.ts";
import type { TaskRun } from "./task-run.ts";
import { traceBatch } from "./tracing/trace-batch.ts";
import { tellWorkflow } from "./workflow-events.ts";

/** Connections that write at the same time on PostgreSQL. More gain nothing on few cores. */
const LANES = 2;

/** What a process does: the parts of an engine, each of which finds the others here. */
export class Runtime extends Equipment implements LaneHost {
  readonly executions = new Executions(this);
  readonly fence = new Fence(this.signs, () => this.#fenced());
  readonly circuits: CircuitBoard;
  readonly resources: SharedResources;
  readonly permits = new PermitDesk(this);
  /** What others run of this process's steps. */
  readonly offers: OfferDesk;
  /** What this process runs of others' steps; null for the embedded database, and where nothing is shared. */
  readonly taker: StepTaker | null;
  readonly tasks = new LiveTasks(this);
  /** Serves the programs in other languages that run steps. */
  readonly workers: RemoteWorkers;
  readonly loader: TaskLoader;
  readonly children: ChildSubmits;
  readonly settlements: SettlementWatch;
  processId = 0;
  starting = false;
  /** Called when tasks that nobody owns may be due. */
  onDue: () => void = () => {};
  /** Called when a task has left the memory. */
  onReleased: () => void = () => {};
  /** Called when a task was submitted that nobody owns, maybe the first one of its template. */
  onSubmitted: () => void = () => {};
  readonly #lanes: readonly Lane[];
  #writing = true;
  readonly #roomWaiters = new Set<() => void>();

  constructor(options: EngineOptions) {
    super(options);
    const { registry } = options;
    this.circuits = openCircuits(this, (circuit) => this.tasks.retryBlocked(circuit));
    this.resources = new SharedResources(this.clock, this.random, this.circuits);
    const preparer = new TaskPreparer(registry, this.definitions, this.maxValueBytes, this.protection.encryption);
    this.children = new ChildSubmits(this, new ChildStarter(this.database, registry, preparer, this.tracing));
    const sharing = parseSharing(options.sharing);
    const isAlone = this.database.kind === "embedded";
    this.offers = new OfferDesk(this, isAlone ? 0 : (sharing?.maxOffered ?? 0));
    this.taker = isAlone || sharing === null ? null : new StepTaker(this, registry);
    this.workers = new RemoteWorkers(this, registry);
    this.loader = new TaskLoader(this, new TaskReader(this, registry));
    const isLive = (taskId: number) => this.tasks.isLive(taskId);
    this.settlements = new SettlementWatch(this.database, this.clock, this.log, this.pollIntervalMs, isLive);
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
  snapshots(): ExecutionSnapshot[] {
    const attempts = new Set(this.executions.running);
    const waiting: ExecutionSnapshot[] = [];
    for (const run of this.tasks.all()) {
      for (const execution of run.executions.values()) attempts.add(execution);
      // Only then steps are in the queue.
      if (run.activeCount > run.executions.size) waiting.push(...queuedSteps(run));
    }
    return [...[...attempts].map((execution) => describeExecution(execution, this.processId)), ...waiting];
  }

  agendaOf(run: TaskRun): Agenda {
    const lane = this.#lanes[run.taskId % this.#lanes.length];
    if (lane === undefined) throw new RangeError("an engine has at least one lane");
    return lane.agenda;
  }

  annotate(run: TaskRun): void {
    void collectAnnotations(run, this).then((annotations) => this.agendaOf(run).finish(run, annotations));
  }

  committed(batch: Batch, refused: ReadonlySet<TaskRun>): void {
    this.offers.committed(batch, refused);
    if (this.tracing?.isOn) traceBatch(this.tracing, batch, refused);
    const { events } = this;
    if (!events.hasListeners) return;
    for (const event of committedEvents(batch, refused, (name) => events.wants(name))) events.publish(event);
    tellWorkflow(events, batch, refused, this.clock.now());
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

  /** Resolves when everything that has happened is committed. */
  async written(): Promise<void> {
    do {
      await Promise.all([this.children.idle(), this.loader.idle(), this.executions.written()]);
      await Promise.all(this.#lanes.map((lane) => lane.idle()));
    } while (this.children.isBusy || this.loader.isBusy);
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

  #fenced(): void {
    const executions = this.executions.running.size;
    this.log.error({ executions }, `${LEASE_ENDED.message}: nothing starts until it is renewed`);
    this.meter?.fenced();
    this.events.tell("tasker.process.fenced", null, () => ({ process_id: this.processId }));
    this.executions.interruptRunning(LEASE_ENDED);
  }
}
