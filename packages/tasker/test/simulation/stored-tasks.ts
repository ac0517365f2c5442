import { claimTasks } from "../../src/engine/claim-tasks.ts";
import { listOwned } from "../../src/engine/claimer.ts";
import { commitBatchStatement } from "../../src/engine/commit-batch.ts";
import { commitOneStatement } from "../../src/engine/commit-one.ts";
import { announceKinds, findKinds } from "../../src/engine/known-kinds.ts";
import { loadTasks } from "../../src/engine/load-tasks.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { VALID_STEP_COMPLETION_STATES as OVER } from "../../src/states/state-sets.ts";
import type { Answers } from "./answers.ts";
import type { Audit } from "./audit.ts";
import { loadedTask, type StoredStep, type StoredTask, submittedTask } from "./stored-task.ts";
import {
  readBatch,
  readOne,
  type WrittenCommit,
  type WrittenRow,
  type WrittenStep,
  type WrittenTask,
} from "./written-commit.ts";

/** Called when steps have moved by a commit. */
type OnWritten = (commit: WrittenCommit, stepIds: ReadonlySet<number>) => void;

/**
 * What the database keeps of tasks, by the contract of `tasker_claim`, `tasker_load` and `tasker_commit`: a write of somebody
 * who is not the owner, under another epoch or an old revision, or whose rows do not follow the current ones, is refused; what
 * follows from outcomes is only written where all of them were. Everything that is written is checked.
 */
export class StoredTasks {
  readonly #audit: Audit;
  readonly #onWritten: OnWritten;
  readonly #tasks = new Map<number, StoredTask>();
  readonly #declaredDead = new Set<number>();
  #epoch = 0;

