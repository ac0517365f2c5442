import type { TaskerEvent } from "../../events/event.ts";
import { metadataOf, stateEntered } from "./change-event.ts";
import { readTransitionFacts } from "./transition-facts.ts";

/** A task that has come to an end, or to where it waits for somebody to act. */
export interface FinishedTask {
  readonly taskId: number;
  readonly state: string;
  /** Since this process saw its first event, in milliseconds. */
  readonly durationMs: number;
  /** The step that failed last and its message, for a task in `error`. */
  readonly failure: { readonly stepName: string; readonly message: string } | null;
}

/** States in which a process has no more to do with a task. */
const FINISHED = new Set(["complete", "error", "cancelled", "resolved_manually"]);

/** Learns from events which tasks have finished; remembers only those that have not. */
export class FinishedTasks {
  readonly #seen = new Map<number, { readonly at: number; failure: FinishedTask["failure"] }>();

  /** The task that the event finishes, or null. */
  observe(event: TaskerEvent): FinishedTask | null {
    const { taskId } = event;
    if (taskId === null) return null;
    const seen = this.#seen.get(taskId) ?? { at: event.at, failure: null };
    this.#seen.set(taskId, seen);
    const state = stateEntered(event);
    if (event.stepId === null) {
      if (!FINISHED.has(state)) return null;
      this.#seen.delete(taskId);
      return { taskId, state, durationMs: event.at - seen.at, failure: state === "error" ? seen.failure : null };
    }
    const { error } = readTransitionFacts(metadataOf(event));
    if (state === "error" && error !== null) seen.failure = { stepName: event.stepName ?? "", message: error };
    return null;
  }
}
