import type { ApiResponse, StepExecution, StepSequence, TaskView } from "tasker";
import { z } from "zod";
import { readAnswer, ServiceHandler, userIdOf } from "./service-handler.ts";

const Updated = z.object({ status: z.string().min(1) });

/** Opens the account: everything that it needs is there. */
export class UpdateUserStatusHandler extends ServiceHandler {
  protected override readonly codes = { 404: "USER_NOT_FOUND" };
  #completedSteps: readonly string[] = [];

  override process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<ApiResponse> {
    const completed_steps = sequence.steps.filter(({ state }) => state === "complete").map(({ name }) => name);
    const json = { status: "active", completed_steps };
    const path = encodeURIComponent(userIdOf(sequence));
    this.#completedSteps = completed_steps;
    return this.send(task, step, "PATCH", path, { json });
  }

  override processResults(step: StepExecution, response: ApiResponse): void {
    const { status } = readAnswer(response, Updated, "status");
    step.results = {
      status,
      completed_steps: this.#completedSteps,
      registration_complete: status === "active",
      response_time_ms: this.responseTimeMs,
    };
  }
}
