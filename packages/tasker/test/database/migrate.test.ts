import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { migrate, migrationStatus } from "../../src/database/migrate.ts";
import { type Migration, readMigrations } from "../../src/database/migration-files.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import { MigrationError } from "../../src/errors/index.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";

function migration(number: number, name: string, sql: string, madeElsewhereIf: string | null = null): Migration {
  return { number, name, sql, madeElsewhereIf, checksum: createHash("sha256").update(sql).digest("hex") };
}

const CREATE_A = migration(1, "create_a", "create table a (n int4); insert into a values (1);");
const CREATE_B = migration(2, "create_b", "create table b (n int4);");
const BROKEN = migration(2, "broken", "create table b (n int4); insert into a values (2); select 1/0;");

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => error,
  );

describeOnPostgres("migrating", () => {
  let url: string;
  let database: Database;
  beforeEach(async () => {
    const empty = await createTestDatabase({ template: "template0" });
    url = empty.url;
    database = await openPostgres(url);
    return async () => {
      await database.close();
      await empty.drop();
    };
  });

  const tables = async (): Promise<unknown[]> =>
    (await database.query("select tablename from pg_tables where schemaname = 'public' order by tablename")).map(
      (row) => row.tablename,
    );

  test("applies what is missing, in order, and then nothing", async () => {
    expect(await migrate(database, [CREATE_A])).toEqual({ applied: ["0001_create_a"], adopted: [] });
    expect(await migrate(database, [CREATE_A, CREATE_B])).toEqual({ applied: ["0002_create_b"], adopted: [] });
    expect(await migrate(database, [CREATE_A, CREATE_B])).toEqual({ applied: [], adopted: [] });
    expect(await tables()).toEqual(["a", "b", "tasker_migrations"]);
  });

  test("tells what is applied and when, and asks without changing anything", async () => {
    expect(await migrationStatus(database, [CREATE_A])).toEqual([{ number: 1, name: "create_a", appliedAt: null }]);
    expect(await tables()).toEqual([]);
    await migrate(database, [CREATE_A]);
    const [a, b] = await migrationStatus(database, [CREATE_A, CREATE_B]);
    expect(Math.abs((a?.appliedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(b?.appliedAt).toBeNull();
  });

  test("a failing migration leaves nothing, and those before it stay", async () => {
    const error = await failure(migrate(database, [CREATE_A, BROKEN]));
    expect(error).toBeInstanceOf(MigrationError);
    expect(error).toMatchObject({
      message: expect.stringContaining("0002_broken failed and left nothing behind"),
      context: { migration: "0002_broken", sqlstate: "22012" },
    });
    expect(await tables()).toEqual(["a", "tasker_migrations"]);
    expect(await database.query("select n from a")).toEqual([{ n: 1 }]);
    expect(await migrate(database, [CREATE_A, CREATE_B])).toEqual({ applied: ["0002_create_b"], adopted: [] });
  });

  test("an applied migration that was edited is refused", async () => {
    await migrate(database, [CREATE_A]);
    const edited = migration(1, "create_a", "create table a (n int8);");
    expect(await failure(migrate(database, [edited, CREATE_B]))).toBeInstanceOf(MigrationError);
    expect(await failure(migrationStatus(database, [edited]))).toHaveProperty(
      "message",
      expect.stringContaining("0001_create_a was edited after it had been applied"),
    );
    expect(await tables()).not.toContain("b");
  });

  test("a schema newer than the release is refused", async () => {
    await migrate(database, [CREATE_A, CREATE_B]);
    expect(await failure(migrate(database, [CREATE_A]))).toMatchObject({
      code: "TASKER_MIGRATION",
      context: { migration: "0002_create_b", newest: 1 },
    });
  });

  test("several processes at once apply each migration once", async () => {
    const others = await Promise.all([openPostgres(url), openPostgres(url), openPostgres(url)]);
    const slow = migration(2, "slow", "select pg_sleep(0.2); create table b (n int4);");
    const reports = await Promise.all([database, ...others].map((one) => migrate(one, [CREATE_A, slow])));
    expect(reports.flatMap((report) => report.applied).sort()).toEqual(["0001_create_a", "0002_slow"]);
    await Promise.all(others.map((other) => other.close()));
  });

  test("a migration may take longer than a statement may", async () => {
    const hasty = await openPostgres(url, { statementTimeoutMs: 50 });
    onTestFinished(() => hasty.close());
    const slow = migration(1, "slow", "select pg_sleep(0.2)");
    expect((await migrate(hasty, [slow])).applied).toEqual(["0001_slow"]);
  });

  test("what another engine has made is recorded and not run", async () => {
    await database.execute("create table theirs (n int4)");
    const ours = migration(1, "ours", "create table theirs (n int8)", "theirs");
    expect(await migrate(database, [ours, CREATE_B])).toEqual({
      applied: ["0001_ours", "0002_create_b"],
      adopted: ["0001_ours"],
    });
    expect(await migrate(database, [ours, CREATE_B])).toEqual({ applied: [], adopted: [] });
  });

  test("a function that another engine has made is left as it is, one with other arguments is not taken for it", async () => {
    await database.execute("create function answer(n int8, l int8[]) returns int4 language sql as 'select 1'");
    const create = (argument: string) => `create function answer(${argument}) returns int4 language sql as 'select 2'`;
    const theirs = migration(1, "theirs", create("n int8, l int8[]"), "answer(bigint, bigint[])");
    const ours = migration(2, "ours", create("t timestamptz"), "answer(timestamptz)");
    const withoutArguments = migration(3, "none", create(""), "answer()");
    expect(await migrate(database, [theirs, ours, withoutArguments])).toEqual({
      applied: ["0001_theirs", "0002_ours", "0003_none"],
      adopted: ["0001_theirs"],
    });
    expect(await database.query("select answer(1, '{}') as theirs, answer(now()) as ours, answer() as none")).toEqual([
      { theirs: 1, ours: 2, none: 2 },
    ]);
  });
});

test("migrating works on the embedded database", async () => {
  const database = await openEmbedded(null);
  onTestFinished(() => database.close());
  expect((await migrate(database)).applied).toHaveLength(readMigrations().length);
  expect(await migrate(database)).toEqual({ applied: [], adopted: [] });
});

describe("migration files", () => {
  function directoryWith(files: Record<string, string>): string {
    const directory = mkdtempSync(join(tmpdir(), "tasker-migrations-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    for (const [name, sql] of Object.entries(files)) writeFileSync(join(directory, name), sql);
    return directory;
  }

  test("are read in order, with what their first line says", () => {
    const directory = directoryWith({
      "0002_second.sql": "select 2;",
      "0001_first.sql": "-- made elsewhere if exists: theirs\nselect 1;",
      "0003_third.sql": "-- made elsewhere if exists: answer(bigint, bigint[])\nselect 3;",
      "0004_fourth.sql": "select 4;\n-- made elsewhere if exists: theirs\n",
      "README.md": "",
    });
    expect(readMigrations(directory)).toMatchObject([
      { number: 1, name: "first", madeElsewhereIf: "theirs", checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { number: 2, name: "second", madeElsewhereIf: null, sql: "select 2;" },
      { number: 3, name: "third", madeElsewhereIf: "answer(bigint, bigint[])" },
      { number: 4, name: "fourth", madeElsewhereIf: null },
    ]);
  });

  test.each([
    ["a gap", { "0001_a.sql": "", "0003_c.sql": "" }],
    ["a number used twice", { "0001_a.sql": "", "0001_b.sql": "" }],
    ["another form of name", { "1_a.sql": "" }],
  ])("with %s are refused", (_what, files) => {
    expect(() => readMigrations(directoryWith(files))).toThrow(MigrationError);
  });
});
