import type { TaskerEvent } from "../events/event.ts";

/** An event with the position of a client that has been told it, and everything before it. */
export interface LiveEvent {
  /** Text by which a client goes on after this event; see `LivePosition`. */
  readonly position: string;
  readonly event: TaskerEvent;
}

/**
 * Why a client cannot go on where it was, so that it had better read anew what it shows: `malformed`: it gave no position;
 * `expired`: one from so long ago that events after it may have been deleted; `unknown`: one that lies after the end of this log;
 * `far`: so much has happened since that reading anew is quicker.
 */
export type ResetReason = "malformed" | "expired" | "unknown" | "far";

/** Why a feed ended: its client took too long, or may not be told any more; this process stops; or what was missed could not be read. */
export type EndReason = "lagging" | "unauthorized" | "stopping" | "failed";

/** What a client is told. The same object for all whom it concerns: what is made of it can be made once. */
export type LiveMessage =
  /** The first: what happens from this position on is told. */
  | { readonly kind: "ready"; readonly position: string }
  /** In the place of `ready`. */
  | { readonly kind: "reset"; readonly reason: ResetReason; readonly position: string }
  | { readonly kind: "events"; readonly events: readonly LiveEvent[] }
  /** Nothing to tell up to this position; null: it is the one before. */
  | { readonly kind: "beat"; readonly position: string | null }
  /** The last. @param position where to go on; null: nothing was told */
  | { readonly kind: "end"; readonly reason: EndReason; readonly position: string | null };
