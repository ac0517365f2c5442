import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import type { CatalogIndex } from "./schema-catalog.ts";
import { due, type SchemaComparison, sharedTables } from "./schema-comparison.ts";
import { createIndex, dropIndex } from "./write-definition.ts";

/** Indexes that Tasker needs and that are missing or differ, and unique ones that somebody else has added. */
export function compareIndexes(comparison: SchemaComparison): Finding[] {
  const shared = sharedTables(comparison);
  const ours = due(comparison.expected.indexes, comparison).filter(({ table }) => shared.has(table));
  const names = new Set(ours.map(({ name }) => name));
  const strangers = comparison.found.indexes.filter(({ table, name }) => shared.has(table) && !names.has(name));
  return [
    ...ours.flatMap((index) => compareIndex(index, strangers, comparison)),
    ...strangers
      .filter(({ unique }) => unique)
      .filter((stranger) => !ours.some((index) => isSame(index, stranger)))
      .map(unknownUnique),
  ];
}

function compareIndex(
  index: CatalogIndex,
  strangers: readonly CatalogIndex[],
  comparison: SchemaComparison,
): Finding[] {
  const { name, table, definition, unique } = index;
  const { concurrently } = comparison;
  const there = comparison.found.indexes.find((one) => one.name === name);
  if (there?.definition === definition) return [];
  const facts = {
    // what a unique index forbids is relied upon; another index only makes things fast
    severity: unique ? ("error" as const) : ("warning" as const),
    topic: "index" as const,
    object: `${name} on ${table}`,
    expected: describe(index),
  };
  if (there !== undefined) {
    const statements = [dropIndex(name, concurrently), createIndex(index, concurrently)];
    return [finding({ ...facts, found: describe(there), statements })];
  }
  const same = strangers.find((stranger) => isSame(index, stranger));
  if (same !== undefined) {
    const statements = [`alter index ${quoteName(same.name)} rename to ${quoteName(name)};`];
    return [finding({ ...facts, severity: "advice", found: `the same under the name ${same.name}`, statements })];
  }
  const note = unique ? "Rows that occur twice must be removed first." : null;
  return [finding({ ...facts, found: "no such index", note, statements: [createIndex(index, concurrently)] })];
}

function isSame(index: CatalogIndex, other: CatalogIndex): boolean {
  return index.table === other.table && describe(index) === describe(other);
}

/** What an index is, without its name and its table. */
function describe({ definition, unique }: CatalogIndex): string {
  return `${unique ? "unique " : ""}${definition.replace(/^.*? USING /, "")}`;
}

function unknownUnique(index: CatalogIndex): Finding {
  return finding({
    severity: "advice",
    topic: "index",
    object: `${index.name} on ${index.table}`,
    found: describe(index),
    expected: "no such unique index",
    note: "Somebody else added it. It can refuse what Tasker writes.",
  });
}
