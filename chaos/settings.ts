/** Least and most, both included. */
export type Range = readonly [number, number];

/** Everything that a run is made from. The same settings give the same tasks and the same faults at the same times. */
export interface Settings {
  readonly seed: number;
  readonly processes: number;
  /** How long there are faults and new tasks, in milliseconds. */
  readonly faultsMs: number;
  /** Longest time in which everything must come to rest after that, in milliseconds. */
  readonly restMs: number;
  readonly leaseMs: number;
  /** Longest p99 of the time in which the tasks of a process go on elsewhere, in milliseconds. */
  readonly takeoverMs: number;
  /** Tasks under way at the same time, about. */
  readonly liveTasks: number;
  /** Time between two faults, in milliseconds. */
  readonly gapMs: Range;
  /** How long a process is stopped, in milliseconds: longer than its lease. */
  readonly stopMs: Range;
  /** How long a process is cut off, in milliseconds. */
  readonly stallMs: Range;
  /** How long an event loop is blocked, in milliseconds. */
  readonly blockMs: Range;
}

/** What the command line says of a run. */
export interface Choice {
  readonly seed: number;
  readonly processes: number;
  readonly minutes: number;
}

/** A run as a release has to stand it: the engine's own lease, and processes that are stopped for a minute
 * (for 20 to 30 seconds in runs of less than 5 minutes). */
export function fullSettings({ minutes, ...choice }: Choice): Settings {
  return {
    ...choice,
    faultsMs: minutes * 60_000,
    restMs: 180_000,
    leaseMs: 10_000,
    takeoverMs: 15_000,
    liveTasks: 120,
    gapMs: [3_000, 8_000],
    stopMs: minutes < 5 ? [20_000, 30_000] : [60_000, 60_000],
    stallMs: [2_000, 25_000],
    blockMs: [5_000, 15_000],
  };
}

/** A run that fits into CI: 45 seconds with every kind of fault, on a short lease. */
export function shortSettings(choice: Omit<Choice, "minutes">): Settings {
  return {
    ...choice,
    faultsMs: 45_000,
    restMs: 60_000,
    leaseMs: 2_000,
    takeoverMs: 15_000,
    liveTasks: 50,
    gapMs: [2_000, 3_500],
    stopMs: [5_000, 6_000],
    stallMs: [1_000, 5_000],
    blockMs: [2_000, 5_000],
  };
}
