/** The six states that tasks and steps share, in the order in which the reference declares them. There are no others. */
export const STATES = ["pending", "in_progress", "error", "complete", "cancelled", "resolved_manually"] as const;

/** A state of a task or a step. What has no transition row yet is `pending`. */
export type State = (typeof STATES)[number];

/** Whether a text is one of the six states. For values that come from outside, such as a row of the database. */
export function isState(value: unknown): value is State {
  return (STATES as readonly unknown[]).includes(value);
}
