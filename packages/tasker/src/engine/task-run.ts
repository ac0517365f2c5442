import type { CancelTimer } from "../clock/clock.ts";
import { ReadinessCounters } from "../graph/readiness.ts";
import { graphFromEdges, type StepGraph } from "../graph/step-graph.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { isSatisfied } from "../states/guards.ts";
import type { State } from "../states/state.ts";
import type { TaskTrace } from "../tracing/task-trace.ts";
import type { AddedSteps } from "./added-steps.ts";
import type { CompiledDefinition } from "./compiled-definition.ts";
import type { Execution } from "./execution.ts";
import { FanOutGate } from "./fan-out-gate.ts";
import type { Demand } from "./limits/limiter.ts";
import type { StepLimits } from "./limits/step-limits.ts";
import type { ChildTask } from "./load-children.ts";
import type { WaitingSignal } from "./load-signals.ts";
import type { TaskSeal } from "./protection/task-seal.ts";
import type { StartedOutside } from "./sharing/outside-attempt.ts";
import { endOfWait, LOOK_AGAIN_MS } from "./standing-wait.ts";
import { freshStep, type StepRun } from "./step-run.ts";
import type { LiveTaskView } from "./task-view.ts";

const NO_DEMANDS: readonly Demand[] = [];
/** Number of priorities that a step can have: 16 bits. */
const PRIORITIES = 65_536;

/** Everything a {@link TaskRun} is made from. */
export interface TaskRunParts {
  readonly taskId: number;
  readonly epoch: number;
  readonly revision: number;
  /** The higher goes first among the tasks of a process: -32,768 to 32,767. */
  readonly priority: number;
  readonly view: LiveTaskView;
  readonly compiled: CompiledDefinition;
  readonly template: TaskTemplate;
  readonly graph: StepGraph;
  readonly steps: readonly StepRun[];
  readonly state: State;
  readonly sortKey: number;
  /** Whether somebody else than an engine has put the task in error. */
  readonly halted: boolean;
  /** Whether an operator has paused the task. */
  readonly paused: boolean;
  /** The task that waits for this one. */
  readonly parentTaskId: number | null;
  /** When the first of the steps that run elsewhere counts as left behind, milliseconds since the epoch; null: never. */
  readonly abandonedAt: number | null;
  /** Encrypts and decrypts its values; null: nothing is encrypted. Default: null. */
  readonly seal?: TaskSeal | null;
}

/**
 * A task that this process owns: its graph, its steps and what is going on with them. The single place where readiness is
 * kept; the database is written from it and, when it refuses, read into a new one.
 */
export class TaskRun {
  readonly taskId: number;
  readonly epoch: number;
  readonly revision: number;
  readonly priority: number;
  readonly view: LiveTaskView;
  readonly compiled: CompiledDefinition;
  readonly template: TaskTemplate;
  state: State;
  /** Sort key of the task's current transition row; `NO_ROW` if there is none. */
  sortKey: number;
  /** Its place in a distributed trace; null if it is in none, or nothing is traced here. */
  trace: TaskTrace | null = null;
  /** The limits of its steps; null if there are none. */
  limits: StepLimits | null = null;
  /** Attempts under way or waiting for their commit, by execution id. */
  readonly executions = new Map<string, Execution>();
  /** Timers of steps that wait for their retry or for the end of a wait. */
  readonly timers = new Map<number, CancelTimer>();
  /** By the ids of steps: the tasks that they wait for, as they stood when this one was loaded. */
  readonly children = new Map<number, ChildTask>();
  /** Places of the steps whose task is being submitted. */
  readonly startingChildren = new Set<number>();
  /** Attempts that other processes have started, and whose start is still to be written. */
  readonly startedOutside: Omit<StartedOutside, "run">[] = [];
  /** Whether a process that took a step of it could not run it: its steps are offered no more. */
  isUnshareable = false;
  /** Encrypts and decrypts its values; null: nothing is encrypted. */
  readonly seal: TaskSeal | null;
  /** Signals that no step has taken, oldest first. */
  readonly signals: WaitingSignal[] = [];
  /** Steps in the queue of ready ones, and executions whose outcome is in no batch yet. */
  activeCount = 0;
  /** Failed steps whose retry is to come, and steps that wait. */
  waitingCount = 0;
  /** True once this object is no longer the task's: finished, released, lost or loaded again. */
  dropped = false;
  /** True while the task's own hook runs, or its last move waits for a commit. */
  finishing = false;
  /** Whether workers may run any of its steps. */
  readonly hasRemoteSteps: boolean;
  readonly #halted: boolean;
  readonly #paused: boolean;
  readonly parentTaskId: number | null;
  readonly #abandonedAt: number | null;
  readonly #gates = new Map<string, FanOutGate>();
  #graph: StepGraph;
  #steps: readonly StepRun[];
  #counters: ReadinessCounters;
  #isCompensating: boolean;

