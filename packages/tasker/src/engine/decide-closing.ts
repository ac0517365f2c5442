import type { JsonObject } from "../json/json-value.ts";
import type { State } from "../states/state.ts";
import { interruptionMetadata, LOST_PROCESS } from "./decide-step.ts";
import { chainRows, type StepMove, type Writer } from "./step-move.ts";
import type { StepRun } from "./step-run.ts";
import type { StoredJson } from "./stored-json.ts";

/** How a step is closed without its handler being called. */
export interface Closing {
  readonly to: "resolved_manually" | "cancelled";
  /** Says why, in the metadata of the row: `resolution` or `cancelled_with`, `reason`. */
  readonly facts: JsonObject;
  /** What is stored as the step's results; null: what is there stays. */
  readonly results: StoredJson | null;
}

/**
 * The move that closes a step which is not running, composed from the legal moves of the step machine:
 *
 * - `pending`: the closing state
 * - `error`: resolved_manually, or pending and cancelled
 * - `in_progress`, left by a process that is gone: error (interrupted), then as from `error`. As at a start, the lost
 *   attempt has been given back before.
 */
export function decideClosing(step: StepRun, closing: Closing, writer: Writer): StepMove {
  const { to, facts, results } = closing;
  const describe = (state: State): JsonObject => {
    if (state === to) return { ...writer, ...facts };
    return state === "error" ? describeLostAttempt(step, writer) : { ...writer };
  };
  const chain = closingChain(step.state, to).map((state) => ({ to: state, metadata: describe(state) }));
  return {
    base: step.sortKey,
    rows: chainRows(step.sortKey, step.state, chain),
    attempts: step.attempts,
    backoffSeconds: null,
    results,
    retryable: null,
  };
}

function closingChain(from: State, to: Closing["to"]): readonly State[] {
  const fromError: readonly State[] = to === "cancelled" ? ["pending", "cancelled"] : [to];
  if (from === "pending") return [to];
  return from === "error" ? fromError : ["error", ...fromError];
}

function describeLostAttempt(step: StepRun, writer: Writer): JsonObject {
  return interruptionMetadata({
    writer,
    executionId: step.lostExecutionId ?? "unknown",
    attempt: step.attempts + 1,
    interruptions: step.interruptions,
    reason: LOST_PROCESS,
    final: false,
  });
}
