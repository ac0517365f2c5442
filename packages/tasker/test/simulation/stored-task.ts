import type { LoadedTask } from "../../src/engine/load-tasks.ts";
import { NO_ROW } from "../../src/engine/step-move.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import type { State } from "../../src/states/state.ts";

/** A step as the simulated database has it. */
export interface StoredStep {
  readonly stepId: number;
  readonly name: string;
  readonly dependsOn: readonly string[];
  state: State;
  /** Sort key of its current row; `NO_ROW` for none. */
  sortKey: number;
  attempts: number;
  retryLimit: number;
  retryable: boolean;
  readonly skippable: boolean;
  metadata: Readonly<Record<string, unknown>> | null;
  results: unknown;
}

/** A task with its run row, as the simulated database has it. */
export interface StoredTask {
  readonly taskId: number;
  readonly template: TaskTemplate;
  readonly hash: string;
  /** By name. */
  readonly steps: ReadonlyMap<string, StoredStep>;
  owner: number;
  epoch: number;
  revision: number;
  /** Whether its owner has not been told that somebody else changed it. */
  isDirty: boolean;
  isPaused: boolean;
  state: State;
  sortKey: number;
  wakeAt: number | null;
  /** When one that was paused before it began may begin. */
  resumesAt: number | null;
}

/** A task that was just submitted: nobody owns it, and it may be claimed from a moment on, in milliseconds. */
export function submittedTask(taskId: number, template: TaskTemplate, hash: string, startsAt: number): StoredTask {
  const steps = template.definition.steps.map(
    ({ name, dependsOn, retryLimit, retryable, skippable }, place): StoredStep => ({
      stepId: taskId * 1_000 + place,
      name,
      dependsOn,
      state: "pending",
      sortKey: NO_ROW,
      attempts: 0,
      retryLimit,
      retryable,
      skippable,
      metadata: null,
      results: null,
    }),
  );
  return {
    taskId,
    template,
    hash,
    steps: new Map(steps.map((step) => [step.name, step])),
    owner: 0,
    epoch: 0,
    revision: 0,
    isDirty: false,
    isPaused: false,
    state: "pending",
    sortKey: NO_ROW,
    wakeAt: startsAt,
    resumesAt: null,
  };
}

/** The task as `tasker_load` gives it. */
export function loadedTask(task: StoredTask): LoadedTask {
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
    paused: task.isPaused,
    parent_task_id: null,
    steps: steps.map((step) => [
      step.stepId,
      step.name,
      step.state,
      step.sortKey,
      step.attempts,
      step.retryLimit,
      step.retryable,
      step.skippable,
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