  constructor(parts: TaskRunParts) {
    this.taskId = parts.taskId;
    this.epoch = parts.epoch;
    this.revision = parts.revision;
    this.priority = parts.priority;
    this.view = parts.view;
    this.compiled = parts.compiled;
    this.template = parts.template;
    this.hasRemoteSteps = parts.compiled.hasQueues || (parts.template.remoteQueues?.size ?? 0) > 0;
    this.#graph = parts.graph;
    this.#steps = parts.steps;
    this.state = parts.state;
    this.sortKey = parts.sortKey;
    this.#halted = parts.halted;
    this.#paused = parts.paused;
    this.parentTaskId = parts.parentTaskId;
    this.seal = parts.seal ?? null;
    this.#abandonedAt = parts.abandonedAt;
    this.#counters = this.#count();
    this.#isCompensating = this.#steps.some((step) => this.#undoes(step));
  }

  get graph(): StepGraph {
    return this.#graph;
  }

  /** By their places in the graph. Those that are added come last. */
  get steps(): readonly StepRun[] {
    return this.#steps;
  }

  #count(): ReadinessCounters {
    const satisfied = new Uint8Array(this.#steps.length);
    for (const step of this.#steps) if (isSatisfied(step.state)) satisfied[step.index] = 1;
    return new ReadinessCounters(this.#graph, satisfied);
  }

  #undoes({ name }: StepRun): boolean {
    const { stepNamed } = this.compiled;
    return stepNamed.hasCompensations && stepNamed.roleOf(name).kind === "undo";
  }

  /** Whether what the task has done is being undone, or was: nothing else of it starts from then on, and it fails. */
  get isCompensating(): boolean {
    return this.#isCompensating;
  }

  /** Takes in steps that were added to the task; gives them. */
  extend(added: AddedSteps): StepRun[] {
    const fresh = added.steps.map(({ name, retryable, retryLimit, skippable, inputs }, place) => {
      const index = this.#steps.length + place;
      const stepId = added.stepIds[place] ?? 0;
      return freshStep({ index, stepId, name, retryLimit, retryable, skippable, inputs, waits: null });
    });
    const edges = this.#graph.listEdges();
    const names = [...this.#graph.names, ...added.steps.map(({ name }) => name)];
    this.#graph = graphFromEdges(names, edges.from.concat(added.from), edges.to.concat(added.to));
    this.#steps = [...this.#steps, ...fresh];
    this.#counters = this.#count();
    this.#isCompensating ||= fresh.some((step) => this.#undoes(step));
    return fresh;
  }

  /**
   * What decides how many instances of a mapped step run at the same time, for one of them; null if nothing does.
   */
  gateOf(step: StepRun): FanOutGate | null {
    const { stepNamed } = this.compiled;
    if (!stepNamed.hasGates) return null;
    const role = stepNamed.roleOf(step.name);
    const limit = role.kind === "instance" ? (stepNamed.get(role.of)?.forEach?.maxParallel ?? null) : null;
    if (role.kind !== "instance" || limit === null) return null;
    let gate = this.#gates.get(role.of);
    if (gate === undefined) {
      // Of a task that was loaded again some may be running.
      const inside = this.#steps.filter(({ name, execution, queued }) => {
        const other = stepNamed.roleOf(name);
        return (execution !== null || queued) && other.kind === "instance" && other.of === role.of;
      });
      gate = new FanOutGate(limit, inside);
      this.#gates.set(role.of, gate);
    }
    return gate;
  }

  /** Whether its state is one that ends it. A task that was just loaded is then over by somebody else's doing. */
  get isOver(): boolean {
    return this.state === "cancelled" || this.state === "resolved_manually" || this.state === "complete";
  }

