import { monitorEventLoopDelay } from "node:perf_hooks";
import type { CancelTimer, Clock } from "../../clock/clock.ts";
import type { Metrics } from "./metrics.ts";

/** Milliseconds between the looks at the event loop. They are part of what Node measures and are taken off again. */
const RESOLUTION_MS = 20;
/** Milliseconds over which the delay is measured. */
const WINDOW_MS = 5_000;

const QUANTILES = { "0.5": 50, "0.99": 99, "1": 100 } as const;

/** Measures how late this process's timers are: median, 99th percentile and maximum of the last five seconds. */
export class EventLoopDelay {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #clock: Clock;
  readonly #seconds = new Map<string, number>();
  #cancel: CancelTimer = () => {};

  constructor(metrics: Metrics, clock: Clock) {
    this.#clock = clock;
    const help = "How late timers of the event loop are, over the last five seconds: median, 99th percentile, maximum";
    metrics.gauge({ name: "event_loop_delay_seconds", help, labels: ["quantile"] }, (gauge) => {
      for (const [quantile, seconds] of this.#seconds) gauge.set(seconds, { quantile });
    });
  }

  start(): void {
    this.#delays.enable();
    this.#measureSoon();
  }

  stop(): void {
    this.#cancel();
    this.#delays.disable();
    this.#seconds.clear();
  }

  #measureSoon(): void {
    this.#cancel = this.#clock.after(WINDOW_MS, () => {
      for (const [quantile, percentile] of Object.entries(QUANTILES)) {
        const delayMs = this.#delays.count === 0 ? 0 : this.#delays.percentile(percentile) / 1e6 - RESOLUTION_MS;
        this.#seconds.set(quantile, Math.max(0, delayMs) / 1_000);
      }
      this.#delays.reset();
      this.#measureSoon();
    });
  }
}
