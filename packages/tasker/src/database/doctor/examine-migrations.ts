import type { Connection } from "../database.ts";
import { labelOf } from "../migrate.ts";
import type { Migration } from "../migration-files.ts";
import { quoteText } from "../quote-name.ts";
import { bool, int4, text } from "../sql-type.ts";
import { type RowOf, statement } from "../statement.ts";
import { type Finding, finding } from "./finding.ts";
import type { ExpectedSchema, SchemaCatalog } from "./schema-catalog.ts";

/** The records of migrations. Those of an earlier version of the table do not tell whether one was adopted. */
export const selectRecords = statement({
  name: "doctor_migration_records",
  text: `
    select number, name::text, checksum::text, coalesce((to_jsonb(m) ->> 'adopted')::bool, false) as adopted
    from tasker_migrations m order by number`,
  parameters: [],
  columns: { number: int4, name: text, checksum: text, adopted: bool },
});

/** Versions of migrations that Rails' record has. */
export const selectRailsVersions = statement({
  name: "doctor_rails_versions",
  text: "select version::text from schema_migrations order by version",
  parameters: [],
  columns: { version: text },
});

/** A migration as the database records it. */
export type MigrationRecord = RowOf<typeof selectRecords.columns>;

/** What the database says about its migrations, and what can be told from its objects. */
export interface MigrationHistory {
  readonly findings: readonly Finding[];
  /** Whether what a migration makes should be there. */
  readonly hasHad: (migration: number) => boolean;
  /** Migrations of this release that are recorded, or whose effects are there. */
  readonly applied: number;
  /** A newer release has migrated the database: what it changed cannot be judged. */
  readonly newer: boolean;
  readonly madeByRails: boolean;
}

/** What is asked of {@link examineMigrations}. */
export interface MigrationFacts {
  /** Null: the records cannot be read; every migration is taken to have been applied. */
  readonly records: readonly MigrationRecord[] | null;
  readonly migrations: readonly Migration[];
  readonly expected: ExpectedSchema;
  readonly found: SchemaCatalog;
}

/** Reads the records of a schema that {@link SchemaCatalog} describes; empty without a table of them. */
export async function readRecords(connection: Connection, found: SchemaCatalog): Promise<MigrationRecord[]> {
  return found.tables.some(({ name }) => name === "tasker_migrations") ? connection.run(selectRecords, []) : [];
}

/**
 * Compares the recorded migrations with those of this release, and with what is there: one without a record may have been
 * applied all the same.
 *
 * The Rails engine made the shared tables if `migrate` found them in place, which it records with migration 0001; and, as
 * long as migration 0001 is not recorded, if the tables are there but not all that 0001 makes of them is: our own view
 * and fill factors tell a database that has lost its records from one that Rails made. No row of
 * `ar_internal_metadata` is asked: a Rails application that runs its migrations on our database writes it, too.
 */
export function examineMigrations(facts: MigrationFacts): MigrationHistory {
  const { records, migrations, expected, found } = facts;
  if (records === null) {
    return { findings: [], hasHad: () => true, applied: migrations.length, newer: false, madeByRails: false };
  }
  const effects = countEffects(expected, found);
  const recorded = new Map(records.map((record) => [record.number, record]));
  const findings: Finding[] = [];
  const had = new Set<number>();
  const pending: Migration[] = [];
  let madeByRails = recorded.get(1)?.adopted ?? false;
  for (const migration of migrations) {
    const { number, madeElsewhereIf } = migration;
    const record = recorded.get(number);
    const { there = 0, all = 0 } = effects.get(number) ?? {};
    if (record !== undefined) {
      had.add(number);
      if (record.checksum !== migration.checksum) findings.push(edited(migration, there === all));
      continue;
    }
    const adoptable = madeElsewhereIf !== null && isThere(madeElsewhereIf, found);
    // compared, although a migration is yet to adopt it
    if (adoptable || there > 0) had.add(number);
    if (there > 0 && (!adoptable || there === all)) findings.push(unrecorded(migration, there, all));
    else pending.push(migration);
    if (number === 1 && adoptable && there < all) madeByRails = true;
  }
  const newest = migrations.at(-1)?.number ?? 0;
  const unknown = records.filter(({ number }) => number > newest);
  if (pending.length > 0) findings.push(notApplied(pending, had.size === 0));
  if (unknown.length > 0) findings.push(newerRelease(unknown, newest));
  const recordsTable = found.tables.some(({ name }) => name === "tasker_migrations");
  return {
    findings,
    // the records themselves are missed only by who should have them
    hasHad: (number) => (number === 0 ? recordsTable || (had.size > 0 && !madeByRails) : had.has(number)),
    applied: migrations.length - pending.length,
    newer: unknown.length > 0,
    madeByRails,
  };
}

