import { type ApiResponse, ApiStepHandler, type StepExecution, type StepSequence, type TaskView } from "tasker";

/**
 * Calls a remote system over HTTP. In a template:
 *
 *     handler_class: ExampleNameStep
 *     handler_config: { url: "https://api.example.com/v1" }
 *
 * The engine judges the status of the response: a call that may succeed later is made again.
 */
export class ExampleNameStep extends ApiStepHandler {
  override process(task: TaskView, _sequence: StepSequence, step: StepExecution): unknown {
    return this.connection.request("POST", "example/path", {
      json: task.context,
      // The same in every attempt: a server that knows such keys does it once.
      headers: { "Idempotency-Key": `example_name-${step.stepId}` },
    });
  }

  /** Shapes what is stored of a response with success. */
  override processResults(step: StepExecution, response: unknown): void {
    const { status, body } = response as ApiResponse;
    step.results = { status, body };
  }
}
