import { inspect } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/clock/clock.ts";
import type { Connection, Database } from "../../src/database/database.ts";
import { openPostgres, type PostgresOptions } from "../../src/database/postgres.ts";
import { int4 } from "../../src/database/sql-type.ts";
import { statement } from "../../src/database/statement.ts";
import { ConfigurationError, DatabaseStatementError, DatabaseUnavailableError } from "../../src/errors/index.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";
import { databaseUrl } from "../support/test-server.ts";

async function openDatabase(options: PostgresOptions = {}): Promise<{ database: Database; url: string }> {
  const { url, drop } = await createTestDatabase();
  const database = await openPostgres(url, options);
  onTestFinished(async () => {
    await database.close();
    await drop();
  });
  return { database, url };
}

/** Ends the server's side of all connections of a database, as an administrator would. */
async function terminateConnections(url: string): Promise<void> {
  const administrator = await openPostgres(url, { connections: 1 });
  await administrator.query(`
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  await administrator.close();
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => error,
  );

describe("an address where nothing answers", () => {
  test("is unavailable, and the error names host and reason but not the password", async () => {
    const error = await failure(openPostgres("postgres://me:s3cret@127.0.0.1:1/orders"));
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).toHaveProperty("message", expect.stringMatching(/127\.0\.0\.1:1\/orders .*ECONNREFUSED/));
    expect(inspect(error, { depth: 10 })).not.toContain("s3cret");
  });

  test("may be a missing socket too", async () => {
    const error = await failure(openPostgres("postgres://me@%2Fnowhere/orders"));
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).toHaveProperty("message", expect.stringContaining("/nowhere/.s.PGSQL.5432"));
  });

  test("that is no URL is a configuration error, without what was given", async () => {
    const error = await failure(openPostgres("postgres://me:s3cret@host:notaport/x"));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(inspect(error, { depth: 10 })).not.toContain("s3cret");
  });
});

describeOnPostgres("a PostgreSQL database", () => {
  test("that does not exist is a refusal with its SQLSTATE", async () => {
    const { url } = await openDatabase();
    const error = await failure(openPostgres(databaseUrl(url, "no_such_database")));
    expect(error).toBeInstanceOf(DatabaseStatementError);
    expect(error).toHaveProperty("context.sqlstate", "3D000");
  });

  test("is refused when its default isolation is not READ COMMITTED", async () => {
    const { database, url } = await openDatabase();
    await database.execute(
      `alter database "${new URL(url).pathname.slice(1)}" set default_transaction_isolation to serializable`,
    );
    const error = await failure(openPostgres(url));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toHaveProperty("context", {
      field: "default_transaction_isolation",
      value: "serializable",
      expected: "read committed",
    });
  });

  test("opens at most the connections it was told, and runs as many statements at once", async () => {
    const { database } = await openDatabase({ connections: 3 });
    const pids = await Promise.all(
      Array.from({ length: 12 }, async () => (await database.query("select pg_backend_pid() as pid"))[0]?.pid),
    );
    expect(new Set(pids).size).toBe(3);
    expect(database.parallelism).toBe(3);
  });

  test("goes on after the server cut its idle connections", async () => {
    const { database, url } = await openDatabase();
    await terminateConnections(url);
    await expect.poll(() => database.query("select 1 as n").catch(String)).toEqual([{ n: 1 }]);
  });

  test("is unavailable for a statement that was running when the server cut it, and goes on", async () => {
    const { database, url } = await openDatabase({ connections: 1 });
    const running = failure(database.query("select pg_sleep(60)"));
    await terminateConnections(url);
    expect(await running).toBeInstanceOf(DatabaseUnavailableError);
    expect(await database.query("select 1 as n")).toEqual([{ n: 1 }]);
  });

  test("is unavailable for a transaction that lost its connection, and goes on", async () => {
    const { database, url } = await openDatabase({ connections: 1 });
    const work = database.transaction(async (transaction) => {
      await transaction.query("select 1");
      await terminateConnections(url);
      await transaction.query("select 2");
    });
    expect(await failure(work)).toBeInstanceOf(DatabaseUnavailableError);
    expect(await database.query("select 1 as n")).toEqual([{ n: 1 }]);
  });

  test("ends a transaction whose process fell silent", async () => {
    const { database } = await openDatabase({ connections: 1, idleInTransactionTimeoutMs: 20 });
    const held = await openDatabase();
    const work = database.transaction(async (transaction) => {
      await transaction.query("select 1");
      await held.database.query("select pg_sleep(0.5)");
      await transaction.query("select 2");
    });
    expect(await failure(work)).toBeInstanceOf(DatabaseUnavailableError);
    expect(await database.query("select 1 as n")).toEqual([{ n: 1 }]);
  });

  test("throws away a connection that comes back with a transaction open", async () => {
    const { database } = await openDatabase({ connections: 1 });
    await database.execute("begin; create table left_open (n int4)");
    expect(await database.query("select to_regclass('left_open') as table")).toEqual([{ table: null }]);
  });

  test("stops a statement at the time limit it was given", async () => {
    const { database } = await openDatabase({ statementTimeoutMs: 20 });
    expect(await failure(database.query("select pg_sleep(60)"))).toHaveProperty("context.sqlstate", "57014");
  });

  test("lets the statements of a transaction take any time that is said to have no limit", async () => {
    const { database } = await openDatabase({ connections: 1, statementTimeoutMs: 100, answerTimeoutMs: 200 });
    const sleep = (transaction: Connection) => transaction.query("select 1 as n from pg_sleep(0.4)");
    expect(await failure(database.transaction(sleep))).toHaveProperty("context.sqlstate", "57014");
    expect(await database.transaction(sleep, { unlimited: true })).toEqual([{ n: 1 }]);
  });

  test("answers everything that was called before it was closed, waiting calls too", async () => {
    const { database } = await openDatabase({ connections: 1 });
    const answers = [1, 2, 3].map((n) => database.query("select $1::int4 as n, pg_sleep(0.01)", [n]));
    await database.close();
    expect((await Promise.all(answers)).map(([row]) => row?.n)).toEqual([1, 2, 3]);
  });

  test("makes new plans 1, 10 and 60 seconds after a connection was opened, then every minute", async () => {
    let nowMs = 1_000_000;
    const clock = { now: () => nowMs, after: systemClock.after };
    const { database } = await openDatabase({ connections: 1, clock });
    const lookUp = statement({
      name: "look_up",
      text: "select n from grown where n = $1",
      parameters: [int4],
      columns: { n: int4 },
    });
    await database.execute(`
      set plan_cache_mode = force_generic_plan;
      create table grown (n int4) with (autovacuum_enabled = false);
      create index grown_n on grown (n);
      analyze grown`);
    const plan = async () => String((await database.query("explain execute look_up(1)"))[0]?.["QUERY PLAN"]);

    await database.run(lookUp, [1]);
    expect(await plan()).toMatch(/^Seq Scan/);
    await database.execute("insert into grown select generate_series(1, 20000)");
    expect(await plan()).toMatch(/^Seq Scan/);
    nowMs += 999;
    expect(await plan()).toMatch(/^Seq Scan/);
    nowMs += 1;
    expect(await plan()).toMatch(/^(Index|Bitmap)/);
    expect(await database.run(lookUp, [7])).toEqual([{ n: 7 }]);
  });

  test("behind a pooler keeps nothing in the session that another client could meet", async () => {
    const { database } = await openDatabase({ connections: 1, pooled: true });
    const one = statement({
      name: "pooled_one",
      text: "select $1::int4 as n",
      parameters: [int4],
      columns: { n: int4 },
    });
    expect(await database.run(one, [1])).toEqual([{ n: 1 }]);
    expect(await database.query("select name from pg_prepared_statements")).toEqual([]);
    const changed = await database.query(
      "select name from pg_settings where source = 'session' and name not in ('TimeZone', 'DateStyle', 'client_encoding')",
    );
    expect(changed.map((row) => row.name)).not.toContain("statement_timeout");
    expect(await database.transaction((transaction) => transaction.run(one, [2]))).toEqual([{ n: 2 }]);
  });
});
