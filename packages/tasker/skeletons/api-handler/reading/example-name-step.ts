import { type ApiResponse, ApiStepHandler, type StepExecution, type TaskView } from "tasker";

/**
 * Calls a remote system over HTTP. In a template:
 *
 *     handler_class: ExampleNameStep
 *     handler_config: { url: "https://api.example.com/v1" }
 *
 * The engine judges the status of the response: a call that may succeed later is made again.
 */
export class ExampleNameStep extends ApiStepHandler {
  override process(task: TaskView): unknown {
    return this.connection.request("GET", "example/path", { params: { task: task.taskId } });
  }

  /** Shapes what is stored of a response with success. */
  override processResults(step: StepExecution, response: unknown): void {
    const { status, body } = response as ApiResponse;
    step.results = { status, body };
  }
}
