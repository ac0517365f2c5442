import type { HandlesStep, JsonObject, StepExecution, StepSequence, TaskView } from "tasker";

/**
 * A class that the engine can construct, for one whose constructor takes services besides its configuration. The engine
 * makes a handler for every attempt and gives it its configuration; the services come from here, so that nothing about
 * them is global.
 */
export function withServices<Services>(
  Handler: new (config: JsonObject | null, services: Services) => HandlesStep,
  services: Services,
): new (
  config: JsonObject | null,
) => HandlesStep {
  return class {
    readonly #handler: HandlesStep;

    constructor(config: JsonObject | null) {
      this.#handler = new Handler(config, services);
    }

    handle(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<unknown> {
      return this.#handler.handle(task, sequence, step);
    }
  };
}
