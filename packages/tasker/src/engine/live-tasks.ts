import type { Clock } from "../clock/clock.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { CircuitKey } from "../handlers/circuits/circuit-store.ts";
import type { Tracing } from "../tracing/tracing.ts";
import type { Agenda } from "./agenda/agenda.ts";
import { subjectOf } from "./event-subject.ts";
import type { Executions } from "./executions.ts";
import type { DefinitionLimits } from "./limits/definition-limits.ts";
import type { Log } from "./options.ts";
import { RaisedRevisions } from "./raised-revisions.ts";
import { recoverLostSteps } from "./recover-steps.ts";
import type { SettlementWatch } from "./settlement-watch.ts";
import type { OfferDesk } from "./sharing/offer-desk.ts";
import type { StepTaker } from "./sharing/step-taker.ts";
import type { TaskRoom } from "./task-room.ts";
import type { TaskRun } from "./task-run.ts";
import { traceForeignEnd } from "./tracing/trace-batch.ts";

/** What tasks in memory need of the engine around them. */
export interface LiveTasksHost {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventBus;
  readonly tracing: Tracing | null;
  /** Interruptions after which a step fails for good. */
  readonly maxInterruptions: number;
  readonly limits: DefinitionLimits;
  readonly room: TaskRoom;
  readonly executions: Executions;
  readonly settlements: SettlementWatch;
  readonly offers: OfferDesk;
  readonly taker: StepTaker | null;
  agendaOf(run: TaskRun): Agenda;
  /** Called when tasks that nobody owns may be due. */
  onDue(): void;
  /** Called when a task has left the memory. */
  onReleased(): void;
}

/** The tasks that this process has in memory, because it owns them. */
export class LiveTasks {
  readonly #host: LiveTasksHost;
  readonly #live = new Map<number, TaskRun>();
  readonly #raised = new RaisedRevisions();

  constructor(host: LiveTasksHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#live.size;
  }

  all(): Iterable<TaskRun> {
    return this.#live.values();
  }

  /** The task if this process has it in memory. */
  find(taskId: number): TaskRun | null {
    return this.#live.get(taskId) ?? null;
  }

  isLive(taskId: number): boolean {
    return this.#live.has(taskId);
  }

  /** Takes up a task that was submitted or claimed; see {@link adopt}. */
  takeUp(run: TaskRun): void {
    this.#host.events.tell("workflow.task_started", subjectOf(run), () => ({
      total_steps: run.steps.length,
      remaining_steps: run.remaining,
    }));
    this.adopt(run);
  }

  /** Takes a task that this process owns. A task that is in memory already stays as it is. */
  adopt(run: TaskRun): void {
    if (this.#live.has(run.taskId)) return;
    const { room, limits, tracing, clock, maxInterruptions, offers } = this.#host;
    this.#live.set(run.taskId, run);
    room.add(run.view.namespace);
    run.limits ??= limits.of(run.compiled);
    if (run.isOver && tracing !== null) traceForeignEnd(tracing, run, clock.now());
    const agenda = this.#host.agendaOf(run);
    for (const step of recoverLostSteps(run, maxInterruptions)) agenda.endLost(run, step);
    agenda.adopt(run);
    for (const execution of run.executions.values()) {
      const { outside } = execution;
      if (outside !== null) offers.watch(execution, outside);
      if (outside?.end != null) offers.began(execution);
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
    else if (revision > run.revision) this.#host.agendaOf(run).recheck(run);
  }

  /** As {@link recheck}, for a task that may not be in memory yet and is then read in any case. */
  recheckLive(taskId: number, revision: number): void {
    if (this.#live.has(taskId)) this.recheck(taskId, revision);
  }

  /** A circuit has closed: what waits for it here need not wait for its next probe. */
  retryBlocked({ namespace, name }: CircuitKey): void {
    for (const run of this.#live.values()) {
      if (run.compiled.definition.namespace !== namespace) continue;
      for (const step of run.steps) if (step.blockedBy === name) this.#host.agendaOf(run).waits.retryNow(run, step);
    }
  }

  /** A task ended or was given back. */
  released(run: TaskRun): void {
    if (this.#live.get(run.taskId) !== run) return;
    this.forget(run);
    for (const execution of run.executions.values()) execution.isAbandoned = true;
    this.#host.onReleased();
    this.#host.settlements.notice(run.taskId, run.state);
    if (run.parentTaskId !== null && run.isEnded) this.#wakeParent(run.parentTaskId);
  }

  /** Lets a task go without telling anybody. */
  forget(run: TaskRun): void {
    if (this.#live.get(run.taskId) !== run) return;
    this.#live.delete(run.taskId);
    this.#host.room.remove(run.view.namespace);
  }

  /** What happened to a task could not be written. */
  lost(run: TaskRun, error: unknown): void {
    this.forget(run);
    this.#host.events.tell("workflow.task_reenqueue_failed", subjectOf(run), () => ({
      reason: "database_unavailable",
      error: error instanceof Error ? error.message : String(error),
    }));
    for (const execution of run.executions.values()) this.#host.executions.letGo(execution);
    this.#host.settlements.notice(run.taskId, null);
  }

  /** A task that this process had is somebody else's. */
  disowned(run: TaskRun): void {
    this.#host.log.warn({ taskId: run.taskId }, "the task is not this process's any more");
    this.#host.settlements.notice(run.taskId, null);
  }

  /** Lets go of everything without writing: the process was declared dead, and its tasks are others'. */
  abandonAll(): void {
    const { room, executions, offers, taker, settlements } = this.#host;
    for (const run of this.#live.values()) {
      run.drop();
      room.remove(run.view.namespace);
      for (const execution of run.executions.values()) executions.abandon(execution, "its process was declared dead");
    }
    offers.abandonAll();
    taker?.abandonAll();
    const lost = [...this.#live.keys()];
    this.#live.clear();
    this.#raised.clear();
    for (const taskId of lost) settlements.notice(taskId, null);
  }

  /** A task that waits for one that has ended is to look at it. */
  #wakeParent(taskId: number): void {
    const run = this.#live.get(taskId);
    if (run === undefined) this.#host.onDue();
    else this.#host.agendaOf(run).recheck(run);
  }
}
