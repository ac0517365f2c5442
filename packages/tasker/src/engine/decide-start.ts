import type { JsonObject } from "../json/json-value.ts";
import { interruptedStepChain, retryStartChain } from "../states/composite-moves.ts";
import type { State } from "../states/state.ts";
import { interruptionMetadata, LOST_PROCESS } from "./decide-step.ts";
import { chainRows, type StepMove, type Writer } from "./step-move.ts";
import type { StepRun } from "./step-run.ts";

/**
 * The move that starts the next attempt of a step, composed from the legal moves of the step machine by the state it is in:
 *
 * - `pending`: in_progress
 * - `error`, whose retry is due: pending, in_progress
 * - `in_progress`, left by a process that is gone: error (interrupted), pending, in_progress. The lost attempt has been
 *   given back, so the number of attempts stays.
 *
 * @param facts what else the start's metadata holds: what it waits for, if it calls no handler; its limits
 */
export function decideStart(step: StepRun, executionId: string, writer: Writer, facts: JsonObject = {}): StepMove {
  const attempts = step.attempts + 1;
  const counted: JsonObject = step.interruptions === 0 ? {} : { interruptions: step.interruptions };
  const describe = (to: State): JsonObject => {
    if (to === "in_progress") {
      return { ...writer, execution_id: executionId, attempt_number: attempts, ...counted, ...facts };
    }
    if (to === "pending") return { ...writer, retry_attempt: attempts, ...counted };
    return describeLostAttempt(step, attempts, writer);
  };
  const chain = startChain(step.state).map((to) => ({ to, metadata: describe(to) }));
  return {
    base: step.sortKey,
    rows: chainRows(step.sortKey, step.state, chain),
    attempts,
    backoffSeconds: null,
    results: null,
    retryable: null,
  };
}

/** The states that a start passes through, from the one that the step is in. */
function startChain(from: State): readonly State[] {
  if (from === "pending") return ["in_progress"];
  if (from === "error") return retryStartChain().slice(1);
  return [...interruptedStepChain().slice(1), "in_progress"];
}

function describeLostAttempt(step: StepRun, attempt: number, writer: Writer): JsonObject {
  return interruptionMetadata({
    writer,
    executionId: step.lostExecutionId ?? "unknown",
    attempt,
    interruptions: step.interruptions,
    reason: LOST_PROCESS,
    final: false,
  });
}
