import type { Batch, StepEntry } from "../../src/engine/batch.ts";
import type { LoadedTask } from "../../src/engine/load-tasks.ts";
import { NO_ROW, type TransitionRow } from "../../src/engine/step-move.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import type { JsonObject } from "../../src/json/json-value.ts";
import { isSatisfied } from "../../src/states/guards.ts";
import type { State } from "../../src/states/state.ts";
import { canStepMove } from "../../src/states/step-state.ts";
import { canTaskMove } from "../../src/states/task-state.ts";

interface StoredStep {
  readonly stepId: number;
  readonly name: string;
  readonly dependsOn: readonly string[];
  state: State;
  sortKey: number;
  attempts: number;
  retryable: boolean;
  metadata: JsonObject | null;
  results: unknown;
  readonly retryLimit: number;
}

interface StoredTask {
  readonly taskId: number;
  readonly template: TaskTemplate;
  readonly hash: string;
  readonly steps: ReadonlyMap<string, StoredStep>;
  owner: number;
  epoch: number;
  revision: number;
  state: State;
  sortKey: number;
  wakeAt: number | null;
}

const OVER: readonly State[] = ["complete", "error"];

/**
 * What the database keeps of tasks, by the contract of `tasker_commit`, `tasker_load` and the claim: a write of somebody who
 * is not the owner, under another epoch or an old revision, or whose rows do not follow the current ones, is refused; what
 * follows from outcomes is only written where all of them were. Everything that is written is checked.
 */
export class StoredTasks {
  /** What was written and should not have been. */
  readonly violations: string[] = [];
  /** Starts and ends by execution id. */
  readonly #executions = new Map<string, { starts: number; ends: number }>();
  readonly #tasks = new Map<number, StoredTask>();
  #epoch = 0;

