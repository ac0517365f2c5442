import { z } from "zod";
import type { State } from "../states/state.ts";

/** What `tasker_load` tells of a step whose current row is not an engine's: times in milliseconds since the epoch. */
export const ForeignFacts = z.object({
  /** The column `processed`. */
  p: z.boolean(),
  /** When the current row was written; null if there is none. */
  at: z.number().nullable(),
  /** The column `last_attempted_at`. */
  l: z.number().nullable(),
  /** The column `backoff_request_seconds`. */
  b: z.number().nullable(),
});
export type ForeignFacts = z.infer<typeof ForeignFacts>;

/**
 * What somebody else than an engine has made of a step:
 *
 * - `running`: moved it to in progress; it is theirs until they move it on.
 * - `closed`: marked it as processed without completing it; it does not start.
 * - `retried`: moved it back to pending; it may start again, also if it had failed for good.
 */
export type Outside = "running" | "closed" | "retried";

/** How a step stands that others have written to. */
export interface ForeignStanding {
  readonly outside: Outside | null;
  /** When its retry is due by the reference's rule, for a failed step; milliseconds since the epoch. */
  readonly dueAt: number | null;
  /** For a running one, when it counts as left behind; null: never. */
  readonly abandonedAt: number | null;
}

/** Longest wait after a failure in the reference's readiness function, in seconds. */
const LONGEST_WAIT_SECONDS = 30;

/**
 * Judges a step by the rows and columns of somebody else. The retry of a failed one waits as the reference's readiness
 * function has it: two to the power of the attempts in seconds from the failure on, 30 at most, and for an explicit backoff.
 * @param abandonedStepMs age after which a running step counts as left behind; null: never
 */
export function judgeForeignStep(
  state: State,
  attempts: number,
  facts: ForeignFacts,
  abandonedStepMs: number | null,
): ForeignStanding {
  const none: ForeignStanding = { outside: null, dueAt: null, abandonedAt: null };
  if (state === "in_progress") {
    const abandonedAt = abandonedStepMs === null || facts.at === null ? null : facts.at + abandonedStepMs;
    return { ...none, outside: "running", abandonedAt };
  }
  if (state !== "pending" && state !== "error") return none;
  if (facts.p) return { ...none, outside: "closed" };
  if (state === "pending") return { ...none, outside: "retried" };
  const explicit = facts.l === null || facts.b === null ? 0 : facts.l + facts.b * 1_000;
  const failure = facts.at === null ? 0 : facts.at + Math.min(2 ** attempts, LONGEST_WAIT_SECONDS) * 1_000;
  return { ...none, dueAt: Math.max(explicit, failure) };
}
