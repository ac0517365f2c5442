import type { Clock } from "../../clock/clock.ts";
import { failureKindOf } from "../../database/failure-kind.ts";
import { outageWaitMs } from "../../retry/outage-wait.ts";

/** Attempts at most: about 3 seconds of a database that is away. */
const TRIES = 7;

/**
 * Does something for a caller who waits, and does it again where it is certain that nothing was written: it lost against another
 * transaction, or the database could not be reached.
 * @throws what the last attempt threw, among it OutcomeUnknownError if it may have been written
 */
export async function repeatUnwritten<T>(
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
  work: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const kind = failureKindOf(error);
      if (failures >= TRIES || (kind !== "conflict" && kind !== "away")) throw error;
      if (kind === "conflict") continue;
      await new Promise<void>((resolve) => void clock.after(outageWaitMs(failures, random()), resolve));
    }
  }
}