  /** Whether it has ended or failed: what waits for it waits no longer. */
  get isEnded(): boolean {
    return this.isOver || this.state === "error";
  }

  /**
   * Whether nothing of it starts any more: it is over, it is paused, or somebody else has put it in error and has to move
   * it on. What runs may end; then the task is let go.
   */
  get isStopped(): boolean {
    return this.isOver || this.#halted || this.#paused;
  }

  /**
   * When a task of which nothing but steps that run elsewhere is left is to be looked at again: milliseconds since the
   * epoch, at the latest as asked. Null, without asking, if no step runs elsewhere.
   */
  nextLookAt(askLatest: () => number): number | null {
    if (!this.steps.some((step) => step.outside === "running")) return null;
    return Math.min(askLatest(), this.#abandonedAt ?? Number.POSITIVE_INFINITY);
  }

  /** Steps that are not satisfied yet. */
  get remaining(): number {
    return this.#counters.remaining;
  }

  /**
   * When the task has something to do by itself, milliseconds since the epoch: its earliest retry or end of a wait; or when it
   * is to be looked at, if it waits for somebody else. Null if nothing of it waits.
   */
  nextDueAt(nowMs: number): number | null {
    let earliest: number | null = null;
    for (const step of this.steps) {
      const dueAt = step.wait === null ? step.dueAt : (endOfWait(step.wait) ?? nowMs + LOOK_AGAIN_MS);
      if (dueAt !== null && (earliest === null || dueAt < earliest)) earliest = dueAt;
    }
    return earliest;
  }

  /** Whether it is the step's turn: parents satisfied, not running, not over, not waiting. */
  isDue(step: StepRun): boolean {
    const open = step.state === "pending" || step.state === "error" || step.state === "in_progress";
    const free =
      step.execution === null && step.wait === null && step.outside !== "running" && step.outside !== "closed";
    const allowed = !this.isStopped && (!this.#isCompensating || this.#undoes(step));
    return open && free && allowed && step.dueAt === null && this.#counters.isReady(step.index);
  }

  /** Whether anything but their handlers decides over its steps. */
  get hasFlow(): boolean {
    return this.compiled.hasFlow || this.view.bypassSteps.length > 0;
  }

  /** The queue of the workers that run the step; null: processes with an engine run it. */
  queueOf(step: StepRun): string | null {
    if (!this.hasRemoteSteps) return null;
    const { stepNamed } = this.compiled;
    const role = stepNamed.roleOf(step.name);
    // The engine's own handlers.
    if (role.kind === "join" || (role.kind === "undo" && stepNamed.roleOf(role.of).kind === "join")) return null;
    const declared = stepNamed.get(step.name)?.queue;
    return declared ?? this.template.remoteQueues?.get(stepNamed.handlerNameOf(step.name)) ?? null;
  }

  /** The name under which the handler of a step is found. */
  handlerClassOf(step: StepRun): string {
    return this.compiled.stepNamed.get(step.name)?.handlerClass ?? step.name;
  }

  /** Place of a ready step among all of the process: by the task's priority first, then by the step's. The higher goes first. */
  rankOf(step: StepRun): number {
    const own = this.compiled.hasPriorities ? (this.compiled.stepNamed.get(step.name)?.priority ?? 0) : 0;
    return this.priority * PRIORITIES + own;
  }

  /** The limiters under which the step runs. */
  demandsOf(step: StepRun): readonly Demand[] {
    return this.limits?.demandsOf(step.name, this.view.readableContext) ?? NO_DEMANDS;
  }

  /** Deadline of one attempt of the step in seconds, or null. */
  timeoutSecondsOf(stepName: string): number | null {
    return this.compiled.stepNamed.get(stepName)?.timeoutSeconds ?? null;
  }

  /** Marks a step satisfied and calls `onReady` with each child whose turn it is by that. */
  satisfy(step: StepRun, onReady: (child: StepRun) => void): void {
    this.#counters.satisfy(step.index, (index) => {
      const child = this.steps[index];
      if (child !== undefined && this.isDue(child)) onReady(child);
    });
  }

  /** Ends this object's part: its timers are gone, and whoever still holds it sees that it was dropped. */
  drop(): void {
    this.dropped = true;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }
}
