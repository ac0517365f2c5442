import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, inject } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { openPostgres, type PostgresOptions } from "../../src/database/postgres.ts";
import { DatabaseFactory, databaseUrl, type ThrowAwayDatabase, type ThrowAwayDatabaseOptions } from "./test-server.ts";

/** Makes a database with this release's schema (or a copy of another template) on the run's server. */
export function createTestDatabase(options: ThrowAwayDatabaseOptions = {}): Promise<ThrowAwayDatabase> {
  const server = inject("postgres");
  if (server === null) throw new Error("this run has no PostgreSQL: use describeOnPostgres");
  const databases = new DatabaseFactory((database) =>
    database === undefined ? server.url : databaseUrl(server.url, database),
  );
  return databases.create({ template: server.template, ...options });
}

/** Opens a migrated database of its own on the run's PostgreSQL (about 50 ms). Closing it removes it. */
export async function openTestDatabase(options: PostgresOptions = {}): Promise<Database> {
  return openThrowAway(await createTestDatabase(), options);
}

/** Opens a throw-away database. Closing it removes it. */
export async function openThrowAway(
  { url, drop }: ThrowAwayDatabase,
  options: PostgresOptions = {},
): Promise<Database> {
  const database = await openPostgres(url, options);
  let closing: Promise<void> | undefined;
  return withClose(database, () => {
    closing ??= database.close().then(drop);
    return closing;
  });
}

/** The same database, closed in another way. */
function withClose(database: Database, close: () => Promise<void>): Database {
  return {
    kind: database.kind,
    loneConnectionUrl: database.loneConnectionUrl,
    parallelism: database.parallelism,
    poolUsage: () => database.poolUsage(),
    run: (statement, parameters) => database.run(statement, parameters),
    execute: (sql) => database.execute(sql),
    query: (sql, parameters) => database.query(sql, parameters),
    assertWaitCanEnd: (what) => database.assertWaitCanEnd(what),
    transaction: (work, options) => database.transaction(work, options),
    close,
  };
}

/** A suite that is left out where the run has no PostgreSQL. */
export const describeOnPostgres = describe.skipIf(inject("postgres") === null);

/** Opens an empty, migrated database for one test or one suite; close it afterwards. */
export type OpenDatabase = () => Promise<Database>;

/** The embedded database of this process: files of tests run one after the other in it, and opening one takes a second. */
let embedded: Promise<Database> | undefined;

/**
 * Runs one suite on PostgreSQL and on the embedded database. All suites of a process have the same embedded database: `open`
 * empties and gives it again each time, so one test opens once, and leaves its tables as they are.
 * @param own gives an embedded database of its own each time instead, for a suite that changes the schema, or asks for all of it
 */
export function describeEachDatabase(
  name: string,
  suite: (open: OpenDatabase) => void,
  { own = false }: { readonly own?: boolean } = {},
): void {
  describeOnPostgres(`${name} (PostgreSQL)`, () => suite(() => openTestDatabase()));
  describe.skipIf(inject("embeddedTemplate") === null)(`${name} (embedded)`, () => {
    if (own) return suite(openMigratedEmbedded);
    suite(async () => {
      embedded ??= openMigratedEmbedded();
      const database = await embedded;
      await emptyDatabase(database);
      return withClose(database, async () => undefined);
    });
  });
}

/** Opens a migrated embedded database of its own. Closing it removes it; so does the end of the run. */
export async function openMigratedEmbedded(): Promise<Database> {
  const directory = mkdtempSync(join(dirname(embeddedTemplate()), "copy-"));
  copyEmbeddedTemplate(directory);
  const database = await openEmbedded(directory);
  return withClose(database, async () => {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });
}

/** Puts a migrated, empty embedded database where none has been made yet. */
export function copyEmbeddedTemplate(directory: string): void {
  cpSync(embeddedTemplate(), directory, { recursive: true });
}

function embeddedTemplate(): string {
  const template = inject("embeddedTemplate");
  if (template === null) throw new Error("this run has no embedded database: TASKER_TEST_EMBEDDED is off");
  return template;
}

/** Removes all rows and restarts all sequences; the records of migrations stay. */
export async function emptyDatabase(database: Database): Promise<void> {
  await database.execute(`
    do $$
    declare
      tables text;
      sequence regclass;
    begin
      select string_agg(format('%I', tablename), ', ') into tables from pg_tables
      where schemaname = 'public' and tablename not in ('tasker_migrations', 'schema_migrations', 'ar_internal_metadata');
      execute 'truncate table ' || tables || ' restart identity cascade';
      for sequence in select oid from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace loop
        execute format('alter sequence %s restart', sequence);
      end loop;
    end $$`);
}
