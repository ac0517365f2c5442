import type { Connection } from "../database/database.ts";
import { array, int8, jsonb, text } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { UnreadableValueError } from "../errors/index.ts";
import { isEnvelope } from "../secrets/envelope.ts";
import type { Encryption } from "./encryption.ts";

/** What rotating has done. */
export interface KeyRotationReport {
  /** Values that are now under the current key. */
  readonly rotated: number;
  /** Values that cannot be, because their key is not in the keyring: they stay as they are. The first of these, with the reason. */
  readonly unreadable: readonly string[];
  readonly unreadableCount: number;
}

/** How values are rotated. */
export interface KeyRotationOptions {
  /** Values in one statement. Default: 500. */
  readonly batchSize?: number;
  /** Called after each batch with the number of values so far. */
  readonly onProgress?: (rotated: number) => void;
}

/** Most unreadable values that are named. */
const MOST_NAMED = 20;

/** Tables and columns that hold encrypted values, with the statements that read and replace a batch of them. */
const PLACES = [
  place("tasker_tasks", "task_id", "context"),
  place("tasker_workflow_steps", "workflow_step_id", "inputs"),
  place("tasker_workflow_steps", "workflow_step_id", "results"),
];

/**
 * Values under other keys than `$2` after the id `$1`, and the replacement of such values. A row that somebody is writing is passed
 * over: what a commit writes is under that process's current key, and what it leaves the next run finds.
 */
function place(table: string, id: string, column: string) {
  return {
    table,
    column,
    find: statement({
      name: `rotate_find_${column}`,
      text: `
        select ${id} as id, ${column} as value from ${table}
        where ${id} > $1 and ${column} ->> '$tasker' = 'enc1' and ${column} ->> 'kid' <> $2 order by ${id} limit $3::int8`,
      parameters: [int8, text, int8],
      columns: { id: int8, value: jsonb },
    }),
    replace: statement({
      name: `rotate_replace_${column}`,
      text: `
        with asked as materialized (
          select q.id, q.old, q.new from unnest($1::bigint[], $2::jsonb[], $3::jsonb[]) as q(id, old, new)
        ), held as materialized (
          select t.${id} as id, a.new from ${table} t join asked a on a.id = t.${id}
          where t.${column} = a.old for no key update of t skip locked
        )
        update ${table} t set ${column} = h.new from held h where t.${id} = h.id returning t.${id} as id`,
      parameters: [array(int8), array(jsonb), array(jsonb)],
      columns: { id: int8 },
    }),
  };
}

/**
 * Encrypts the data keys of all values that are under another key than the current one anew; the values themselves stay as they are,
 * and tasks may run meanwhile. It can be stopped at any time and be begun again: what is done is not done twice.
 */
export async function rotateKeys(
  connection: Connection,
  encryption: Encryption,
  { batchSize = 500, onProgress }: KeyRotationOptions = {},
): Promise<KeyRotationReport> {
  let rotated = 0;
  let unreadableCount = 0;
  const unreadable: string[] = [];
  for (const { table, column, find, replace } of PLACES) {
    for (let after = 0; ; ) {
      const rows = await connection.run(find, [after, encryption.currentKeyId, batchSize]);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.id;
      const changes: { readonly id: number; readonly old: string; readonly new: string }[] = [];
      for (const { id, value } of rows) {
        if (!isEnvelope(value)) continue;
        try {
          const fresh = encryption.rewrap(value, `${column} of ${table} ${id}`);
          changes.push({ id, old: JSON.stringify(value), new: JSON.stringify(fresh) });
        } catch (error) {
          if (!(error instanceof UnreadableValueError)) throw error;
          unreadableCount += 1;
          if (unreadable.length < MOST_NAMED) unreadable.push(error.message);
        }
      }
      const done = await connection.run(replace, [
        changes.map(({ id }) => id),
        changes.map((change) => change.old),
        changes.map((change) => change.new),
      ]);
      rotated += done.length;
      onProgress?.(rotated);
    }
  }
  return { rotated, unreadable, unreadableCount };
}
