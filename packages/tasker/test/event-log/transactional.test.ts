import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { openPostgres } from "../../src/database/postgres.ts";
import { listDeadLetters } from "../../src/event-log/manage/dead-letters.ts";
import type { DurableSubscriberOptions } from "../../src/event-log/subscriber-options.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { createTestDatabase, describeEachDatabase, describeOnPostgres } from "../support/test-database.ts";
import { startSubscriber } from "./support.ts";

/** What a transactional subscriber is that gives up after two attempts, which come at once. */
const TWICE = {
  name: "report",
  from: "beginning",
  events: "task.completed",
  transactional: true,
  deadLetterAfter: 2,
  retry: { default_backoff_seconds: [0] },
} as const satisfies Partial<DurableSubscriberOptions>;

/** Makes tables to write to, and tasks that have completed. */
async function completeTasks(database: Database, count: number): Promise<readonly number[]> {
  await database.execute(`
    drop table if exists told;
    create table told (task_id bigint, unique (task_id) deferrable initially deferred)`);
  const { engine } = await startEngine(database, [graphTemplate("a")]);
  const tasks = await engine.submitMany(Array.from({ length: count }, () => ({ name: "graph", context: {} })));
  await Promise.all(tasks.map(({ taskId }) => engine.settled(taskId)));
  return tasks.map(({ taskId }) => taskId);
}

async function readTold(database: Database): Promise<readonly number[]> {
  return (await database.query("select task_id from told order by task_id")).map((row) => Number(row.task_id));
}

const TELL = "insert into told values ($1)";

