import type { Connection, Database } from "../database.ts";

/**
 * Longest wait for a lock, in milliseconds. Locks are taken with SKIP LOCKED; this ends the rest, such as a wait for a row
 * that was locked a moment later. Below PostgreSQL's deadlock_timeout, so that a deadlock ends here as well.
 */
const LOCK_TIMEOUT_MS = 200;

/**
 * Nested loops over indexes are the only plans that stay right whether a table is empty, never analysed or large. Set for
 * the transaction: settings of the session would reach other clients behind a pooler.
 */
const SETTINGS = `
  set local enable_seqscan = off; set local enable_bitmapscan = off;
  set local enable_hashjoin = off; set local enable_mergejoin = off; set local jit = off;
  set local timezone = 'UTC'; set local lock_timeout = ${LOCK_TIMEOUT_MS}`;

/** Runs `work` in a transaction under the planner settings and the lock time-out of retention. */
export function retentionTransaction<T>(database: Database, work: (transaction: Connection) => Promise<T>): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.execute(SETTINGS);
    return work(transaction);
  });
}
