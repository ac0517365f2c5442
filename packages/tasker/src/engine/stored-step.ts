import { z } from "zod";
import { isState, type State } from "../states/state.ts";
import type { CompiledDefinition } from "./compiled-definition.ts";
import { ForeignFacts, judgeForeignStep } from "./foreign-step.ts";
import { readStored, type TaskSeal } from "./protection/task-seal.ts";
import { WaitingFor } from "./standing-wait.ts";
import { readableResults, type StepResolution } from "./step-resolution.ts";
import { mayStart, type StepRun } from "./step-run.ts";
import { EMPTY_OBJECT } from "./stored-json.ts";

const StepMetadata = z.object({
  execution_id: z.string().optional(),
  interruptions: z.number().int().optional(),
  backoff_until: z.string().optional(),
  circuit_open: z.string().optional(),
  resolution: z.string().optional(),
  skipped_with: z.string().optional(),
  waiting_for: WaitingFor.optional(),
  span_id: z.string().optional(),
});

/** A step as `tasker_load` gives it: an array, because a thousand of them come at a time. */
export const StepRow = z.tuple([
  z.number(),
  z.string(),
  z.string(),
  z.number(),
  z.number(),
  z.number(),
  z.boolean(),
  z.boolean(),
  StepMetadata.catch({}).nullable(),
  z.unknown(),
  z.unknown(),
  ForeignFacts.nullable(),
]);
export type StepRow = z.infer<typeof StepRow>;

/** What decides about steps that others than an engine have moved. */
export interface ForeignRules {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Age after which a step that runs elsewhere counts as left behind; null: never. */
  readonly abandonedStepMs: number | null;
}

/**
 * A step in memory, as the row says it stands.
 * @param index its place in the task's graph
 * @returns it; and, if somebody else runs it, when it counts as left behind, milliseconds since the epoch
 */
export function buildStepRun(
  index: number,
  [
    stepId,
    name,
    storedState,
    sortKey,
    attempts,
    retryLimit,
    retryable,
    skippable,
    metadata,
    inputs,
    results,
    foreign,
  ]: StepRow,
  { stepNamed }: CompiledDefinition,
  { nowMs, abandonedStepMs }: ForeignRules,
  seal: TaskSeal | null,
): { readonly step: StepRun; readonly leftBehindAt: number | null } {
  const state = toState(storedState);
  const resolution = resolutionOf(state, metadata);
  const stored = results === null ? EMPTY_OBJECT : readStored(results, seal, "results", name);
  const executionId = metadata?.execution_id ?? "unknown";
  const facts = state === "in_progress" && foreign === null ? metadata?.waiting_for : undefined;
  const wait = facts === undefined ? null : { executionId, facts };
  const step: StepRun = {
    index,
    stepId,
    name,
    state,
    sortKey,
    attempts,
    retryLimit,
    retryable,
    skippable,
    interruptions: metadata?.interruptions ?? 0,
    blockedBy: state === "error" ? (metadata?.circuit_open ?? null) : null,
    dueAt: state === "error" && metadata?.backoff_until !== undefined ? Date.parse(metadata.backoff_until) : null,
    inputs: inputs === null ? null : readStored(inputs, seal, "inputs", name),
    results: readableResults(resolution, stored, stepNamed.get(name)),
    execution: null,
    lostExecutionId: state === "in_progress" && wait === null ? executionId : null,
    waits: stepNamed.get(name)?.wait ?? null,
    wait,
    outside: null,
    resolution,
    queued: false,
    ...(metadata?.span_id === undefined ? {} : { previousSpanId: metadata.span_id }),
  };
  if (foreign === null) return { step, leftBehindAt: null };
  const { outside, dueAt, abandonedAt } = judgeForeignStep(state, attempts, foreign, abandonedStepMs);
  step.outside = outside;
  if (dueAt !== null && mayStart(step)) step.dueAt = dueAt;
  if (outside !== "running") return { step, leftBehindAt: null };
  if (abandonedAt === null || abandonedAt > nowMs) {
    step.lostExecutionId = null;
    return { step, leftBehindAt: abandonedAt };
  }
  // The reference counts an attempt when it ends: this one is counted here, as it is taken back with the interruption.
  step.attempts += 1;
  step.outside = null;
  return { step, leftBehindAt: null };
}

function resolutionOf(state: State, metadata: z.infer<typeof StepMetadata> | null): StepResolution | null {
  if (state !== "resolved_manually" || metadata?.resolution === undefined) return null;
  return { kind: metadata.resolution, skippedWith: metadata.skipped_with ?? null };
}

/** A state as it is stored; a text that is none is taken for `pending`. */
export function toState(value: string): State {
  return isState(value) ? value : "pending";
}
