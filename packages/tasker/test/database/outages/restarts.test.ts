import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../src/database/postgres.ts";
import { openNetwork } from "../../support/network.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";
import { createTestDatabase, describeOnPostgres, openThrowAway } from "../../support/test-database.ts";
import { runUnderLoad } from "./load.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnPostgres("a server that is restarted under load", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ fsync: false });
  });
  afterAll(() => server.stop());

  test("twice, cutting everybody off and as after a crash: every task ends, nothing is done twice", async () => {
    const database = await openThrowAway(await server.createDatabase());
    onTestFinished(() => database.close());
    const { lines } = await runUnderLoad(database, async () => {
      for (const mode of ["fast", "immediate"] as const) {
        await pause(300);
        await server.restart(mode);
      }
      await pause(300);
    });
    expect(lines[0]).toMatchObject({
      level: "warn",
      message: "the database does not answer: what is to be written waits for it",
    });
    expect(lines.length).toBeLessThan(10);
  });
});

describeOnPostgres("a network that fails under load", () => {
  async function openThrough() {
    const { url, drop } = await createTestDatabase();
    const network = await openNetwork(url);
    // Short, but long enough for a busy machine.
    const database = await openPostgres(network.via(url), { answerTimeoutMs: 1_500, connectTimeoutMs: 1_500 });
    onTestFinished(async () => {
      await database.close();
      await drop();
    });
    return { database, network };
  }

  test("by losing the answers to commits: what was written is found, and no handler is called again", async () => {
    const { database, network } = await openThrough();
    network.delayMs = 5;
    await runUnderLoad(database, async () => {
      for (let loss = 0; loss < 5; loss++) {
        network.loseAnswerTo("commit_");
        await pause(150);
      }
    });
  });

  test("by falling silent: connections are given up, and the work goes on over new ones", async () => {
    const { database, network } = await openThrough();
    const { lines } = await runUnderLoad(database, async () => {
      await pause(200);
      network.fallSilent();
      await pause(300);
      network.recover();
      await pause(100);
    });
    expect(lines[0]).toMatchObject({ level: "warn", facts: { err: { context: { reason: "Query read timeout" } } } });
  });
});
