import type { Connection } from "../database.ts";
import { array, bool, int4, nullable, text } from "../sql-type.ts";
import { statement } from "../statement.ts";
import { SchemaCatalog } from "./schema-catalog.ts";

/**
 * Resolves names in one schema only, until the end of the transaction: PostgreSQL then writes the definitions of its
 * objects without the schema's name, whatever that is.
 */
export const lookOnlyInto = statement({
  name: "doctor_look_only_into",
  text: "select set_config('search_path', quote_ident($1::text), true) as search_path",
  parameters: [text],
  columns: { search_path: text },
});

/** Tables with their fill factor. */
export const selectTables = statement({
  name: "doctor_tables",
  text: `
    select c.relname::text as name,
      (select option_value::int4 from pg_options_to_table(c.reloptions) where option_name = 'fillfactor') as fillfactor
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1::text and c.relkind in ('r', 'p')
    order by c.relname collate "C"`,
  parameters: [text],
  columns: { name: text, fillfactor: nullable(int4) },
});

/** Columns of tables in physical order. */
export const selectColumns = statement({
  name: "doctor_columns",
  text: `
    select c.relname::text as table, a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as not_null, pg_get_expr(d.adbin, d.adrelid) as default,
      case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where n.nspname = $1::text and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    order by c.relname collate "C", a.attnum`,
  parameters: [text],
  columns: { table: text, name: text, type: text, not_null: bool, default: nullable(text), identity: nullable(text) },
});

/** Keys and checks by name. PostgreSQL 18 also lists NOT NULL among constraints; that is told with the column. */
export const selectConstraints = statement({
  name: "doctor_constraints",
  text: `
    select c.relname::text as table, k.conname::text as name,
      case k.contype when 'p' then 'primary key' when 'f' then 'foreign key' when 'u' then 'unique'
        when 'c' then 'check' else 'exclusion' end as kind,
      pg_get_constraintdef(k.oid) as definition
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1::text and k.contype in ('p', 'f', 'u', 'c', 'x')
    order by c.relname collate "C", k.conname collate "C"`,
  parameters: [text],
  columns: { table: text, name: text, kind: text, definition: text },
});

/** Indexes that no constraint owns. */
export const selectIndexes = statement({
  name: "doctor_indexes",
  text: `
    select t.relname::text as table, c.relname::text as name, i.indisunique as unique,
      replace(pg_get_indexdef(c.oid), ' ON ' || quote_ident(n.nspname) || '.', ' ON ') as definition
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1::text and t.relkind in ('r', 'p')
      and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x'))
    order by t.relname collate "C", c.relname collate "C"`,
  parameters: [text],
  columns: { table: text, name: text, unique: bool, definition: text },
});

/** Sequences with the column that each goes with. */
export const selectSequences = statement({
  name: "doctor_sequences",
  text: `
    select c.relname::text as name, format_type(s.seqtypid, null) as type,
      concat_ws(' ', 'start', s.seqstart, 'increment', s.seqincrement, 'minvalue', s.seqmin, 'maxvalue', s.seqmax,
        'cache', s.seqcache, case when s.seqcycle then 'cycle' end) as options,
      owner.relname || '.' || column_of.attname as owner, coalesce(d.deptype = 'i', false) as of_identity
    from pg_sequence s
    join pg_class c on c.oid = s.seqrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
      and d.refclassid = 'pg_class'::regclass
    left join pg_class owner on owner.oid = d.refobjid
    left join pg_attribute column_of on column_of.attrelid = d.refobjid and column_of.attnum = d.refobjsubid
    where n.nspname = $1::text
    order by c.relname collate "C"`,
  parameters: [text],
  columns: { name: text, type: text, options: text, owner: nullable(text), of_identity: bool },
});

/** Views with columns and query. */
export const selectViews = statement({
  name: "doctor_views",
  text: `
    select c.relname::text as name,
      array(
        select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns,
      pg_get_viewdef(c.oid) as definition
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1::text and c.relkind = 'v'
    order by c.relname collate "C"`,
  parameters: [text],
  columns: { name: text, columns: array(text), definition: text },
});

/** Functions that belong to no extension. */
export const selectFunctions = statement({
  name: "doctor_functions",
  text: `
    select p.proname::text as name, oidvectortypes(p.proargtypes) as identity,
      concat('(', pg_get_function_arguments(p.oid), ') returns ', pg_get_function_result(p.oid)) as signature,
      replace(pg_get_functiondef(p.oid), 'FUNCTION ' || quote_ident(n.nspname) || '.', 'FUNCTION ') as definition
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = $1::text and p.prokind = 'f'
      and not exists (
        select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    order by p.proname collate "C", oidvectortypes(p.proargtypes) collate "C"`,
  parameters: [text],
  columns: { name: text, identity: text, signature: text, definition: text },
});

/** Triggers that were made by name. */
export const selectTriggers = statement({
  name: "doctor_triggers",
  text: `
    select c.relname::text as table, t.tgname::text as name,
      pg_get_triggerdef(t.oid, true) || case t.tgenabled when 'D' then ' (disabled)' else '' end as definition
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1::text and not t.tgisinternal
    order by c.relname collate "C", t.tgname collate "C"`,
  parameters: [text],
  columns: { table: text, name: text, definition: text },
});

/**
 * Reads what a schema consists of.
 * @param connection a transaction: until its end it resolves names in this schema only
 */
export async function readCatalog(connection: Connection, schema: string): Promise<SchemaCatalog> {
  await connection.run(lookOnlyInto, [schema]);
  const columns = await connection.run(selectColumns, [schema]);
  const sequences = await connection.run(selectSequences, [schema]);
  const views = await connection.run(selectViews, [schema]);
  const functions = await connection.run(selectFunctions, [schema]);
  return SchemaCatalog.parse({
    tables: await connection.run(selectTables, [schema]),
    columns: columns.map(({ not_null: notNull, ...column }) => ({ ...column, notNull })),
    constraints: await connection.run(selectConstraints, [schema]),
    indexes: await connection.run(selectIndexes, [schema]),
    sequences: sequences.map(({ of_identity: ofIdentity, ...sequence }) => ({ ...sequence, ofIdentity })),
    views: views.map((view) => ({ ...view, definition: linesOf(view.definition) })),
    functions: functions.map((one) => ({ ...one, definition: linesOf(one.definition) })),
    triggers: await connection.run(selectTriggers, [schema]),
  });
}

/** Lines without what no reader sees: spaces at their ends, empty lines around them, and the kind of line break. */
function linesOf(definition: string): string[] {
  return definition
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trimEnd());
}
