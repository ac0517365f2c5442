import { z } from "zod";

/** Times are ISO 8601. */
const Sleeping = z.object({ kind: z.literal("sleep"), since: z.string(), until: z.string() });
const Listening = z.object({
  kind: z.literal("signal"),
  since: z.string(),
  name: z.string(),
  /** When the wait ends without a signal. Absent: never. */
  until: z.string().optional(),
  on_timeout: z.enum(["fail", "continue"]).optional(),
});

const Parenting = z.object({
  kind: z.literal("task"),
  since: z.string(),
  namespace: z.string(),
  name: z.string(),
});

/** What a waiting step waits for, as the metadata of its row `in_progress` says under `waiting_for`. */
export const WaitingFor = z.discriminatedUnion("kind", [Sleeping, Listening, Parenting]);
export type WaitingFor = z.infer<typeof WaitingFor>;

/** A step that is in progress and waits: it holds no slot, and its process may go without interrupting it. */
export interface StandingWait {
  /** The attempt that waits. */
  readonly executionId: string;
  readonly facts: WaitingFor;
}

/** Longest time for which a task that waits for somebody else is not looked at: a day. */
export const LOOK_AGAIN_MS = 86_400_000;

/** When the wait ends by itself, milliseconds since the epoch; null: never. */
export function endOfWait({ facts }: StandingWait): number | null {
  return facts.kind === "task" || facts.until === undefined ? null : Date.parse(facts.until);
}
