import { totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { ProcessLoad } from "./pressure.ts";

/** Milliseconds between the looks at the event loop. They are part of what Node measures and are taken off again. */
const RESOLUTION_MS = 20;

/** Measures how late this process's timers are and how much memory it uses. */
export class ProcessLoadMeter {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.#delays.enable();
  }

  stop(): void {
    this.#delays.disable();
  }

  /** The load since the last call, or since the start. */
  read(): ProcessLoad {
    const delayMs = this.#delays.count === 0 ? 0 : this.#delays.percentile(90) / 1e6 - RESOLUTION_MS;
    this.#delays.reset();
    return { eventLoopDelayMs: Math.max(0, Math.round(delayMs * 10) / 10), memoryShare: memoryShare() };
  }
}

function memoryShare(): number {
  const heap = getHeapStatistics();
  const machine = totalmem();
  const container = process.constrainedMemory();
  const limit = container > 0 ? Math.min(container, machine) : machine;
  const share = Math.max(heap.used_heap_size / heap.heap_size_limit, process.memoryUsage.rss() / limit);
  return Math.round(Math.min(share, 1) * 1_000) / 1_000;
}
