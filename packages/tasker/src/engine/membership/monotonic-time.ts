/**
 * Milliseconds by the machine's monotonic clock, which no change of the date moves. All threads of a process read the same;
 * it also counts the time in which a process is stopped.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
