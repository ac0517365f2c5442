import { type BackoffConfig, backoffConfig } from "../../config/backoff-config.ts";

/**
 * Why a task is given back although it is not over:
 *
 * - `has_ready_steps`: this process stops; steps could start at once
 * - `waiting_for_dependencies`: nothing but retries and waits is left, and the first is too far away to wait in memory
 * - `processing`: nothing but steps that somebody else runs is left
 * - `context_unavailable`: this process cannot load it
 */
export type ReenqueueStatus = "has_ready_steps" | "waiting_for_dependencies" | "processing" | "context_unavailable";

/** A task that is being given back. */
export interface ReenqueuedTask {
  readonly taskId: number;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly status: ReenqueueStatus;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When the first retry is due or the first wait ends, milliseconds since the epoch; null if nothing waits for a time. */
  readonly nextDueAt: number | null;
}

/**
 * Decides when a task that has nothing to do now is looked at again, by whichever process claims it then. Extend it and
 * override {@link lookAgainAt} for rules of your own, then give it to the engine as `taskReenqueuer`.
 */
export class TaskReenqueuer {
  readonly #config: BackoffConfig;

  /** @param config the section `backoff`; default: its defaults */
  constructor(config: BackoffConfig = backoffConfig()) {
    this.#config = config;
  }

  /**
   * When to look again, milliseconds since the epoch; a moment that is past means at once. Here: when the first retry
   * is due or the first wait ends, and `buffer_seconds` after that; else after the delay of the status, `default_reenqueue_delay` for a task that cannot be
   * loaded.
   */
  lookAgainAt({ status, now, nextDueAt }: ReenqueuedTask): number {
    const { reenqueue_delays: delays, default_reenqueue_delay: otherwise, buffer_seconds: buffer } = this.#config;
    if (status === "waiting_for_dependencies" && nextDueAt !== null) return nextDueAt + buffer * 1_000;
    const seconds = status === "context_unavailable" ? otherwise : delays[status];
    return now + seconds * 1_000;
  }
}
