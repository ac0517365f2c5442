import type { JsonObject } from "../json/json-value.ts";
import { interruptionMetadata, LOST_PROCESS } from "./decide-step.ts";
import { chainRows, type StepMove, type TransitionRow, type Writer } from "./step-move.ts";
import type { StepRun } from "./step-run.ts";

/**
 * The move that starts the next attempt of a step, composed from the legal moves of the step machine by the state it is in:
 *
 * - `pending`: in_progress
 * - `error`, whose retry is due: pending, in_progress
 * - `in_progress`, left by a process that is gone: error (interrupted), pending, in_progress. The lost attempt has been
 *   given back, so the number of attempts stays.
 */
export function decideStart(step: StepRun, executionId: string, writer: Writer): StepMove {
  const attempts = step.attempts + 1;
  const counted: JsonObject = step.interruptions === 0 ? {} : { interruptions: step.interruptions };
  const started: JsonObject = { ...writer, execution_id: executionId, attempt_number: attempts, ...counted };
  const again: JsonObject = { ...writer, retry_attempt: attempts, ...counted };
  return {
    base: step.sortKey,
    rows: startRows(step, started, again, writer),
    attempts,
    backoffSeconds: null,
    results: null,
    retryable: null,
  };
}

function startRows(step: StepRun, started: JsonObject, again: JsonObject, writer: Writer): TransitionRow[] {
  const start = { to: "in_progress", metadata: started } as const;
  if (step.state === "pending") return chainRows(step.sortKey, "pending", [start]);
  const pending = { to: "pending", metadata: again } as const;
  if (step.state === "error") return chainRows(step.sortKey, "error", [pending, start]);
  const lost = interruptionMetadata({
    writer,
    executionId: step.lostExecutionId ?? "unknown",
    attempt: step.attempts + 1,
    interruptions: step.interruptions,
    reason: LOST_PROCESS,
    final: false,
  });
  return chainRows(step.sortKey, "in_progress", [{ to: "error", metadata: lost }, pending, start]);
}
