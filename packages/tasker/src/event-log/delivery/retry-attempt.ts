import { callHandler } from "./call-handler.ts";
import { type FailedAttempt, judgeFailure } from "./failure.ts";
import type { KeptDelivery } from "./seat.ts";
import type { SessionParts } from "./session-parts.ts";

/** Tries an event again that was kept, and writes what became of it. Nothing is written of an attempt that was interrupted. */
export async function settleAttempt(parts: SessionParts, delivery: KeptDelivery): Promise<void> {
  const { settings, seat, stop } = parts;
  if (stop.aborted) return;
  let failure: FailedAttempt | null = null;
  try {
    await callHandler(settings, stop, { events: [delivery.event], number: delivery.attempts + 1, transaction: null });
  } catch (error) {
    if (stop.aborted) return;
    failure = judgeFailure(error, delivery.attempts + 1, settings);
  }
  await seat.settle(settings.database, settings.clock.now(), delivery, failure);
  noteAttempt(parts, delivery, failure);
}

/** Counts an attempt that was written, and lets the next events of its task go if it was the last one. */
export function noteAttempt(
  { held, tally }: SessionParts,
  { taskId }: KeptDelivery,
  failure: FailedAttempt | null,
): void {
  if (failure === null) tally.delivered += 1;
  else {
    tally.failed += 1;
    if (failure.retryAtMs !== null) return;
    tally.dead += 1;
  }
  held.remove(taskId);
}
