import type { z } from "zod";
import type { Connection } from "../database/database.ts";
import { readFigures, storeFigures, takeTurn } from "../telemetry/metrics/figure-statements.ts";

/** Counting takes at most one part in so many of the time. */
const REST_SHARE = 50;
const LONGEST_WAIT_MS = 3_600_000;

/** What is counted by one process for all. */
export interface SharedCount<T> {
  /** Name of its row in `tasker_figures`. */
  readonly name: string;
  /** Least time between two counts, in milliseconds. */
  readonly intervalMs: number;
  readonly shape: z.ZodType<T>;
}

/** A count that may be another process's, and how long ago it was made, in seconds. */
export interface CountForAll<T> {
  readonly value: T;
  readonly ageSeconds: number;
}

/**
 * Counts if it is this process's turn, and reads what was counted last. Null: another process is counting for the first time.
 * A count that fails is tried again by anybody after the interval.
 */
export async function countForAll<T>(
  connection: Connection,
  { name, intervalMs, shape }: SharedCount<T>,
  count: () => Promise<T>,
): Promise<CountForAll<T> | null> {
  const [turn] = await connection.run(takeTurn, [name, intervalMs]);
  if (turn !== undefined) {
    const begun = performance.now();
    const value = await count();
    const restMs = Math.min(LONGEST_WAIT_MS, Math.ceil(REST_SHARE * (performance.now() - begun)));
    await connection.run(storeFigures, [name, JSON.stringify(value), Math.max(intervalMs, restMs)]);
    return { value, ageSeconds: 0 };
  }
  const [row] = await connection.run(readFigures, [name]);
  if (row?.figures == null || row.age_ms === null) return null;
  return { value: shape.parse(row.figures), ageSeconds: row.age_ms / 1_000 };
}
