import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Connection, Database } from "../database.ts";
import { makeArchiveQuery } from "./archive-query.ts";
import { correctStatistics } from "./correct-statistics.ts";
import { countAudit, deleteAudit } from "./delete-audit.ts";
import { countDeliveries, deleteDeliveries } from "./delete-deliveries.ts";
import { countLoose, deleteLoose } from "./delete-loose-events.ts";
import { countRows } from "./delete-tasks.ts";
import { type FinishedTasks, findFinishedTasks, namedTasksStatement } from "./find-finished-tasks.ts";
import { divideByLinks } from "./find-linked-tasks.ts";
import { divideByReaders } from "./find-unread-tasks.ts";
import { type BatchOutcome, type BatchSurroundings, pruneBatch } from "./prune-batch.ts";
import { checkPruneOptions, DEFAULT_BATCH_SIZE, LARGEST_BATCH_SIZE, type PruneOptions } from "./prune-options.ts";
import { type PruneReport, PruneTally, type SkipReason } from "./prune-report.ts";
import { retentionTransaction } from "./retention-settings.ts";

/**
 * Deletes finished tasks with everything that belongs to them, in many short transactions. Nobody is waited for: a task
 * with a locked row is passed over, tried once more at the end, and then left to the next run. A batch is deleted as a
 * whole or not at all, so a run can be stopped at any moment and repeated.
 *
 * With a task goes its identity hash: a request with the same idempotency key makes a new task afterwards. Unless only tasks of
 * some templates are asked for, recorded attempts of webhooks and stored events of no task go as well when they are that old;
 * rows of the audit log by `auditOlderThan` alone.
 * @returns what was deleted, and what was left and why
 * @throws InvalidRequestError if an option cannot be
 */
export async function prune(database: Database, options: PruneOptions): Promise<PruneReport> {
  checkPruneOptions(options);
  const { signal, archive, dryRun = false, batchSize = DEFAULT_BATCH_SIZE } = options;
  const wanted = await resolveWanted(database, options);
  await correctStatistics(database);
  const tally = new PruneTally();
  const rest = restBetween(options.clock ?? systemClock, options.pauseMs ?? 0, signal);
  const batches: BatchSurroundings = {
    database,
    wanted,
    archive: archive === undefined || dryRun ? null : { target: archive, query: await makeArchiveQuery(database) },
  };
  const runBatch = dryRun
    ? (taskIds: readonly number[]) => retentionTransaction(database, (transaction) => countBatch(transaction, taskIds))
    : (taskIds: readonly number[]) => pruneBatch(batches, taskIds);

  /** Works a list off, batch by batch; false if it was stopped before the end. */
  const runBatches = async (taskIds: readonly number[], onBusy: (taskIds: readonly number[]) => void) => {
    let left = taskIds;
    while (left.length > 0) {
      if (signal?.aborted === true) return false;
      const outcome = await runBatch(left.slice(0, batchSize));
      left = [...outcome.rest, ...left.slice(batchSize)];
      tally.delete(outcome.rows);
      for (const [reason, skipped] of outcome.skipped) {
        if (reason === "busy") onBusy(skipped);
        else tally.skip(reason, skipped);
      }
      options.onProgress?.(tally.report(false));
      await rest();
    }
    return true;
  };

  const busy: number[] = [];
  let finished = true;
  let after: number | null = 0;
  while (finished && after !== null) {
    const from: number = after;
    const window = await retentionTransaction(database, (transaction) => findFinishedTasks(transaction, wanted, from));
    finished = await runBatches(window.taskIds, (taskIds) => busy.push(...taskIds));
    after = window.next;
    if (signal?.aborted === true && after !== null) finished = false;
  }
  // Who held them may be through by now.
  if (finished) finished = await runBatches(busy, (taskIds) => tally.skip("busy", taskIds));
  else tally.skip("busy", busy);
  const { auditOlderThan } = options;
  if (finished && auditOlderThan !== undefined) {
    const note = (count: number) => AUDIT.note(tally, count);
    finished = await pruneByAge(database, { ...options, olderThan: auditOlderThan }, AUDIT, note, rest);
  }
  const isOfAllTasks = options.namespace === undefined && options.name === undefined;
  for (const rows of isOfAllTasks ? [DELIVERIES, LOOSE_EVENTS] : []) {
    if (finished) finished = await pruneByAge(database, options, rows, (count) => rows.note(tally, count), rest);
  }
  return tally.report(!finished);
}

/** Rows that have no state but their age. */
interface AgingRows {
  count(connection: Connection, olderThan: Date): Promise<number>;
  delete(connection: Connection, olderThan: Date, most: number): Promise<number>;
  note(tally: PruneTally, count: number): void;
}

/** Recorded attempts of webhooks. */
const DELIVERIES: AgingRows = {
  count: countDeliveries,
  delete: deleteDeliveries,
  note: (tally, count) => tally.deleteDeliveries(count),
};
/** Rows of the audit log. */
const AUDIT: AgingRows = {
  count: countAudit,
  delete: deleteAudit,
  note: (tally, count) => tally.deleteAudit(count),
};
/** Stored events of no task that every durable subscriber has read. */
const LOOSE_EVENTS: AgingRows = {
  count: countLoose,
  delete: deleteLoose,
  note: (tally, count) => tally.deleteLooseEvents(count),
};

/** Deletes rows that are old enough; false if it was stopped before the end. */
async function pruneByAge(
  database: Database,
  { olderThan, dryRun = false, signal }: PruneOptions,
  rows: AgingRows,
  note: (count: number) => void,
  rest: () => Promise<void>,
): Promise<boolean> {
  if (dryRun) {
    note(await rows.count(database, olderThan));
    return true;
  }
  for (;;) {
    if (signal?.aborted === true) return false;
    const deleted = await retentionTransaction(database, (transaction) =>
      rows.delete(transaction, olderThan, LARGEST_BATCH_SIZE),
    );
    note(deleted);
    if (deleted < LARGEST_BATCH_SIZE) return true;
    await rest();
  }
}

async function resolveWanted(database: Database, options: PruneOptions): Promise<FinishedTasks> {
  const { olderThan, states = ["complete"], namespace = null, name = null } = options;
  if (namespace === null && name === null) return { olderThan, states, namedTaskIds: null };
  const rows = await database.run(namedTasksStatement, [namespace, name]);
  return { olderThan, states, namedTaskIds: rows.map((row) => row.named_task_id) };
}

async function countBatch(transaction: Connection, taskIds: readonly number[]): Promise<BatchOutcome> {
  const { read, unread } = await divideByReaders(transaction, taskIds);
  const { alone, linked } = await divideByLinks(transaction, read);
  const skipped = new Map<SkipReason, readonly number[]>([
    ["linked", linked],
    ["unread", unread],
  ]);
  return { rows: await countRows(transaction, alone), skipped, rest: [] };
}

/** Gives a function that waits for the pause, or until the run is stopped. */
function restBetween(clock: Clock, pauseMs: number, signal: AbortSignal | undefined): () => Promise<void> {
  return async () => {
    if (pauseMs === 0 || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        cancel();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const cancel = clock.after(pauseMs, end);
      signal?.addEventListener("abort", end, { once: true });
    });
  };
}