/** @param object a table, or a function with the types of its arguments in parentheses */
function isThere(object: string, found: SchemaCatalog): boolean {
  const [name = ""] = object.split("(");
  return (name === object ? found.tables : found.functions).some((one) => one.name === name);
}

/** For each migration: how many of the objects that it made what they are are exactly so, and how many there are. */
function countEffects(expected: ExpectedSchema, found: SchemaCatalog): Map<number, { there: number; all: number }> {
  const effects = new Map<number, { there: number; all: number }>();
  const { railsVersions: _rows, ...kinds } = expected;
  const present = new Set(Object.entries(found).flatMap(([kind, objects]) => objects.map((one) => keyOf(kind, one))));
  for (const [kind, objects] of Object.entries(kinds)) {
    for (const { migration, ...object } of objects) {
      const count = effects.get(migration) ?? { there: 0, all: 0 };
      count.all += 1;
      if (present.has(keyOf(kind, object))) count.there += 1;
      effects.set(migration, count);
    }
  }
  return effects;
}

function keyOf(kind: string, object: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([kind, Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function edited(migration: Migration, intact: boolean): Finding {
  const checksum = quoteText(migration.checksum);
  return finding({
    severity: "error",
    topic: "migration",
    object: labelOf(migration),
    found: "recorded with another checksum: its file, or the record, was edited after it had been applied",
    expected: `checksum ${migration.checksum.slice(0, 12)}...`,
    note: intact
      ? "What it makes is there as it should be, so the record can be corrected."
      : "Nothing will migrate this database. Use the release that migrated it, or mend what differs first.",
    statements: intact
      ? [`update tasker_migrations set checksum = ${checksum} where number = ${migration.number};`]
      : [],
  });
}

function unrecorded(migration: Migration, there: number, all: number): Finding {
  const { number, name, checksum } = migration;
  return finding({
    severity: "error",
    topic: "migration",
    object: labelOf(migration),
    found: `not recorded, although ${there === all ? "all" : `${there} of ${all}`} of what it makes is there`,
    expected: "a record in tasker_migrations",
    note: "'tasker db migrate' would try to apply it again.",
    statements: [
      `insert into tasker_migrations (number, name, checksum) values (${number}, ${quoteText(name)}, ${quoteText(checksum)});`,
    ],
  });
}

function notApplied(pending: readonly Migration[], none: boolean): Finding {
  const [first, last] = [pending[0], pending.at(-1)];
  const labels =
    first === undefined || last === undefined
      ? ""
      : first === last
        ? labelOf(first)
        : `${labelOf(first)} to ${labelOf(last)}`;
  return finding({
    severity: "error",
    topic: "migration",
    object: labels,
    found: none
      ? "no tables of Tasker"
      : `${pending.length} ${pending.length === 1 ? "migration is" : "migrations are"} not applied`,
    expected: "all migrations of this release",
    command: "tasker db migrate",
  });
}

function newerRelease(unknown: readonly MigrationRecord[], newest: number): Finding {
  return finding({
    severity: "error",
    topic: "migration",
    object: unknown.map(labelOf).join(", "),
    found: "applied by a newer release of Tasker",
    expected: `at most migration ${String(newest).padStart(4, "0")}`,
    note: "Use that release. The schema was not compared with this one's.",
  });
}

/** Whether Rails would run the engine's own migrations, which fail where the tables are there. */
export function examineRailsVersions(versions: readonly string[], expected: ExpectedSchema): Finding[] {
  const missing = expected.railsVersions.filter((version) => !versions.includes(version));
  if (missing.length === 0) return [];
  const rows = missing.map((version) => `(${quoteText(version)})`).join(", ");
  return [
    finding({
      severity: "warning",
      topic: "migration",
      object: "schema_migrations",
      found: `no record of ${missing.join(", ")}`,
      expected: "records of the Rails engine's migrations",
      note: "A Rails process would run these and fail, because the tables are there.",
      statements: [`insert into schema_migrations (version) values ${rows};`],
    }),
  ];
}