describeEachDatabase("a transactional subscriber", (open) => {
  test("gives up an event whose handler hides that a statement failed, and delivers the others", async () => {
    const database = await useDatabase(open);
    const [bad, ...good] = await completeTasks(database, 4);
    await startSubscriber(database, {
      ...TWICE,
      handle: async ({ taskId }, { transaction }) => {
        if (taskId === bad) await transaction?.query("select 1 / 0").catch(() => undefined);
        else await transaction?.query(TELL, [taskId]);
      },
    });
    await until(async () => (await listDeadLetters(database)).length === 1, "the dead letter");
    await until(async () => (await readTold(database)).length === 3, "the others");
    expect(await readTold(database)).toEqual(good);
    const [letter] = await listDeadLetters(database);
    expect(letter).toMatchObject({ attempts: 2, event: { taskId: bad }, error: { class: "DatabaseStatementError" } });
    expect(JSON.stringify(letter?.error)).toContain("division by zero");
  });

  test("goes on with a transaction whose handler has gone back to a savepoint", async () => {
    const database = await useDatabase(open);
    const tasks = await completeTasks(database, 2);
    const subscriber = await startSubscriber(database, {
      ...TWICE,
      handle: async ({ taskId }, { transaction }) => {
        await transaction?.execute("savepoint mine");
        await transaction?.query("select 1 / 0").catch(() => undefined);
        await transaction?.execute("rollback to savepoint mine");
        await transaction?.query(TELL, [taskId]);
      },
    });
    await until(async () => (await readTold(database)).length === 2, "both");
    expect(await readTold(database)).toEqual(tasks);
    expect(subscriber.statistics()).toMatchObject({ delivered: 2, failed: 0 });
  });

  test("gives up an event of which the commit is refused", async () => {
    const database = await useDatabase(open);
    const [first, bad, last] = await completeTasks(database, 3);
    const subscriber = await startSubscriber(database, {
      ...TWICE,
      handle: async ({ taskId }, { transaction }) => {
        await transaction?.query(TELL, [taskId]);
        if (taskId === bad) await transaction?.query(TELL, [taskId]);
      },
    });
    await until(async () => (await listDeadLetters(database)).length === 1, "the dead letter");
    await until(async () => (await readTold(database)).length === 2, "the others");
    expect(await readTold(database)).toEqual([first, last]);
    expect((await listDeadLetters(database))[0]).toMatchObject({ attempts: 2, event: { taskId: bad } });
    expect(subscriber.statistics()).toMatchObject({ delivered: 2, failed: 2, dead: 1 });
  });

  test("gives up one of many that are handed over at once", async () => {
    const database = await useDatabase(open);
    const tasks = await completeTasks(database, 6);
    const bad = tasks[3];
    await startSubscriber(database, {
      ...TWICE,
      batchSize: 4,
      handleBatch: async (events, { transaction }) => {
        for (const { taskId } of events) {
          await transaction?.query(TELL, [taskId]);
          if (taskId === bad) throw new Error("not this one");
        }
      },
    });
    await until(async () => (await listDeadLetters(database)).length === 1, "the dead letter");
    await until(async () => (await readTold(database)).length === 5, "the others");
    expect(await readTold(database)).toEqual(tasks.filter((id) => id !== bad));
  });

  test("keeps its lease although its handlers together take longer", async () => {
    const database = await useDatabase(open);
    const tasks = await completeTasks(database, 15);
    const calls: (number | null)[] = [];
    await startSubscriber(database, {
      ...TWICE,
      leaseMs: 600,
      handle: async ({ taskId }, { transaction }) => {
        calls.push(taskId);
        await sleep(60);
        await transaction?.query(TELL, [taskId]);
      },
    });
    await until(async () => (await readTold(database)).length === 15, "all");
    expect(calls.toSorted()).toEqual(tasks.toSorted());
  });

  test("lets a handler that has taken too long write nothing more", async () => {
    const database = await useDatabase(open);
    const [bad, good] = await completeTasks(database, 2);
    const late: Promise<unknown>[] = [];
    await startSubscriber(database, {
      ...TWICE,
      timeoutMs: 40,
      handle: async ({ taskId }, { transaction, signal }) => {
        await transaction?.query(TELL, [taskId]);
        if (taskId !== bad) return;
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        const writing = transaction?.query(TELL, [-1]).catch((error: unknown) => error);
        late.push(Promise.resolve(writing));
        await writing;
      },
    });
    await until(async () => (await listDeadLetters(database)).length === 1, "the dead letter");
    await until(async () => (await readTold(database)).length === 1, "the other");
    expect(await readTold(database)).toEqual([good]);
    for (const error of await Promise.all(late)) expect(error).toMatchObject({ code: "TASKER_PROCEDURAL" });
    expect((await listDeadLetters(database))[0]).toMatchObject({
      attempts: 2,
      error: { code: "TASKER_DELIVERY_TIMEOUT" },
    });
  });

  test("calls no further handler when it is stopped", async () => {
    const database = await useDatabase(open);
    const tasks = await completeTasks(database, 5);
    let calls = 0;
    const stopped: Promise<void>[] = [];
    const subscriber = await startSubscriber(database, {
      ...TWICE,
      handle: async ({ taskId }, { transaction }) => {
        calls += 1;
        if (calls === 2) stopped.push(subscriber.stop({ graceMs: 0 }));
        await sleep(20);
        await transaction?.query(TELL, [taskId]);
      },
    });
    await until(() => stopped.length === 1, "the stop");
    await stopped[0];
    expect(calls).toBe(2);
    expect(await readTold(database)).toEqual([]);
    await startSubscriber(database, {
      ...TWICE,
      handle: ({ taskId }, { transaction }) => transaction?.query(TELL, [taskId]),
    });
    await until(async () => (await readTold(database)).length === 5, "all, later");
    expect(await readTold(database)).toEqual(tasks);
  });
});

describeOnPostgres("a transactional subscriber on a server", () => {
  test("waits for a handler that is silent for longer than transactions may be", async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const database = await useDatabase(() => openPostgres(url, { idleInTransactionTimeoutMs: 100 }));
    const tasks = await completeTasks(database, 2);
    await startSubscriber(database, {
      ...TWICE,
      handle: async ({ taskId }, { transaction }) => {
        await sleep(300);
        await transaction?.query(TELL, [taskId]);
      },
    });
    await until(async () => (await readTold(database)).length === 2, "both");
    expect(await readTold(database)).toEqual(tasks);
  });

  test("gives up an event that costs it the connection", async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const database = await useDatabase(() => openPostgres(url));
    const [bad, ...good] = await completeTasks(database, 3);
    await startSubscriber(database, {
      ...TWICE,
      handle: async ({ taskId }, { transaction }) => {
        if (taskId === bad) await transaction?.query("select pg_terminate_backend(pg_backend_pid())").catch(() => {});
        else await transaction?.query(TELL, [taskId]);
      },
    });
    await until(async () => (await listDeadLetters(database)).length === 1, "the dead letter");
    await until(async () => (await readTold(database)).length === 2, "the others");
    expect(await readTold(database)).toEqual(good);
  });
});
