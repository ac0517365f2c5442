import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { openPostgres, type PostgresOptions } from "../../../src/database/postgres.ts";
import { DatabaseUnavailableError, OutcomeUnknownError } from "../../../src/errors/index.ts";
import { type Network, openNetwork } from "../../support/network.ts";
import { createTestDatabase, describeOnPostgres } from "../../support/test-database.ts";

async function openThrough(options: PostgresOptions): Promise<{ database: Database; network: Network }> {
  const { url, drop } = await createTestDatabase();
  const network = await openNetwork(url);
  const database = await openPostgres(network.via(url), options);
  onTestFinished(async () => {
    await database.close();
    await drop();
  });
  return { database, network };
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => error,
  );

describeOnPostgres("a network that falls silent", () => {
  test("is given up on when an answer does not come in time; the next call opens a new connection", async () => {
    const { database, network } = await openThrough({ connections: 1, answerTimeoutMs: 200, connectTimeoutMs: 5_000 });
    network.fallSilent();
    const error = await failure(database.query("select 1"));
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(error).toHaveProperty("message", expect.stringMatching(/before it answered "select 1", which it may/));
    network.recover();
    expect(await database.query("select 1 as n")).toEqual([{ n: 1 }]);
  });

  test("ends a transaction, of which nothing stands, without waiting for its rollback as well", async () => {
    const { database, network } = await openThrough({ connections: 1, answerTimeoutMs: 300, connectTimeoutMs: 5_000 });
    const error = await failure(
      database.transaction(async (transaction) => {
        await transaction.query("select 1");
        network.fallSilent();
        await transaction.query("select 2");
      }),
    );
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).not.toBeInstanceOf(OutcomeUnknownError);
    network.recover();
    expect(await database.query("select 1 as n")).toEqual([{ n: 1 }]);
  });

  test("is unavailable for a new connection, in time", async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const network = await openNetwork(url);
    network.fallSilent();
    const error = await failure(openPostgres(network.via(url), { connectTimeoutMs: 100 }));
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).not.toBeInstanceOf(OutcomeUnknownError);
  });
});

describeOnPostgres("an answer that is lost", () => {
  test("leaves it open whether the statement was executed, and it was", async () => {
    const { database, network } = await openThrough({ connections: 1 });
    await database.execute("create table written (n int4)");
    network.loseAnswerTo("insert into written");
    expect(await failure(database.query("insert into written values (1)"))).toBeInstanceOf(OutcomeUnknownError);
    expect(await database.query("select n from written")).toEqual([{ n: 1 }]);
  });

  test("is as open for the commit of a transaction", async () => {
    const { database, network } = await openThrough({ connections: 1 });
    await database.execute("create table written (n int4)");
    const error = await failure(
      database.transaction(async (transaction) => {
        await transaction.query("insert into written values (1)");
        network.loseAnswerTo("commit");
      }),
    );
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(await database.query("select n from written")).toEqual([{ n: 1 }]);
  });
});

describeOnPostgres("connections that are all in use", () => {
  test("are waited for, but not for ever: the error says how many there are", async () => {
    const { database } = await openThrough({ connections: 1, acquireTimeoutMs: 1_500 });
    const held = database.query("select pg_sleep(4)");
    const error = await failure(database.query("select 1"));
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect(error).toHaveProperty(
      "context.reason",
      "no connection became free within 1500 ms: all 1 are in use, and 0 other calls wait for one",
    );
    await held;
    expect(await database.query("select 1 as n")).toEqual([{ n: 1 }]);
  });
});
