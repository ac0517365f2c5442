import type { Annotation } from "../handlers/task-handler.ts";
import { AddedSteps } from "./added-steps.ts";
import type { Execution } from "./execution.ts";
import type { RemoteStep } from "./remote/remote-step.ts";
import type { StandingWait } from "./standing-wait.ts";
import type { StepMove, TransitionRow } from "./step-move.ts";
import type { StepRun } from "./step-run.ts";
import type { TaskRun } from "./task-run.ts";

/** A step's move in a batch. */
export interface StepEntry {
  readonly run: TaskRun;
  readonly step: StepRun;
  /** The attempt that ended or that starts. Null for a step that is given up or closed without one. */
  readonly execution: Execution | null;
  /** For an outcome: when the retry is due, milliseconds since the epoch, if one was planned. */
  readonly dueAt: number | null;
  readonly move: StepMove;
  /** The signal that the outcome takes, if it does. */
  readonly signalId?: number;
  /** The wait that the outcome ends, if it does. */
  readonly waited?: StandingWait;
}

/** A step that may start. */
export interface ViableStep {
  readonly run: TaskRun;
  readonly step: StepRun;
}

/** What a batch does to one task. */
export class TaskEntry {
  readonly run: TaskRun;
  outcomes = 0;
  starts = 0;
  /** Sort key that the task's current row must have, `NO_ROW` for none, if the task itself moves. */
  base: number | null = null;
  readonly rows: TransitionRow[] = [];
  completes = false;
  annotations: readonly EncodedAnnotation[] = [];
  /** Ends the ownership; `wakeAt` in milliseconds since the epoch, null: not by itself. */
  release: { readonly wakeAt: number | null } | null = null;
  /** Steps that the task gets. */
  added: AddedSteps | null = null;

  constructor(run: TaskRun) {
    this.run = run;
  }
}

/** An annotation whose value is JSON text that the database accepts. */
export interface EncodedAnnotation {
  readonly type: Annotation["type"];
  readonly valueText: string;
}

/** Everything that one commit writes. */
export class Batch {
  readonly nowMs: number;
  readonly elapsedMs: number;
  readonly outcomes: StepEntry[] = [];
  /** What is only written where all outcomes and all closings of its task are: starts, and closings without a handler. */
  readonly starts: StepEntry[] = [];
  /** Steps that have become viable since the batch before; empty if nobody wants to be told. */
  viable: readonly ViableStep[] = [];
  /** Steps that workers may run once it is committed. */
  readonly remote: RemoteStep[] = [];
  readonly #tasks = new Map<TaskRun, TaskEntry>();

  /** @param elapsedMs the same moment by the time that passes evenly; see `elapsedOf` */
  constructor(nowMs: number, elapsedMs = nowMs) {
    this.nowMs = nowMs;
    this.elapsedMs = elapsedMs;
  }

  /** Number of steps that move. */
  get size(): number {
    return this.outcomes.length + this.starts.length;
  }

  /** The tasks it touches, in ascending order of their ids: the order in which their rows are locked. */
  get tasks(): TaskEntry[] {
    return [...this.#tasks.values()].sort((a, b) => a.run.taskId - b.run.taskId);
  }

  /** Takes out the steps for workers of tasks that it does not touch: they are ready by what is committed. */
  takeReadyRemote(): RemoteStep[] {
    const remote = this.remote.splice(0);
    this.remote.push(...remote.filter(({ run }) => this.#tasks.has(run)));
    return remote.filter(({ run }) => !this.#tasks.has(run));
  }

  get taskCount(): number {
    return this.#tasks.size;
  }

  task(run: TaskRun): TaskEntry {
    let entry = this.#tasks.get(run);
    if (entry === undefined) {
      entry = new TaskEntry(run);
      this.#tasks.set(run, entry);
    }
    return entry;
  }

  addOutcome(entry: StepEntry): void {
    this.outcomes.push(entry);
    this.task(entry.run).outcomes += 1;
  }

  addStart(entry: StepEntry): void {
    this.starts.push(entry);
    this.task(entry.run).starts += 1;
  }

  /** The steps that a task gets with this batch, to be added to. */
  addingTo(run: TaskRun): AddedSteps {
    const entry = this.task(run);
    entry.added ??= new AddedSteps(run);
    return entry.added;
  }

  /** Number of steps that are added to tasks. */
  get addedCount(): number {
    let count = 0;
    for (const { added } of this.#tasks.values()) count += added?.steps.length ?? 0;
    return count;
  }

  /** Two batches with half of the tasks each. For finding the task whose data the database refuses. */
  halve(): readonly [Batch, Batch] {
    const tasks = this.tasks;
    const middle = Math.ceil(tasks.length / 2);
    const first = new Set(tasks.slice(0, middle).map((entry) => entry.run));
    return [this.only((run) => first.has(run)), this.only((run) => !first.has(run))];
  }

  /** The part of the batch that is about one task. */
  of(run: TaskRun): Batch {
    return this.only((other) => other === run);
  }

  /** The part of the batch that is about some tasks. */
  only(keep: (run: TaskRun) => boolean): Batch {
    const part = new Batch(this.nowMs, this.elapsedMs);
    for (const entry of this.#tasks.values()) if (keep(entry.run)) part.#tasks.set(entry.run, entry);
    part.outcomes.push(...this.outcomes.filter((entry) => keep(entry.run)));
    part.starts.push(...this.starts.filter((entry) => keep(entry.run)));
    part.remote.push(...this.remote.filter((entry) => keep(entry.run)));
    part.viable = this.viable.filter((entry) => keep(entry.run));
    return part;
  }
}
