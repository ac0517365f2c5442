import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import type { CatalogColumn } from "./schema-catalog.ts";
import { due, type SchemaComparison, sharedTables } from "./schema-comparison.ts";
import { alterTable, columnDefinition, continueSequence, createView } from "./write-definition.ts";

/** Columns that are missing, differ, stand in another order, or keep Tasker from inserting rows. */
export function compareColumns(comparison: SchemaComparison): Finding[] {
  const expected = due(comparison.expected.columns, comparison);
  return [...sharedTables(comparison)].flatMap((table) => {
    const ours = expected.filter((column) => column.table === table);
    const theirs = comparison.found.columns.filter((column) => column.table === table);
    return [
      ...ours.flatMap((column) => compareColumn(column, theirs, comparison)),
      ...compareOrder(table, ours, theirs),
      ...theirs
        .filter((column) => !ours.some(({ name }) => name === column.name))
        .filter((column) => column.notNull && column.default === null && column.identity === null)
        .map(unknownColumn),
    ];
  });
}

function compareColumn(
  column: CatalogColumn,
  theirs: readonly CatalogColumn[],
  comparison: SchemaComparison,
): Finding[] {
  const { table, name } = column;
  const there = theirs.find((one) => one.name === name);
  const expected = columnDefinition(column);
  if (there === undefined) {
    const note =
      column.notNull && column.default === null
        ? "On a table with rows the statement fails: give them values first."
        : null;
    return [
      finding({
        severity: "error",
        topic: "column",
        object: `${table}.${name}`,
        found: "no such column",
        expected,
        note,
        statements: [alterTable(table, `add column ${quoteName(name)} ${expected}`)],
      }),
    ];
  }
  const found = columnDefinition(there);
  if (found === expected) return [];
  return [
    finding({
      severity: "error",
      topic: "column",
      object: `${table}.${name}`,
      found,
      expected,
      statements: mendColumn(column, there, comparison),
    }),
  ];
}

function mendColumn(column: CatalogColumn, there: CatalogColumn, comparison: SchemaComparison): string[] {
  const { table } = column;
  const change = (what: string) => `alter column ${quoteName(column.name)} ${what}`;
  const newType = there.type !== column.type;
  const changes: string[] = [];
  if (there.default !== null && (newType || column.default === null)) changes.push(change("drop default"));
  if (there.identity !== null && there.identity !== column.identity) changes.push(change("drop identity"));
  if (newType) changes.push(change(`type ${column.type} using ${quoteName(column.name)}::${column.type}`));
  if (column.default !== null && (newType || there.default !== column.default)) {
    changes.push(change(`set default ${column.default}`));
  }
  if (there.notNull !== column.notNull) changes.push(change(`${column.notNull ? "set" : "drop"} not null`));
  const statements = changes.length === 0 ? [] : [alterTable(table, changes.join(", "))];
  if (column.identity !== null && there.identity !== column.identity) {
    const sequence = comparison.expected.sequences.find(({ owner }) => owner === `${table}.${column.name}`);
    statements.push(
      alterTable(table, change(`add generated ${column.identity} as identity`)),
      continueSequence(sequence?.name ?? `${table}_${column.name}_seq`, table, column.name),
    );
  }
  return newType ? withoutViews(column, statements, comparison) : statements;
}

/** The type of a column cannot be changed while a view reads it. */
function withoutViews(column: CatalogColumn, statements: readonly string[], comparison: SchemaComparison): string[] {
  const views = due(comparison.expected.views, comparison).filter(({ definition }) => {
    const text = definition.join("\n");
    return text.includes(column.table) && text.includes(`.${column.name}`);
  });
  return [
    ...views.map(({ name }) => `drop view if exists ${quoteName(name)};`),
    ...statements,
    ...views.map(createView),
  ];
}

function compareOrder(table: string, ours: readonly CatalogColumn[], theirs: readonly CatalogColumn[]): Finding[] {
  const expected = ours.map(({ name }) => name).filter((name) => theirs.some((column) => column.name === name));
  const found = theirs.map(({ name }) => name).filter((name) => expected.includes(name));
  if (found.join() === expected.join()) return [];
  return [
    finding({
      severity: "advice",
      topic: "column",
      object: table,
      found: `columns in the order ${found.join(", ")}`,
      expected: expected.join(", "),
      note: "Concerns dumps without column names only. No statement moves a column.",
    }),
  ];
}

function unknownColumn({ table, name, ...column }: CatalogColumn): Finding {
  return finding({
    severity: "error",
    topic: "column",
    object: `${table}.${name}`,
    found: columnDefinition(column),
    expected: "no such column, or one that may be left out of an insert",
    note: "Every insert of Tasker into this table fails.",
    statements: [alterTable(table, `alter column ${quoteName(name)} drop not null`)],
  });
}