  constructor(answers: Answers, audit: Audit, onWritten: OnWritten) {
    this.#audit = audit;
    this.#onWritten = onWritten;
    answers.on(findKinds, ([, , versions]) =>
      versions.map((version, place) => ({ place, task_namespace_id: 1, named_task_id: Number.parseInt(version, 10) })),
    );
    answers.on(announceKinds, () => []);
    answers.on(claimTasks, ([owner, kinds, , , most, now]) => this.#claim(owner, new Set(kinds), most, now.getTime()));
    answers.on(listOwned, ([owner]) => this.#ownedBy(owner).map((task) => ({ task_id: task.taskId, ...task })));
    answers.on(loadTasks, ([owner, taskIds]) =>
      this.#ownedBy(owner)
        .filter(({ taskId }) => taskIds.includes(taskId))
        .map(loadedTask),
    );
    answers.on(commitBatchStatement, (parameters) => this.#commit(readBatch(parameters)));
    answers.on(commitOneStatement, (parameters) => this.#commit(readOne(parameters)));
  }

  /** A task whose template has its id for a version, to be started at a moment. */
  submit(taskId: number, template: TaskTemplate, hash: string, startsAt: number): void {
    this.#tasks.set(taskId, submittedTask(taskId, template, hash, startsAt));
  }

  get(taskId: number): StoredTask {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new RangeError(`no task ${taskId}`);
    return task;
  }

  all(): readonly StoredTask[] {
    return [...this.#tasks.values()];
  }

  /** Tasks that have not come to their end, or that still belong to somebody. */
  get open(): readonly string[] {
    return this.all()
      .filter(({ state, owner }) => owner !== 0 || !(OVER.includes(state) || state === "error"))
      .map(({ taskId, state, owner, wakeAt }) => `task ${taskId} is ${state}, owner ${owner}, wakes at ${wakeAt}`);
  }

  /** Whether a process was declared dead. */
  isGone(processId: number): boolean {
    return this.#declaredDead.has(processId);
  }

  /** Declares a process dead, and takes its tasks from it. */
  takeOver(processId: number, now: number): void {
    this.#declaredDead.add(processId);
    for (const task of this.#ownedBy(processId)) {
      task.owner = 0;
      task.wakeAt = Math.min(task.wakeAt ?? now, now);
    }
  }

  /** Somebody else has changed a task: its owner finds out by a refusal, or when it next looks for work. */
  touch(task: StoredTask): void {
    task.revision += 1;
    task.isDirty = task.owner !== 0;
  }

  #ownedBy(processId: number): StoredTask[] {
    return this.all().filter(({ owner }) => owner === processId);
  }

  #claim(processId: number, kinds: ReadonlySet<number>, most: number, now: number) {
    if (this.#declaredDead.has(processId)) return [];
    const dirty = this.#ownedBy(processId).filter(({ isDirty }) => isDirty);
    for (const task of dirty) task.isDirty = false;
    const due = this.all().filter(
      ({ taskId, owner, wakeAt }) => owner === 0 && wakeAt !== null && wakeAt <= now && kinds.has(taskId),
    );
    const claimed = due.slice(0, most);
    for (const task of claimed) {
      this.#epoch += 1;
      task.owner = processId;
      task.epoch = this.#epoch;
      task.isDirty = false;
    }
    return [
      ...dirty.map(({ taskId, revision }) => ({ task_id: taskId, raised: revision })),
      ...claimed.map(({ taskId }) => ({ task_id: taskId, raised: null })),
    ];
  }

  #commit(commit: WrittenCommit): { readonly refused_task_id: number }[] {
    const moved = new Set<number>();
    const refused = commit.tasks.filter((task) => !this.#commitTask(commit, task, moved));
    this.#onWritten(commit, moved);
    return refused.map(({ taskId }) => ({ refused_task_id: taskId }));
  }

  /** @returns whether nothing of the task was refused */
  #commitTask({ processId, outcomes, starts }: WrittenCommit, written: WrittenTask, moved: Set<number>): boolean {
    const { taskId, epoch, revision, base, rows, isReleased, wakeAt } = written;
    const task = this.#tasks.get(taskId);
    if (task?.owner !== processId || task.epoch !== epoch || task.revision !== revision) return false;
    const ofTask = (entries: readonly WrittenStep[]) => entries.filter((entry) => entry.taskId === taskId);
    const follow = (entries: readonly WrittenStep[]) =>
      entries.filter((entry) => this.#write(task, entry, moved)).length === entries.length;
    if (ofTask(starts).length > 0 && OVER.includes(task.state)) return false;
    if (!follow(ofTask(outcomes))) return false;
    const closings = ofTask(starts).filter((entry) => entry.rows.at(-1)?.to !== "in_progress");
    if (closings.some((entry) => this.#stepOf(task, entry)?.sortKey !== entry.base)) return false;
    const areStarted = follow(ofTask(starts));
    if (base !== null && base !== task.sortKey) return false;
    for (const row of rows) this.moveTask(task, row);
    if (isReleased) Object.assign(task, { owner: 0, isDirty: false, wakeAt });
    return areStarted;
  }

  #stepOf(task: StoredTask, { stepId }: WrittenStep): StoredStep | undefined {
    return [...task.steps.values()].find((step) => step.stepId === stepId);
  }

  /** Writes the rows of a step, if they follow its current one. */
  #write(task: StoredTask, written: WrittenStep, moved: Set<number>): boolean {
    const step = this.#stepOf(task, written);
    if (step === undefined || step.sortKey !== written.base) return false;
    for (const row of written.rows) this.moveStep(task, step, row);
    step.attempts = written.attempts;
    step.retryable = written.retryable ?? step.retryable;
    if (written.results !== undefined) step.results = written.results;
    moved.add(step.stepId);
    return true;
  }

  /** Writes a row of a task. */
  moveTask(task: StoredTask, row: WrittenRow): void {
    this.#audit.task(task, row);
    task.state = row.to;
    task.sortKey = row.sortKey;
  }

  /** Writes a row of a step. */
  moveStep(task: StoredTask, step: StoredStep, row: WrittenRow): void {
    this.#audit.step(task, step, row);
    step.state = row.to;
    step.sortKey = row.sortKey;
    step.metadata = row.metadata;
  }
}
