import { nameExecution, type RecordedHandler, type RecordedWork, recordCalls } from "./recorded-handler.ts";

/** A recorded handler that does the work of each step once. */
export interface IdempotentHandler extends RecordedHandler {
  /** How often the work of a step was really done: 1 at most, unless it threw. */
  effectsOf(stepId: number): number;
}

/**
 * A handler that does its work once per step: repeats get the result of the first success again. Its `doubles` tell
 * which executions came although the step had succeeded already, as after a crash between the effect and its commit.
 */
export function idempotent(work: RecordedWork = nameExecution): IdempotentHandler {
  const results = new Map<number, { readonly value: unknown }>();
  const effects = new Map<number, number>();
  const recorded = recordCalls(async (execution, step, task, sequence) => {
    const first = results.get(step.stepId);
    if (first !== undefined) return first.value;
    effects.set(step.stepId, (effects.get(step.stepId) ?? 0) + 1);
    const value = await work(execution, step, task, sequence);
    results.set(step.stepId, { value });
    return value;
  });
  return { ...recorded, effectsOf: (stepId) => effects.get(stepId) ?? 0 };
}
