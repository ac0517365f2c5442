import { type Clock, systemClock } from "../../src/clock/clock.ts";

/**
 * Has the machine's clock follow another one: sharing goes by it, whatever clock an engine was given.
 * @returns sets it right again
 */
export function followClock(clock: Clock): () => void {
  const machine = { ...systemClock };
  Object.assign(systemClock, {
    now: () => clock.now(),
    elapsed: () => clock.now(),
    after: (delayMs: number, fire: () => void) => clock.after(delayMs, fire),
  });
  return () => void Object.assign(systemClock, machine);
}
