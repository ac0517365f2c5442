import type { Connection } from "../database/database.ts";
import { type RowOfTable, TABLES, type TableName } from "../database/query/tables.ts";

/**
 * Loads what belongs to any number of records with one query.
 * @param foreignKey column of `table` that holds the keys
 * @param orderBy column of `table` that orders each record's children
 * @returns the children of each asked key, an empty list where there are none
 */
export async function loadChildren<T extends TableName>(
  connection: Connection,
  table: T,
  foreignKey: keyof RowOfTable<T> & string,
  keys: Iterable<number>,
  orderBy: keyof RowOfTable<T> & string,
): Promise<Map<number, RowOfTable<T>[]>> {
  const children = new Map<number, RowOfTable<T>[]>([...keys].map((key) => [key, []]));
  if (children.size === 0) return children;
  const types: Readonly<Record<string, { readonly sql: string }>> = TABLES[table].columns;
  const type = types[foreignKey]?.sql ?? "int8";
  const rows = await connection.query(
    `select * from ${table} where ${foreignKey} = any ($1::${type}[]) order by ${orderBy}`,
    [[...children.keys()]],
  );
  // the declared columns of every table are compared with the schema by a test
  for (const row of rows as RowOfTable<T>[]) children.get(Number(row[foreignKey]))?.push(row);
  return children;
}
