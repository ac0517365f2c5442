import type { Log } from "../options.ts";

/** A question to what a user has injected. */
export interface StrategyQuestion<T> {
  /** Who is asked, for the log. */
  readonly strategy: string;
  readonly ask: () => T;
  /** Whether the answer can be used. */
  readonly isUsable: (answer: T) => boolean;
  /** The engine's own rule. */
  readonly own: () => T;
}

/**
 * Asks a strategy that a user has injected. If it throws, or answers what cannot be used, that is logged and the engine's own
 * rule decides: a faulty strategy costs its effect, never a task.
 */
export function askStrategy<T>(log: Log, { strategy, ask, isUsable, own }: StrategyQuestion<T>): T {
  try {
    const answer = ask();
    if (isUsable(answer)) return answer;
    log.error({ strategy, answer }, "a strategy gave an answer that cannot be used: the engine's own rule decides");
  } catch (error) {
    log.error({ err: error, strategy }, "a strategy threw: the engine's own rule decides");
  }
  return own();
}
