import type { ExpectedSchema, SchemaCatalog } from "./schema-catalog.ts";

/** A database's schema beside that of the release. */
export interface SchemaComparison {
  readonly found: SchemaCatalog;
  readonly expected: ExpectedSchema;
  /** Whether the database has had a migration; what it has not had is not missed. */
  readonly hasHad: (migration: number) => boolean;
  /** Whether the Rails engine made the shared part. */
  readonly madeByRails: boolean;
  /** `concurrently `, or nothing on the embedded database, which has one connection. */
  readonly concurrently: string;
}

/** Those of the expected objects that the database should have by now. */
export function due<T extends { readonly migration: number }>(
  objects: readonly T[],
  { hasHad }: SchemaComparison,
): readonly T[] {
  return objects.filter(({ migration }) => hasHad(migration));
}

/** Tables that are expected and there: their parts are compared. The parts of the others come with the table. */
export function sharedTables(comparison: SchemaComparison): ReadonlySet<string> {
  const found = new Set(comparison.found.tables.map(({ name }) => name));
  return new Set(due(comparison.expected.tables, comparison).flatMap(({ name }) => (found.has(name) ? [name] : [])));
}
