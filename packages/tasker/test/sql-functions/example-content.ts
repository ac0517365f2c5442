import type { Content, StepRow, TaskRow } from "./content.ts";

/** A step of an example: what is not said is as a fresh step has it. */
export interface ExampleStep extends Partial<StepRow> {
  /** States that the step has had, the last of which is its own. Default: none, no row is written. */
  readonly states?: readonly string[];
  /** When the last of them was written. Default: at the present. */
  readonly stateUs?: number;
}

/** A task of an example. */
export interface ExampleTask extends Partial<TaskRow> {
  readonly states?: readonly string[];
}

const transitionsOf = (states: readonly string[] = [], lastUs = 0) =>
  states.map((to_state, index) => ({
    to_state,
    sort_key: 10 * (index + 1),
    most_recent: index === states.length - 1,
    created_us: index === states.length - 1 ? lastUs : lastUs - 1_000_000,
  }));

/**
 * A database with some steps, numbered from 1, of task 1 unless they say otherwise.
 * @param edges pairs of parent and child
 * @param tasks numbered from 1. Default: one
 */
export function exampleContent(
  steps: readonly ExampleStep[],
  edges: readonly (readonly [from: number, to: number])[] = [],
  tasks: readonly ExampleTask[] = [{}],
): Content {
  return {
    namespaces: [{ task_namespace_id: 1, name: "default" }],
    namedTasks: [{ named_task_id: 1, task_namespace_id: 1, name: "order", version: "1.0.0" }],
    namedSteps: [{ named_step_id: 1, name: "charge" }],
    tasks: tasks.map(({ states: _, ...columns }, index) => ({
      task_id: index + 1,
      named_task_id: 1,
      initiator: null,
      source_system: null,
      created_us: 0,
      ...columns,
    })),
    taskTransitions: tasks.flatMap(({ states }, index) =>
      transitionsOf(states).map((row) => ({ task_id: index + 1, ...row })),
    ),
    steps: steps.map(({ states: _, stateUs: __, ...columns }, index) => ({
      workflow_step_id: index + 1,
      task_id: 1,
      named_step_id: 1,
      retryable: true,
      retry_limit: 3,
      in_process: false,
      processed: false,
      attempts: 0,
      last_attempted_us: null,
      backoff_request_seconds: null,
      created_us: 0,
      ...columns,
    })),
    edges: edges.map(([from_step_id, to_step_id]) => ({ from_step_id, to_step_id })),
    stepTransitions: steps.flatMap(({ states, stateUs }, index) =>
      transitionsOf(states, stateUs).map((row) => ({ workflow_step_id: index + 1, ...row })),
    ),
  };
}
