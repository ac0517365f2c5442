import type { JsonObject, JsonValue } from "../json/json-value.ts";
import type { StepSequence, TaskView } from "./execution.ts";

/**
 * Says whether a step runs. Called when all of the step's parents are satisfied, before each of its attempts, in the middle
 * of the engine's work: it must answer at once, from its arguments alone. What needs time or a connection is a step.
 * @throws anything: the attempt fails with it, as with an error of the handler
 */
export type ConditionFunction<Context = JsonObject, Results = Readonly<Record<string, JsonValue>>> = (
  task: TaskView<Context>,
  sequence: StepSequence<Results>,
) => boolean;
