import type { Connection } from "../database/database.ts";
import type { RowOfTable, TableName } from "../database/query/tables.ts";
import { isKey } from "./is-key.ts";

/**
 * Loads what any number of records belong to, with one query.
 * @param keyColumn column of `table` that identifies its rows
 * @returns the rows that exist, by their key
 */
export async function loadRecords<T extends TableName>(
  connection: Connection,
  table: T,
  keyColumn: keyof RowOfTable<T> & string,
  keys: Iterable<number>,
): Promise<Map<number, RowOfTable<T>>> {
  const asked = [...new Set(keys)].filter(isKey);
  if (asked.length === 0) return new Map();
  // compared as int8, so that a key that a smaller column cannot hold is one that no record has
  const rows = await connection.query(`select * from ${table} where ${keyColumn} = any ($1::int8[])`, [asked]);
  // the declared columns of every table are compared with the schema by a test
  return new Map((rows as RowOfTable<T>[]).map((row) => [Number(row[keyColumn]), row]));
}
