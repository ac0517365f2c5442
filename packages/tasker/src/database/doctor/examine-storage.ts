import type { Connection } from "../database.ts";
import { quoteName } from "../quote-name.ts";
import { array, bool, float8, int4, int8, nullable, text } from "../sql-type.ts";
import { type RowOf, statement } from "../statement.ts";
import { estimateIndexWaste, estimateTableWaste } from "./estimate-bloat.ts";
import { type Finding, finding } from "./finding.ts";
import type { ExpectedSchema } from "./schema-catalog.ts";

/** Smallest waste that is told, in bytes, and its least share of the table or index. */
const WASTE_BYTES = 8 * 1024 * 1024;
const TABLE_WASTE_SHARE = 0.4;
const INDEX_WASTE_SHARE = 0.5;
/** Fewest dead rows that are told, and how far beyond the number at which autovacuum should have come. */
const DEAD_ROWS = 10_000;
const OVERDUE = 2;
/** Fewest rows of a table that should have statistics. */
const ROWS_WITHOUT_STATISTICS = 1000;
/** Age of the oldest row, in transactions, from which the server is near to refusing writes. */
const DANGEROUS_AGE = 1_500_000_000;

/** Sizes and statistics of tables. Row widths are null before `analyze`, and for who may not read the table. */
export const selectTableStorage = statement({
  name: "doctor_table_storage",
  text: `
    select c.relname::text as name, c.relpages as pages, c.reltuples::float8 as rows, c.relnatts::int4 as columns,
      coalesce((select option_value::int4 from pg_options_to_table(c.reloptions) where option_name = 'fillfactor'), 100)
        as fillfactor,
      (select sum(s.avg_width * (1 - s.null_frac))::float8 from pg_stats s
       where s.schemaname = n.nspname and s.tablename = c.relname and not s.inherited) as row_bytes,
      coalesce(pg_stat_get_live_tuples(c.oid), 0) as live_rows, coalesce(pg_stat_get_dead_tuples(c.oid), 0) as dead_rows,
      pg_stat_get_last_analyze_time(c.oid) is not null or pg_stat_get_last_autoanalyze_time(c.oid) is not null
        as analyzed,
      greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))::text as last_vacuum,
      age(c.relfrozenxid) as age, current_setting('autovacuum_freeze_max_age')::int4 as freeze_age,
      current_setting('autovacuum_vacuum_threshold')::float8
        + current_setting('autovacuum_vacuum_scale_factor')::float8 * greatest(c.reltuples, 0)::float8 as vacuum_at,
      current_setting('block_size')::int4 as page_bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = $1::text and c.relkind = 'r' and c.relname = any ($2::text[])
    order by c.relname collate "C"`,
  parameters: [text, array(text)],
  columns: {
    name: text,
    pages: int4,
    rows: float8,
    columns: int4,
    fillfactor: int4,
    row_bytes: nullable(float8),
    live_rows: int8,
    dead_rows: int8,
    analyzed: bool,
    last_vacuum: nullable(text),
    age: int4,
    freeze_age: int4,
    vacuum_at: float8,
    page_bytes: int4,
  },
});

/** Sizes of B-trees on columns whose mean width is known. */
export const selectIndexStorage = statement({
  name: "doctor_index_storage",
  text: `
    select c.relname::text as name, t.relname::text as table, c.relpages as pages, c.reltuples::float8 as entries,
      widths.bytes as key_bytes, current_setting('block_size')::int4 as page_bytes
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_am m on m.oid = c.relam and m.amname = 'btree'
    cross join lateral (
      select sum(s.avg_width)::float8 as bytes, count(s.attname) = count(*) as known
      from pg_attribute a
      left join pg_stats s on s.schemaname = n.nspname and s.tablename = t.relname and s.attname = a.attname
        and not s.inherited
      where a.attrelid = c.oid and a.attnum > 0
    ) widths
    where n.nspname = $1::text and t.relname = any ($2::text[]) and i.indisvalid and widths.known
    order by t.relname collate "C", c.relname collate "C"`,
  parameters: [text, array(text)],
  columns: { name: text, table: text, pages: int4, entries: float8, key_bytes: float8, page_bytes: int4 },
});

