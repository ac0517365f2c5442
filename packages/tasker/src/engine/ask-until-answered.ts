import type { Clock } from "../clock/clock.ts";
import { NotRunningError } from "../errors/index.ts";
import type { Log } from "./options.ts";

/** Wait between attempts while the database is away. */
const WAIT_MS = 500;

/** Who asks. */
export interface Asker {
  readonly clock: Clock;
  readonly log: Log;
  /** False once nobody waits for a database that is away. */
  readonly writing: boolean;
}

/** Asks the database about a task until it answers; null if it was closed, or nobody waits for it any more. */
export async function askUntilAnswered<T>(asker: Asker, taskId: number, ask: () => Promise<T>): Promise<T | null> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!asker.writing || error instanceof NotRunningError) return null;
      asker.log.warn({ err: error, taskId }, "asking the database about a task failed, trying once more");
      await new Promise<void>((resolve) => void asker.clock.after(WAIT_MS, resolve));
    }
  }
}
