import type { CheckRunner } from "./check-runner.ts";
import type { CheckEntries } from "./health-report.ts";

/** How long checks may take, in milliseconds. */
export interface CheckDeadlines {
  /** All together. */
  readonly timeoutMs: number;
  /** Single ones, by name; a longer time than that of all is cut. */
  readonly byName: Readonly<Record<string, number>>;
}

/** Entries of all checks, whether they had time or not. */
export interface CheckRun {
  readonly checks: CheckEntries;
  /** Names of those that are unhealthy. */
  readonly failed: readonly string[];
  /** Whether the time for all together has run out. */
  readonly timedOut: boolean;
}

/** Runs checks side by side. Never rejects. */
export async function runChecks(
  runners: readonly CheckRunner[],
  { timeoutMs, byName }: CheckDeadlines,
): Promise<CheckRun> {
  const outcomes = await Promise.all(
    runners.map(async (runner) => {
      const { name } = runner.check;
      const deadlineMs = Math.min(byName[name] ?? timeoutMs, timeoutMs);
      const { entry, timedOut } = await runner.run(deadlineMs);
      return { name, entry, ranOut: timedOut && deadlineMs === timeoutMs };
    }),
  );
  return {
    checks: Object.fromEntries(outcomes.map(({ name, entry }) => [name, entry])),
    failed: outcomes.filter(({ entry }) => entry.status === "unhealthy").map(({ name }) => name),
    timedOut: outcomes.some(({ ranOut }) => ranOut),
  };
}
