import { systemClock } from "../../clock/clock.ts";

/** Somebody waits until it rings, or for a time. Rung while nobody waits, it ends the next wait at once. */
export class Bell {
  #rung = false;
  #ring: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#ring?.();
  }

  /** @param longestMs by the machine's clock */
  async wait(longestMs: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const cancel = systemClock.after(longestMs, resolve);
        this.#ring = () => {
          cancel();
          resolve();
        };
      });
    }
    this.#ring = null;
    this.#rung = false;
  }
}