  add(taskId: number, template: TaskTemplate, hash: string): void {
    const steps = template.definition.steps.map(
      ({ name, dependsOn, retryLimit, retryable }, place): StoredStep => ({
        stepId: taskId * 1_000 + place,
        name,
        dependsOn,
        state: "pending",
        sortKey: NO_ROW,
        attempts: 0,
        retryable,
        metadata: null,
        results: null,
        retryLimit,
      }),
    );
    this.#tasks.set(taskId, {
      taskId,
      template,
      hash,
      steps: new Map(steps.map((step) => [step.name, step])),
      owner: 0,
      epoch: 0,
      revision: 0,
      state: "pending",
      sortKey: NO_ROW,
      wakeAt: 0,
    });
  }

  /** Tasks that have not come to their end, or that still belong to somebody. */
  get open(): readonly string[] {
    const open = [...this.#tasks.values()].filter(({ state, owner }) => !OVER.includes(state) || owner !== 0);
    return open.map(
      ({ taskId, state, owner, wakeAt }) => `task ${taskId} is ${state}, owner ${owner}, wakes at ${wakeAt}`,
    );
  }

  /** How the steps of a task stand: state and attempts by name. */
  standing(taskId: number): { readonly state: State | undefined; readonly steps: Readonly<Record<string, string>> } {
    const task = this.#tasks.get(taskId);
    const steps = [...(task?.steps.values() ?? [])].map(({ name, state, attempts }) => [name, `${state} ${attempts}`]);
    return { state: task?.state, steps: Object.fromEntries(steps) };
  }

  claim(processId: number, most: number, now: number): number[] {
    const due = [...this.#tasks.values()].filter(
      ({ owner, wakeAt }) => owner === 0 && wakeAt !== null && wakeAt <= now,
    );
    this.#epoch += 1;
    return due.slice(0, most).map((task) => {
      task.owner = processId;
      task.epoch = this.#epoch;
      return task.taskId;
    });
  }

  ownedBy(processId: number): number[] {
    return [...this.#tasks.values()].filter(({ owner }) => owner === processId).map(({ taskId }) => taskId);
  }

  /** The tasks of these that the process owns. */
  load(processId: number, taskIds: readonly number[]): LoadedTask[] {
    return taskIds.flatMap((taskId) => {
      const task = this.#tasks.get(taskId);
      return task?.owner === processId ? [rowOf(task)] : [];
    });
  }

  /** Takes the tasks of a process from it. */
  takeOver(processId: number, now: number): void {
    for (const task of this.#tasks.values()) {
      if (task.owner !== processId) continue;
      task.owner = 0;
      if (task.wakeAt !== null) task.wakeAt = Math.max(task.wakeAt, now);
    }
  }

  /** Somebody else does something to a task that leaves its steps as they are. @returns the owner and the new revision */
  touch(taskId: number): { readonly owner: number; readonly revision: number } {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new RangeError(`no task ${taskId}`);
    task.revision += 1;
    return task;
  }

  /** @returns the ids of the tasks of which something was refused */
  commit(processId: number, batch: Batch): Set<number> {
    const refused = new Set<number>();
    for (const entry of batch.tasks) {
      const { taskId, epoch, revision } = entry.run;
      const task = this.#tasks.get(taskId);
      if (task?.owner !== processId || task.epoch !== epoch || task.revision !== revision) {
        refused.add(taskId);
        continue;
      }
      const outcomes = batch.outcomes.filter(({ run }) => run === entry.run);
      const starts = batch.starts.filter(({ run }) => run === entry.run);
      const follows = (of: readonly StepEntry[]) => of.filter((one) => this.#write(task, one)).length === of.length;
      if (!follows(outcomes) || (entry.base !== null && entry.base !== task.sortKey) || !follows(starts)) {
        refused.add(taskId);
        continue;
      }
      for (const row of entry.rows) this.#moveTask(task, row);
      if (entry.release !== null) {
        task.owner = 0;
        task.wakeAt = entry.release.wakeAt;
      }
    }
    return refused;
  }

  /** Writes the rows of a step, if they follow its current one. */
  #write(task: StoredTask, { step: { name }, move }: StepEntry): boolean {
    const step = task.steps.get(name);
    if (step === undefined || step.sortKey !== move.base) return false;
    for (const row of move.rows) this.#moveStep(task, step, row);
    step.attempts = move.attempts;
    if (move.retryable !== null) step.retryable = move.retryable;
    if (move.results !== null) step.results = move.results.value;
    return true;
  }

  #moveStep(task: StoredTask, step: StoredStep, { from, to, sortKey, metadata }: TransitionRow): void {
    const what = `task ${task.taskId}, step ${step.name}: ${from} > ${to} by ${metadata.writer}`;
    if (from !== step.state || sortKey !== Math.max(step.sortKey, 0) + 10)
      this.violations.push(`${what} after ${step.state}`);
    if (!canStepMove(from, to)) this.violations.push(`${what} is no legal move`);
    if (to === "in_progress") {
      const parents = step.dependsOn.map((name) => task.steps.get(name)?.state ?? "pending");
      if (!parents.every(isSatisfied)) this.violations.push(`${what} before its parents`);
      this.#count(String(metadata.execution_id), what, { starts: 1, ends: 0 });
    } else if (from === "in_progress") this.#count(String(metadata.execution_id), what, { starts: 0, ends: 1 });
    Object.assign(step, { state: to, sortKey, metadata });
  }

  #count(executionId: string, what: string, more: { readonly starts: number; readonly ends: number }): void {
    const { starts, ends } = this.#executions.get(executionId) ?? { starts: 0, ends: 0 };
    const counted = { starts: starts + more.starts, ends: ends + more.ends };
    this.#executions.set(executionId, counted);
    if (counted.starts !== 1 || counted.ends > 1) {
      this.violations.push(`${what}: execution ${executionId} has ${counted.starts} starts and ${counted.ends} ends`);
    }
  }

  #moveTask(task: StoredTask, { from, to, sortKey }: TransitionRow): void {
    const what = `task ${task.taskId}: ${from} > ${to}`;
    if (from !== task.state || !canTaskMove(from, to)) this.violations.push(`${what} after ${task.state}`);
    const states = [...task.steps.values()].map(({ state }) => state);
    if (to === "complete" && !states.every(isSatisfied))
      this.violations.push(`${what} with steps ${states.join(", ")}`);
    if (to === "error" && states.includes("in_progress")) this.violations.push(`${what} while a step is running`);
    Object.assign(task, { state: to, sortKey });
  }
}

function rowOf(task: StoredTask): LoadedTask {
  const { namespace, name, version } = task.template.definition;
  const steps = [...task.steps.values()];
  return {
    task_id: task.taskId,
    definition_hash: task.hash,
    epoch: task.epoch,
    revision: task.revision,
    priority: 0,
    correlation_id: "c",
    namespace,
    name,
    version,
    context: {},
    initiator: null,
    source_system: null,
    reason: null,
    tags: null,
    bypass_steps: null,
    requested_at: new Date(0),
    state: task.state,
    sort_key: task.sortKey,
    halted: false,
    paused: false,
    parent_task_id: null,
    steps: steps.map((step) => [
      step.stepId,
      step.name,
      step.state,
      step.sortKey,
      step.attempts,
      step.retryLimit,
      step.retryable,
      false,
      step.metadata,
      null,
      step.results,
      null,
    ]),
    edges: steps.flatMap(({ stepId, dependsOn }) =>
      dependsOn.map((parent) => [task.steps.get(parent)?.stepId ?? 0, stepId]),
    ),
  };
}
