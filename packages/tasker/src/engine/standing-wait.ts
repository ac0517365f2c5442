import { z } from "zod";

/** Times are ISO 8601. */
const Sleeping = z.object({ kind: z.literal("sleep"), since: z.string(), until: z.string() });

/** What a waiting step waits for, as the metadata of its row `in_progress` says under `waiting_for`. */
export const WaitingFor = z.discriminatedUnion("kind", [Sleeping]);
export type WaitingFor = z.infer<typeof WaitingFor>;

/** A step that is in progress and waits: it holds no slot, and its process may go without interrupting it. */
export interface StandingWait {
  /** The attempt that waits. */
  readonly executionId: string;
  readonly facts: WaitingFor;
}

/** When the wait ends by itself, milliseconds since the epoch; null: never. */
export function endOfWait({ facts }: StandingWait): number | null {
  return Date.parse(facts.until);
}
