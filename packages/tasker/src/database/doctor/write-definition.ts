import { quoteName, quoteText } from "../quote-name.ts";
import type {
  CatalogColumn,
  CatalogConstraint,
  CatalogFunction,
  CatalogIndex,
  CatalogSequence,
  CatalogView,
} from "./schema-catalog.ts";

/** Type, null and default of a column, as `create table` takes them. */
export function columnDefinition(column: Omit<CatalogColumn, "table" | "name">): string {
  return [
    column.type,
    ...(column.notNull ? ["not null"] : []),
    ...(column.default === null ? [] : [`default ${column.default}`]),
    ...(column.identity === null ? [] : [`generated ${column.identity} as identity`]),
  ].join(" ");
}

/** `alter table` with a change. */
export function alterTable(table: string, change: string): string {
  return `alter table ${quoteName(table)} ${change};`;
}

/**
 * Adds a constraint. A foreign key is added first and checked then, which does not keep others from writing.
 * @returns one statement or two
 */
export function addConstraint({ table, name, kind, definition }: CatalogConstraint): string[] {
  const added = `add constraint ${quoteName(name)} ${definition}`;
  if (kind !== "foreign key") return [alterTable(table, added)];
  return [alterTable(table, `${added} not valid`), alterTable(table, `validate constraint ${quoteName(name)}`)];
}

/** Creates an index. */
export function createIndex({ definition }: Pick<CatalogIndex, "definition">, concurrently: string): string {
  return `${definition.replace(/^CREATE (UNIQUE )?INDEX /, (words) => `${words.toLowerCase()}${concurrently}`)};`;
}

/** Drops an index. */
export function dropIndex(name: string, concurrently: string): string {
  return `drop index ${concurrently}${quoteName(name)};`;
}

/** Creates a sequence that goes with no column yet. */
export function createSequence({ name, type, options }: CatalogSequence): string {
  return `create sequence ${quoteName(name)} as ${type} ${options};`;
}

/** Ties a sequence to its column, or to none. */
export function ownSequence({ name, owner }: Pick<CatalogSequence, "name" | "owner">): string {
  const [table = "", column = ""] = owner?.split(".") ?? [];
  return `alter sequence ${quoteName(name)} owned by ${owner === null ? "none" : `${quoteName(table)}.${quoteName(column)}`};`;
}

/** Lets a sequence go on after the greatest number that its column holds. */
export function continueSequence(name: string, table: string, column: string): string {
  const next = `coalesce(max(${quoteName(column)}), 0) + 1`;
  return `select setval(${quoteText(quoteName(name))}, ${next}, false) from ${quoteName(table)};`;
}

/** Creates a view, or changes its query where name and columns stay. */
export function createView({ name, definition }: CatalogView): string {
  return `create or replace view ${quoteName(name)} as\n${definition.join("\n")}`;
}

/** Creates a function, or changes it where arguments and result stay. */
export function createFunction({ definition }: CatalogFunction): string {
  return `${definition.join("\n").replace(/^CREATE OR REPLACE FUNCTION/, "create or replace function")};`;
}