type TableStorage = RowOf<typeof selectTableStorage.columns>;
type IndexStorage = RowOf<typeof selectIndexStorage.columns>;

/** Tables that want cleaning or statistics, and tables and indexes that are estimated to be much larger than their rows. */
export async function examineStorage(
  connection: Connection,
  schema: string,
  expected: ExpectedSchema,
  concurrently: string,
): Promise<Finding[]> {
  const names = expected.tables.map(({ name }) => name);
  const tables = await connection.run(selectTableStorage, [schema, names]);
  const indexes = await connection.run(selectIndexStorage, [schema, names]);
  return [...tables.flatMap(examineTable), ...indexes.flatMap((index) => examineIndex(index, concurrently))];
}

function examineTable(table: TableStorage): Finding[] {
  const name = quoteName(table.name);
  const facts = { topic: "storage", object: table.name } as const;
  const findings: Finding[] = [];
  if (table.age > table.freeze_age) {
    findings.push(
      finding({
        ...facts,
        severity: table.age > DANGEROUS_AGE ? "error" : "warning",
        found: `its oldest row is ${table.age} transactions old`,
        expected: `at most ${table.freeze_age} (autovacuum_freeze_max_age)`,
        note: "At two thousand million the server refuses to write. See what keeps autovacuum from this table.",
        statements: [`vacuum (freeze) ${name};`],
      }),
    );
  }
  if (table.dead_rows > DEAD_ROWS && table.dead_rows > OVERDUE * table.vacuum_at) {
    findings.push(
      finding({
        ...facts,
        severity: "warning",
        found: `${table.dead_rows} dead rows beside ${table.live_rows}, last vacuum: ${table.last_vacuum ?? "never"}`,
        expected: `a vacuum at ${Math.round(table.vacuum_at)} dead rows`,
        note: "A transaction that has been open for long, or a replication slot, can keep dead rows.",
        statements: [`vacuum (analyze) ${name};`],
      }),
    );
  } else if (!table.analyzed && table.row_bytes === null && table.live_rows >= ROWS_WITHOUT_STATISTICS) {
    findings.push(
      finding({
        ...facts,
        severity: "advice",
        found: `${table.live_rows} rows and no statistics`,
        expected: "statistics",
        note: "Plans are guesses until it is analyzed.",
        statements: [`analyze ${name};`],
      }),
    );
  }
  if (table.row_bytes !== null && table.rows >= 0) {
    const waste = estimateTableWaste({ ...table, rowBytes: table.row_bytes, pageBytes: table.page_bytes });
    if (isLarge(waste, table, TABLE_WASTE_SHARE)) {
      findings.push(
        wasteful(
          facts.object,
          waste,
          table,
          `vacuum (full, analyze) ${name};`,
          "It locks the table while it rewrites it.",
        ),
      );
    }
  }
  return findings;
}

function examineIndex(index: IndexStorage, concurrently: string): Finding[] {
  if (index.entries < 0) return [];
  const waste = estimateIndexWaste({ ...index, keyBytes: index.key_bytes, pageBytes: index.page_bytes });
  if (!isLarge(waste, index, INDEX_WASTE_SHARE)) return [];
  const object = `${index.name} on ${index.table}`;
  return [wasteful(object, waste, index, `reindex index ${concurrently}${quoteName(index.name)};`, null)];
}

interface Pages {
  readonly pages: number;
  readonly page_bytes: number;
}

function isLarge(waste: number, { pages, page_bytes }: Pages, share: number): boolean {
  return waste >= WASTE_BYTES && waste >= share * pages * page_bytes;
}

function wasteful(object: string, waste: number, size: Pages, mend: string, cost: string | null): Finding {
  const share = Math.round((100 * waste) / (size.pages * size.page_bytes));
  return finding({
    severity: "advice",
    topic: "storage",
    object,
    found: `about ${share} % of its pages hold nothing (an estimate from statistics)`,
    expected: "pages that are used",
    note: ["New rows use the room again.", ...(cost === null ? [] : [cost])].join(" "),
    statements: [mend],
    bytes: waste,
  });
}
