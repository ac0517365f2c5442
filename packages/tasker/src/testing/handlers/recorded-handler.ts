import type { StepExecution, StepSequence, TaskView } from "../../handlers/execution.ts";

/** One execution that a recorded handler was called for. */
export interface RecordedCall {
  readonly taskId: number;
  readonly stepId: number;
  readonly stepName: string;
  readonly attempt: number;
  readonly executionId: string;
  /** Place among the calls for this step, from 1. Unlike the attempt it also counts attempts that were interrupted. */
  readonly execution: number;
  /** `running` until the handler has returned or thrown. */
  readonly outcome: "running" | "returned" | "threw";
  /** What was returned or thrown; undefined while it runs. */
  readonly value: unknown;
}

/** A step's work, told which execution of the step it is (from 1). */
export type RecordedWork = (execution: number, step: StepExecution, task: TaskView, sequence: StepSequence) => unknown;

/** A handler for tests that remembers its calls. It can serve any number of steps and tasks; each step counts for itself. */
export interface RecordedHandler {
  /** The handler: `.step("charge", { process: handler.process })`. */
  readonly process: (task: TaskView<object>, sequence: StepSequence<object>, step: StepExecution) => Promise<unknown>;
  /** Oldest first. */
  readonly calls: readonly RecordedCall[];
  /** Executions of one step. */
  callsOf(stepId: number): readonly RecordedCall[];
  /** Executions that began although an earlier one of the same step was running or had returned. */
  readonly doubles: readonly RecordedCall[];
}

/** Records the calls of a handler. */
export function recordCalls(work: RecordedWork): RecordedHandler {
  const calls: RecordedCall[] = [];
  const doubles: RecordedCall[] = [];
  const byStep = new Map<number, RecordedCall[]>();
  return {
    calls,
    doubles,
    callsOf: (stepId) => byStep.get(stepId) ?? [],
    async process(task, sequence, step) {
      const earlier = byStep.get(step.stepId) ?? [];
      const call: { -readonly [Key in keyof RecordedCall]: RecordedCall[Key] } = {
        taskId: task.taskId,
        stepId: step.stepId,
        stepName: step.name,
        attempt: step.attempt,
        executionId: step.executionId,
        execution: earlier.length + 1,
        outcome: "running",
        value: undefined,
      };
      if (earlier.some(({ outcome }) => outcome !== "threw")) doubles.push(call);
      byStep.set(step.stepId, [...earlier, call]);
      calls.push(call);
      try {
        call.value = await work(call.execution, step, task as TaskView, sequence as StepSequence);
        call.outcome = "returned";
        return call.value;
      } catch (error) {
        call.value = error;
        call.outcome = "threw";
        throw error;
      }
    },
  };
}

/** What handlers of this folder return where they are not told: `{ step, execution }`. */
export const nameExecution: RecordedWork = (execution, step) => ({ step: step.name, execution });
