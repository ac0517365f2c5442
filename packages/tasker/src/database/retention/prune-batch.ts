import { DatabaseStatementError } from "../../errors/index.ts";
import type { Database } from "../database.ts";
import type { TaskArchive } from "./archive.ts";
import type { ArchiveQuery } from "./archive-query.ts";
import { deleteTasks } from "./delete-tasks.ts";
import type { FinishedTasks } from "./find-finished-tasks.ts";
import { divideByLinks } from "./find-linked-tasks.ts";
import { divideByReaders } from "./find-unread-tasks.ts";
import { lockTasks } from "./lock-tasks.ts";
import { addRows, NO_ROWS, type PrunedRows, type SkipReason } from "./prune-report.ts";
import { readLines } from "./read-lines.ts";
import { retentionTransaction } from "./retention-settings.ts";

/** What became of the tasks of a batch. */
export interface BatchOutcome {
  readonly rows: PrunedRows;
  readonly skipped: ReadonlyMap<SkipReason, readonly number[]>;
  /** Did not fit; another batch has to take them. Never all of the tasks. */
  readonly rest: readonly number[];
}

/** What every batch of a run needs. */
export interface BatchSurroundings {
  readonly database: Database;
  readonly wanted: FinishedTasks;
  /** Null: tasks are not archived. */
  readonly archive: { readonly target: TaskArchive; readonly query: ArchiveQuery } | null;
}

/** What it means for a task that the database refused its batch, by SQLSTATE. */
const REFUSALS: ReadonlyMap<unknown, SkipReason> = new Map([
  ["55P03", "busy"], // lock_not_available: the lock time-out
  ["40P01", "busy"], // deadlock_detected
  ["40001", "busy"], // serialization_failure
  ["23503", "referenced"], // foreign_key_violation
  ["54000", "oversized"], // program_limit_exceeded: a text of more than 1 GB
]);

/**
 * Deletes the tasks of a batch in one transaction. If the database refuses it because of single tasks, its halves are
 * tried, so that those tasks alone are left.
 * @param taskIds at least one, ascending
 */
export async function pruneBatch(surroundings: BatchSurroundings, taskIds: readonly number[]): Promise<BatchOutcome> {
  try {
    return await deleteBatch(surroundings, taskIds);
  } catch (error) {
    const reason = error instanceof DatabaseStatementError ? REFUSALS.get(error.context.sqlstate) : undefined;
    if (reason === undefined) throw error;
    if (taskIds.length === 1) return { rows: NO_ROWS, skipped: new Map([[reason, taskIds]]), rest: [] };
    const middle = Math.ceil(taskIds.length / 2);
    const first = await pruneBatch(surroundings, taskIds.slice(0, middle));
    const second = await pruneBatch(surroundings, taskIds.slice(middle));
    return joinOutcomes(first, second);
  }
}

function deleteBatch(
  { database, wanted, archive }: BatchSurroundings,
  taskIds: readonly number[],
): Promise<BatchOutcome> {
  return retentionTransaction(database, async (transaction) => {
    const { locked, busy, rest } = await lockTasks(transaction, wanted, taskIds);
    const { read, unread } = await divideByReaders(transaction, locked);
    const { alone, linked } = await divideByLinks(transaction, read);
    const skipped = new Map<SkipReason, readonly number[]>([
      ["busy", busy],
      ["linked", linked],
      ["unread", unread],
    ]);
    if (archive === null) return { rows: await deleteTasks(transaction, alone), skipped, rest };
    const lines = await readLines(transaction, archive.query, alone);
    // Deleted first: what the database refuses to delete is then not archived. The commit comes after both.
    const rows = await deleteTasks(transaction, lines.taskIds);
    if (lines.lines.length > 0) await archive.target.append(lines.lines);
    return { rows, skipped: skipped.set("oversized", lines.oversized), rest: [...lines.rest, ...rest] };
  });
}

function joinOutcomes(one: BatchOutcome, other: BatchOutcome): BatchOutcome {
  const skipped = new Map(one.skipped);
  for (const [reason, taskIds] of other.skipped) skipped.set(reason, [...(skipped.get(reason) ?? []), ...taskIds]);
  return { rows: addRows(one.rows, other.rows), skipped, rest: [...one.rest, ...other.rest] };
}
