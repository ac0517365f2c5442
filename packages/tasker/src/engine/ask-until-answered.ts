import type { Clock } from "../clock/clock.ts";
import { NotRunningError } from "../errors/index.ts";
import { outageWaitMs } from "../retry/outage-wait.ts";
import type { Log } from "./options.ts";
import { logAttempt } from "./outage/trouble-log.ts";

/** Who asks. */
export interface Asker {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** False once nobody waits for a database that is away. */
  readonly writing: boolean;
}

/** Asks the database about a task until it answers; null if it was closed, or nobody waits for it any more. */
export async function askUntilAnswered<T>(asker: Asker, taskId: number, ask: () => Promise<T>): Promise<T | null> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (!asker.writing || error instanceof NotRunningError) return null;
      logAttempt(asker.log, error, { taskId }, "asking the database about a task failed, trying once more");
      const waitMs = outageWaitMs(failures, asker.random());
      await new Promise<void>((resolve) => void asker.clock.after(waitMs, resolve));
    }
  }
}
