import type { LedgerLine } from "../process/ledger.ts";

/** What the ledgers say of one execution. */
export interface LedgerExecution {
  readonly stepId: number;
  readonly taskId: number;
  /** How often its handler was called. */
  begun: number;
  /** When it was called first, milliseconds since the epoch. */
  readonly begunAt: number;
  /** How the handler came to its end; null: it did not, its process was gone before. */
  end: "done" | "failed" | "aborted" | null;
  endedAt: number | null;
}

/** The executions of all ledgers, by their ids. */
export function collectExecutions(lines: Iterable<LedgerLine>): Map<string, LedgerExecution> {
  const executions = new Map<string, LedgerExecution>();
  for (const { what, executionId, stepId, taskId, at } of lines) {
    const known = executions.get(executionId);
    if (known === undefined) {
      const end = what === "begun" ? null : what;
      executions.set(executionId, { stepId, taskId, begun: 1, begunAt: at, end, endedAt: end === null ? null : at });
    } else if (what === "begun") known.begun += 1;
    else {
      known.end = what;
      known.endedAt = at;
    }
  }
  return executions;
}

/** How often the promise of at least one execution of each step came to more than one. */
export interface Repetitions {
  /** Executions whose handler was called. */
  readonly executions: number;
  /** Executions that had done their work and of which nothing was stored: the process or the task was gone by then. */
  readonly repeated: number;
  /** Executions whose handler was called when another one of the step had already done the work that is stored. */
  readonly late: number;
}

/** @param winners by the ids of steps: the execution that completed it */
export function countRepetitions(
  executions: ReadonlyMap<string, LedgerExecution>,
  winners: ReadonlyMap<number, string>,
): Repetitions {
  let repeated = 0;
  let late = 0;
  for (const [executionId, { stepId, end, begunAt }] of executions) {
    const winner = winners.get(stepId);
    if (winner === undefined || winner === executionId) continue;
    if (end === "done") repeated += 1;
    const wonAt = executions.get(winner)?.endedAt ?? null;
    if (wonAt !== null && begunAt > wonAt) late += 1;
  }
  return { executions: executions.size, repeated, late };
}
