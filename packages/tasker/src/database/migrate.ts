import { MigrationError, TaskerError } from "../errors/index.ts";
import type { Connection, Database } from "./database.ts";
import { type Migration, readMigrations } from "./migration-files.ts";
import { bool, int4, text, timestamp, varchar } from "./sql-type.ts";
import { type RowOf, statement } from "./statement.ts";

/** Key of the advisory lock that keeps two processes from migrating at once: "tasker" in ASCII, read as a number. */
const MIGRATION_LOCK = 127961897067890;

const CREATE_RECORD = `
create table if not exists tasker_migrations (
  number integer primary key,
  name varchar not null,
  checksum varchar not null,
  applied_at timestamp(6) not null default (now() at time zone 'UTC'),
  adopted boolean not null default false
);
-- records of an earlier version do not tell it
alter table tasker_migrations add column if not exists adopted boolean not null default false`;

/** Whether a table of this name is on the search path. */
export const tableExists = statement({
  name: "migrations_table_exists",
  text: "select to_regclass($1::text) is not null as exists",
  parameters: [text],
  columns: { exists: bool },
});

/** Whether a function is on the search path; it is named with the types of its arguments, as in `abs(integer)`. */
export const functionExists = statement({
  name: "migrations_function_exists",
  text: "select to_regprocedure($1::text) is not null as exists",
  parameters: [text],
  columns: { exists: bool },
});

/** The migrations that this database has had, oldest first. */
export const selectApplied = statement({
  name: "migrations_select_applied",
  text: "select number, name, checksum, applied_at from tasker_migrations order by number",
  parameters: [],
  columns: { number: int4, name: varchar, checksum: varchar, applied_at: timestamp },
});

/** Records that a migration was applied or adopted, with the checksum of its file. */
export const insertApplied = statement({
  name: "migrations_insert_applied",
  text: "insert into tasker_migrations (number, name, checksum, adopted) values ($1, $2, $3, $4)",
  parameters: [int4, varchar, varchar, bool],
  columns: {},
});

type Applied = RowOf<typeof selectApplied.columns>;

/** What {@link migrate} did: names such as `0001_reference_schema`, in order. */
export interface MigrationReport {
  /** Migrations that are recorded now and were not before. */
  readonly applied: string[];
  /** Those of them that were not run, because another engine had made their part of the schema. */
  readonly adopted: string[];
}

/** A migration of this release and when it was applied to a database. */
export interface MigrationState {
  readonly number: number;
  readonly name: string;
  /** Null: not yet. */
  readonly appliedAt: Date | null;
}

/**
 * Brings a database to the schema of this release. Every migration runs in its own transaction, under an advisory lock:
 * two processes at once apply each once, and a failing one leaves nothing. On a database that is up to date it only looks.
 * @param migrations default: those of this release
 * @throws MigrationError if a migration fails, an applied one was edited since, or the database is newer than this release
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<MigrationReport> {
  const report: MigrationReport = { applied: [], adopted: [] };
  for (;;) {
    const applied = await readApplied(database);
    checkApplied(applied, migrations);
    if (firstPending(applied, migrations) === undefined) return report;
    const outcome = await applyNext(database, migrations);
    if (outcome === null) continue;
    report.applied.push(outcome.label);
    if (outcome.adopted) report.adopted.push(outcome.label);
  }
}

/** The migrations of this release, and which of them a database has. Throws as {@link migrate} does. */
export async function migrationStatus(database: Database, migrations = readMigrations()): Promise<MigrationState[]> {
  const applied = await readApplied(database);
  checkApplied(applied, migrations);
  const times = new Map(applied.map((row) => [row.number, row.applied_at]));
  return migrations.map(({ number, name }) => ({ number, name, appliedAt: times.get(number) ?? null }));
}

/** Applies the first migration that is missing once the lock is held; null if another process was faster. */
async function applyNext(
  database: Database,
  migrations: readonly Migration[],
): Promise<{ label: string; adopted: boolean } | null> {
  const apply = async (transaction: Connection) => {
    await transaction.execute(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
    // the statements below begin after the lock was granted, so they see what its last holder committed
    await transaction.execute(CREATE_RECORD);
    const applied = await readApplied(transaction);
    checkApplied(applied, migrations);
    const next = firstPending(applied, migrations);
    if (next === undefined) return null;
    const adopted = next.madeElsewhereIf !== null && (await exists(transaction, next.madeElsewhereIf));
    if (!adopted) await runMigration(transaction, next);
    await transaction.run(insertApplied, [next.number, next.name, next.checksum, adopted]);
    return { label: labelOf(next), adopted };
  };
  // migrations may rewrite large tables, and wait for other processes that do
  return database.transaction(apply, { unlimited: true });
}

async function runMigration(transaction: Connection, migration: Migration): Promise<void> {
  try {
    await transaction.execute(migration.sql);
  } catch (cause) {
    const reason = cause instanceof TaskerError ? cause.message : String(cause);
    throw new MigrationError(`Migration ${labelOf(migration)} failed and left nothing behind: ${reason}`, {
      context: { migration: labelOf(migration), ...(cause instanceof TaskerError ? cause.context : {}) },
      cause,
    });
  }
}

/** @param object a table, or a function with the types of its arguments in parentheses */
async function exists(connection: Connection, object: string): Promise<boolean> {
  const [answer] = await connection.run(object.endsWith(")") ? functionExists : tableExists, [object]);
  return answer?.exists === true;
}

async function readApplied(connection: Connection): Promise<Applied[]> {
  return (await exists(connection, "tasker_migrations")) ? connection.run(selectApplied, []) : [];
}

function firstPending(applied: readonly Applied[], migrations: readonly Migration[]): Migration | undefined {
  const numbers = new Set(applied.map((row) => row.number));
  return migrations.find((migration) => !numbers.has(migration.number));
}

function checkApplied(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const row of applied) {
    const migration = known.get(row.number);
    if (migration === undefined) {
      throw new MigrationError(
        `The database has migration ${labelOf(row)}, which this release does not know: it was migrated by a newer one`,
        { context: { migration: labelOf(row), newest: migrations.at(-1)?.number ?? 0 } },
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(
        `Migration ${labelOf(row)} was edited after it had been applied on ${row.applied_at.toISOString()}`,
        { context: { migration: labelOf(row), value: migration.checksum, expected: row.checksum } },
      );
    }
  }
}

/** A migration's name with its number, such as `0001_reference_schema`. */
export function labelOf({ number, name }: { number: number; name: string }): string {
  return `${String(number).padStart(4, "0")}_${name}`;
}
