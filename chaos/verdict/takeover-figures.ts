import type { Violation } from "./findings.ts";
import type { Takeover } from "./takeover-watch.ts";

/** How long tasks of processes that were lost stood still, in milliseconds. */
export interface TakeoverFigures {
  readonly tasks: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** The slowest ones, slowest first. */
  readonly slowest: readonly Takeover[];
}

/** Figures of takeovers; one that never came counts as slower than any other. */
export function takeoverFigures(takeovers: readonly Takeover[]): TakeoverFigures {
  const sorted = [...takeovers].sort((a, b) => (a.ms ?? Number.POSITIVE_INFINITY) - (b.ms ?? Number.POSITIVE_INFINITY));
  const quantile = (share: number) => {
    const ms = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]?.ms;
    return ms === undefined || ms === null ? null : Math.round(ms);
  };
  return {
    tasks: sorted.length,
    p50: quantile(0.5),
    p99: quantile(0.99),
    max: quantile(1),
    slowest: sorted.slice(-5).reverse(),
  };
}

/** Whether tasks went on elsewhere in time. */
export function judgeTakeovers({ tasks, p99, slowest }: TakeoverFigures, limitMs: number): Violation[] {
  if (tasks === 0 || (p99 !== null && p99 <= limitMs)) return [];
  const which = slowest.map(({ taskId, fault, ms }) => `task ${taskId} after ${fault}: ${ms ?? "never"} ms`);
  return [
    { promise: `takeovers take ${limitMs} ms or less (p99)`, found: `${p99 ?? "never"} ms; ${which.join("; ")}` },
  ];
}
