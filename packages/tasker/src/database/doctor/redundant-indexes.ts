import type { Connection } from "../database.ts";
import { REFERENCE_INDEXES } from "../indexes/reference-indexes.ts";
import { array, bool, int8, nullable, text } from "../sql-type.ts";
import { type RowOf, statement } from "../statement.ts";
import { type Finding, finding } from "./finding.ts";
import type { ExpectedSchema } from "./schema-catalog.ts";
import { dropIndex } from "./write-definition.ts";

/** All indexes of some tables, taken apart: keys with operator class, collation and direction. */
export const selectIndexParts = statement({
  name: "doctor_index_parts",
  text: `
    select t.relname::text as table, c.relname::text as name, m.amname::text as method,
      array(
        select concat_ws(' ', pg_get_indexdef(i.indexrelid, k, true), i.indclass[k - 1], i.indcollation[k - 1],
          i.indoption[k - 1])
        from generate_series(1, i.indnkeyatts) k order by k) as keys,
      array(
        select a.attname::text from pg_attribute a
        where a.attrelid = i.indexrelid and a.attnum > i.indnkeyatts order by a.attnum) as included,
      pg_get_expr(i.indpred, i.indrelid) as predicate, i.indisunique as unique,
      exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x')) as constraint,
      i.indisvalid and i.indisready as valid,
      exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid) as building,
      pg_relation_size(c.oid) as bytes, pg_stat_get_numscans(c.oid) as scans
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_am m on m.oid = c.relam
    where n.nspname = $1::text and t.relname = any ($2::text[])
    order by t.relname collate "C", c.relname collate "C"`,
  parameters: [text, array(text)],
  columns: {
    table: text,
    name: text,
    method: text,
    keys: array(text),
    included: array(text),
    predicate: nullable(text),
    unique: bool,
    constraint: bool,
    valid: bool,
    building: bool,
    bytes: int8,
    scans: int8,
  },
});

/** An index, taken apart. */
export type IndexParts = RowOf<typeof selectIndexParts.columns>;

/** Reads the indexes of Tasker's tables. */
export function readIndexParts(
  connection: Connection,
  schema: string,
  expected: ExpectedSchema,
): Promise<IndexParts[]> {
  return connection.run(selectIndexParts, [schema, expected.tables.map(({ name }) => name)]);
}

/** Indexes that take space and time and that Tasker can do without, and such whose building was interrupted. */
export function examineIndexes(
  indexes: readonly IndexParts[],
  expected: ExpectedSchema,
  concurrently: string,
): Finding[] {
  const needed = new Set(expected.indexes.map(({ name }) => name));
  const reference = new Set(REFERENCE_INDEXES.map(({ name }) => name));
  const staysFirst = (index: IndexParts) => (needed.has(index.name) ? 0 : index.constraint ? 1 : index.unique ? 2 : 3);
  const ranked = [...indexes].sort((a, b) => staysFirst(a) - staysFirst(b) || (a.name < b.name ? -1 : 1));
  const staying: IndexParts[] = [];
  const findings: Finding[] = [];
  const usable = ranked.filter(({ valid }) => valid);
  // what will be dropped anyway makes nothing else superfluous
  const others = usable.filter(({ name }) => needed.has(name) || !reference.has(name));
  for (const index of others) {
    const cover = staysFirst(index) < 2 ? undefined : others.find((other) => covers(other, index, staying));
    if (cover === undefined) staying.push(index);
    else findings.push(redundant(index, reasonOf(index, cover), concurrently));
  }
  const dropped: IndexParts[] = [];
  for (const index of usable.filter((one) => !others.includes(one))) {
    const cover = staying.find((other) => isCovered(index, other));
    const twin = dropped.find((other) => isCovered(index, other) && isCovered(other, index));
    const reason = cover === undefined ? reasonWithout(index, twin) : reasonOf(index, cover);
    findings.push(redundant(index, reason, concurrently));
    dropped.push(index);
  }
  for (const index of ranked.filter(({ valid }) => !valid)) {
    findings.push(interrupted(index, expected, concurrently));
  }
  return findings;
}

/** Whether `other` makes `index` superfluous and has not been found superfluous itself. */
function covers(other: IndexParts, index: IndexParts, staying: readonly IndexParts[]): boolean {
  if (other === index || !isCovered(index, other)) return false;
  return staying.includes(other) || !isCovered(other, index);
}

/** Whether every question that `index` answers is answered by `other` as well. */
function isCovered(index: IndexParts, other: IndexParts): boolean {
  if (index.table !== other.table || index.method !== other.method || index.predicate !== other.predicate) return false;
  const same = index.keys.length === other.keys.length;
  if (!same && (index.method !== "btree" || index.unique || index.keys.length > other.keys.length)) return false;
  if (index.unique && !other.unique) return false;
  const stored = [...other.keys.map((key) => key.replace(/( \d+)+$/, "")), ...other.included];
  return (
    index.keys.every((key, at) => key === other.keys[at]) && index.included.every((column) => stored.includes(column))
  );
}

function reasonOf(index: IndexParts, cover: IndexParts): string {
  return index.keys.length === cover.keys.length ? `same as ${cover.name}` : `begins ${cover.name}`;
}

/** @param twin an index that is the same and superfluous as well */
function reasonWithout({ predicate }: IndexParts, twin: IndexParts | undefined): string {
  // no task or step can be in a state of this name
  if (predicate !== null && /to_state.*'failed'/.test(predicate)) return "can hold no row: no state is 'failed'";
  return twin === undefined ? "Tasker does not need it" : `same as ${twin.name}; Tasker needs neither`;
}

function redundant(index: IndexParts, reason: string, concurrently: string): Finding {
  return finding({
    severity: "advice",
    topic: "redundant index",
    object: `${index.name} on ${index.table}`,
    found: reason,
    expected: "not in the lean set",
    note: index.scans === 0 ? "never used" : `used ${index.scans} ${index.scans === 1 ? "time" : "times"}`,
    statements: [dropIndex(index.name, concurrently)],
    bytes: index.bytes,
  });
}

function interrupted(index: IndexParts, expected: ExpectedSchema, concurrently: string): Finding {
  const ours = expected.indexes.find(({ name }) => name === index.name);
  const facts = {
    topic: "index" as const,
    object: `${index.name} on ${index.table}`,
    expected: "an index that can be used",
    bytes: index.bytes,
  };
  if (index.building) {
    return finding({
      ...facts,
      severity: "advice",
      found: "being built at this moment",
      note: "Wait until it is done.",
    });
  }
  const statements =
    ours === undefined ? [dropIndex(index.name, concurrently)] : [`reindex index ${concurrently}${index.name};`];
  return finding({
    ...facts,
    severity: ours === undefined ? "warning" : "error",
    found: "what an interrupted build has left (invalid)",
    note: "It slows writes and serves no reads.",
    statements,
  });
}
