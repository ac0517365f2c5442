import type { TaskerEvent } from "../../events/event.ts";
import type { StepDetails, TaskDetails } from "../../reading/task/task-details.ts";
import type { Printer } from "../printer.ts";
import type { TaskProgress } from "../progress/task-progress.ts";
import { readTransitionFacts } from "../progress/transition-facts.ts";
import type { TaskDisplay } from "./display.ts";

/** One JSON object a line: `submitted`, an `event` for each change, and `result` last. */
export class JsonDisplay implements TaskDisplay {
  readonly #printer: Printer;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  begin(task: TaskProgress): void {
    const { taskId, namespace, name, version, steps } = task;
    const drawn = steps.map((step) => ({ name: step.name, depends_on: step.dependsOn }));
    this.#printer.json({ type: "submitted", task_id: taskId, namespace, name, version, steps: drawn });
  }

  change(event: TaskerEvent): void {
    this.#printer.json({
      type: "event",
      id: event.id,
      name: event.name,
      task_id: event.taskId,
      step_id: event.stepId,
      step_name: event.stepName,
      payload: event.payload,
      at: new Date(event.at).toISOString(),
    });
  }

  notice(text: string): void {
    this.#printer.note(text);
  }

  end(): void {}

  result(details: TaskDetails): void {
    const { task_id, namespace, name, version, state, steps } = details;
    this.#printer.json({ type: "result", task_id, namespace, name, version, state, steps: steps.map(stepResult) });
  }
}

function stepResult(step: StepDetails) {
  const { error, errorCode } = readTransitionFacts(step.metadata);
  const failed = step.state === "error";
  return {
    name: step.name,
    state: step.state,
    attempts: step.attempts,
    results: step.results ?? null,
    ...(failed ? { error: { message: error, code: errorCode } } : {}),
  };
}
