import type { ExecutionConfig, Pressure } from "../../config/execution-config.ts";
import { POOL_PRESSURE_LIMITS } from "../../constants/execution.ts";
import type { PoolUsage } from "../../database/database.ts";

/** How loaded a process is. */
export interface ProcessLoad {
  /** How late timers are, in milliseconds; all but the worst tenth are less late than this. */
  readonly eventLoopDelayMs: number;
  /** Share of the memory in use, 0 to 1: of the heap that may be used, or of the machine's or container's, whichever is more. */
  readonly memoryShare: number;
}

/** What is known of a pool. Shares have three decimals. */
export interface PoolAssessment {
  readonly utilization: number;
  /** Connections that are free for more steps. */
  readonly available: number;
  readonly pressure: Pressure;
}

/**
 * Rates the use of a pool: half of it busy is low pressure, up to 0.7 moderate, up to 0.85 high, more critical.
 * @throws RangeError if a number is negative or none, or the pool has no connections: nothing can be said then
 */
export function assessPool({ size, busy, waiting }: PoolUsage): PoolAssessment {
  if (!(size > 0 && busy >= 0 && waiting >= 0 && Number.isFinite(size + busy + waiting))) {
    throw new RangeError(`a pool of ${size} connections, ${busy} busy, ${waiting} waiting cannot be rated`);
  }
  const utilization = Math.round((busy / size) * 1_000) / 1_000;
  const { low, moderate, high } = POOL_PRESSURE_LIMITS;
  const calm = utilization <= moderate ? "moderate" : utilization <= high ? "high" : "critical";
  return {
    utilization,
    available: Math.max(0, size - busy - waiting),
    pressure: utilization <= low ? "low" : calm,
  };
}

/**
 * Rates a process by the more loaded of its event loop and its memory.
 * @throws RangeError if a number is negative or none
 */
export function assessLoad(
  { eventLoopDelayMs, memoryShare }: ProcessLoad,
  config: Pick<ExecutionConfig, "event_loop_delay_limits_ms" | "memory_limits">,
): Pressure {
  if (!(eventLoopDelayMs >= 0 && memoryShare >= 0)) {
    throw new RangeError(`a delay of ${eventLoopDelayMs} ms and a memory share of ${memoryShare} cannot be rated`);
  }
  const loop = rate(eventLoopDelayMs, config.event_loop_delay_limits_ms);
  const memory = rate(memoryShare, config.memory_limits);
  return ORDER.indexOf(loop) > ORDER.indexOf(memory) ? loop : memory;
}

const ORDER: readonly Pressure[] = ["low", "moderate", "high", "critical"];

function rate(value: number, limits: { readonly moderate: number; readonly high: number; readonly critical: number }) {
  if (value >= limits.critical) return "critical";
  if (value >= limits.high) return "high";
  return value >= limits.moderate ? "moderate" : "low";
}
