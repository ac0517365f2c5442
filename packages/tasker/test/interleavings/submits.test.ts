import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { untilBlocked } from "../models/until-blocked.ts";
import { graphTemplate, makeEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = (idempotencyKey: string) => ({ name: "graph", context: {}, idempotencyKey });

async function prepare() {
  const database = await useDatabase(openTestDatabase);
  const asked: string[] = [];
  const counted: Database = {
    ...database,
    run: (statement, parameters) => {
      asked.push(statement.name);
      return database.run(statement, parameters);
    },
  };
  const { engine } = makeEngine(counted, [graphTemplate("a")]);
  // What all submits share is there, so that they meet at the identities alone.
  await engine.submit(request("first"));
  asked.length = 0;
  return { database, engine, asked };
}

describeOnPostgres("two submits at once that have requests in common", () => {
  test("take them in the order of their identities, whatever the order of the requests: no deadlock", async () => {
    const { database, engine, asked } = await prepare();
    const keys = ["k", "l"];
    const rollback = new Error("only to learn the identities");
    let rows: readonly Record<string, unknown>[] = [];
    await expect(
      database.transaction(async (transaction) => {
        for (const key of keys) await engine.submit(request(key), { transaction });
        rows = await transaction.query("select task_id, identity_hash from tasker_tasks order by task_id desc limit 2");
        throw rollback;
      }),
    ).rejects.toBe(rollback);
    const isAscending = String(rows[1]?.identity_hash) < String(rows[0]?.identity_hash);
    const [low = "", high = ""] = isAscending ? keys : [...keys].reverse();

    let second: ReturnType<typeof engine.submitMany> = Promise.resolve([]);
    const ids = await database.transaction(async (transaction) => {
      const one = await engine.submit(request(low), { transaction });
      second = engine.submitMany([request(high), request(low)]);
      await untilBlocked(database, second);
      const other = await engine.submit(request(high), { transaction });
      return [other.taskId, one.taskId];
    });
    expect(await second).toEqual(ids.map((taskId) => ({ taskId, created: false })));
    // A deadlock would be met by doing it again.
    expect(asked.filter((name) => name === "submit_tasks")).toHaveLength(1);
  });

  test("give the same task: the one that waited finds what the other has committed meanwhile", async () => {
    const { database, engine } = await prepare();
    let second: ReturnType<typeof engine.submit> = Promise.resolve({ taskId: 0, created: false });
    const first = await database.transaction(async (transaction) => {
      const submitted = await engine.submit(request("k"), { transaction });
      second = engine.submit(request("k"));
      await untilBlocked(database, second);
      return submitted;
    });
    expect(first.created).toBe(true);
    expect(await second).toEqual({ taskId: first.taskId, created: false });
  });
});
