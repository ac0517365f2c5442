import type { ApiResponse, StepExecution, StepSequence, TaskView } from "tasker";
import { z } from "zod";
import { readRegistration } from "../registration-context.ts";
import { readAnswer, ServiceHandler, userIdOf } from "./service-handler.ts";

const Preferences = z.object({ preferences_id: z.string().min(1) });

/** Writes down what the user wants to be told. Doing it twice is as good as once. */
export class InitializePreferencesHandler extends ServiceHandler {
  override process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<ApiResponse> {
    const json = { user_id: userIdOf(sequence), ...readRegistration(task).preferences };
    return this.send(task, step, "POST", "", { json });
  }

  override acceptResponse({ status }: ApiResponse): boolean {
    return status === 409;
  }

  override processResults(step: StepExecution, response: ApiResponse): void {
    const { preferences_id } = readAnswer(response, Preferences, "preferences_id");
    step.results = { preferences_id, response_time_ms: this.responseTimeMs };
  }
}
