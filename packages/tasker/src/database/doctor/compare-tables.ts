import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import type { ExpectedSchema } from "./schema-catalog.ts";
import { due, type SchemaComparison } from "./schema-comparison.ts";
import {
  addConstraint,
  alterTable,
  columnDefinition,
  createIndex,
  createSequence,
  ownSequence,
} from "./write-definition.ts";

/** Tables that are missing, and such whose pages are filled to another degree than they should be. */
export function compareTables(comparison: SchemaComparison): Finding[] {
  const found = new Map(comparison.found.tables.map((table) => [table.name, table]));
  return due(comparison.expected.tables, comparison).flatMap(({ name, fillfactor }) => {
    const there = found.get(name);
    if (there === undefined) return [missingTable(name, comparison)];
    if (fillfactor === null || there.fillfactor === fillfactor) return [];
    return [
      finding({
        severity: "advice",
        topic: "table",
        object: name,
        found: `fill factor ${there.fillfactor ?? 100}`,
        expected: `fill factor ${fillfactor}`,
        note: "Updates find room beside the row and touch no index. Concerns pages that are filled from then on.",
        statements: [alterTable(name, `set (fillfactor = ${fillfactor})`)],
      }),
    ];
  });
}

function missingTable(table: string, comparison: SchemaComparison): Finding {
  return finding({
    severity: "error",
    topic: "table",
    object: table,
    found: "no such table",
    expected: "a table",
    note: "Its rows are lost, unless it was renamed.",
    statements: createTable(table, comparison),
  });
}

/** A table with everything that goes with it, but for foreign keys, which may lead to tables that are missing as well. */
function createTable(name: string, comparison: SchemaComparison): string[] {
  const { found, concurrently } = comparison;
  const ofTable = <T extends { readonly table: string; readonly migration: number }>(objects: readonly T[]) =>
    due(objects, comparison).filter(({ table }) => table === name);
  const { columns, constraints, indexes, sequences, tables }: ExpectedSchema = comparison.expected;
  const existing = new Set(found.sequences.map((sequence) => sequence.name));
  const owned = due(sequences, comparison).filter(
    ({ owner, ofIdentity }) => owner?.startsWith(`${name}.`) === true && !ofIdentity,
  );
  const lines = ofTable(columns).map((column) => `  ${quoteName(column.name)} ${columnDefinition(column)}`);
  const fillfactor = tables.find((table) => table.name === name)?.fillfactor ?? null;
  return [
    ...owned.filter((sequence) => !existing.has(sequence.name)).map(createSequence),
    `create table ${quoteName(name)} (\n${lines.join(",\n")}\n)${fillfactor === null ? "" : ` with (fillfactor = ${fillfactor})`};`,
    ...owned.map(ownSequence),
    ...ofTable(constraints)
      .filter(({ kind }) => kind !== "foreign key")
      .flatMap(addConstraint),
    ...ofTable(indexes).map((index) => createIndex(index, concurrently)),
    ...ofTable(comparison.expected.triggers).map(({ definition }) => `${definition};`),
  ];
}
