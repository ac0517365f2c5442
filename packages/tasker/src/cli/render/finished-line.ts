import type { FinishedTask } from "../progress/finished-tasks.ts";
import { formatDuration } from "./format-duration.ts";
import { type Line, span } from "./span.ts";
import { stateMark, stateTone } from "./step-mark.ts";

/** One line for a finished task: `✗ task 12  error  1.2s  charge_card: card declined`. */
export function drawFinished(task: FinishedTask, options: { readonly unicode?: boolean } = {}): Line {
  const { failure } = task;
  return [
    stateMark(task.state, options),
    span(` task ${task.taskId}`, "strong"),
    span(`  ${task.state}`, stateTone(task.state)),
    span(`  ${formatDuration(task.durationMs)}`, "faint"),
    ...(failure === null ? [] : [span(`  ${failure.stepName}: ${failure.message}`, "bad")]),
  ];
}

/** The same for a program. */
export function finishedRecord({ taskId, state, durationMs, failure }: FinishedTask) {
  return {
    task_id: taskId,
    state,
    duration_ms: durationMs,
    failure: failure === null ? null : { step_name: failure.stepName, message: failure.message },
  };
}
