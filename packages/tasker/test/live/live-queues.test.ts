import { expect, onTestFinished, test } from "vitest";
import { LatestFeed } from "../../src/live/latest-feed.ts";
import { LiveQueues, type QueueMessage } from "../../src/live/live-queues.ts";
import { DatabaseFigures } from "../../src/telemetry/metrics/database-figures.ts";
import { graphTemplate, recordingLog, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

async function collect(feed: LatestFeed<QueueMessage>, messages: QueueMessage[]): Promise<void> {
  for await (const message of feed) messages.push(message);
}

describeOnPostgres("live figures of queues", () => {
  test("are told when they change, within what a client may see, and end with the process", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const shop = graphTemplate("a", { name: "order", namespace: "shop" });
    const { engine, clock } = await startEngine(database, [graphTemplate("a"), shop]);
    const source = new DatabaseFigures({ database, clock, log: recordingLog([]), intervalMs: 1 });
    const queues = new LiveQueues({ source, everyMs: 5, beatEvery: 2 });
    onTestFinished(() => queues.stop());
    const [all, ofShop]: [QueueMessage[], QueueMessage[]] = [[], []];
    const gone = new AbortController();
    const ended = [collect(queues.open("all"), all), collect(queues.open(["shop"], gone.signal), ofShop)];
    await until(() => ofShop.some(({ kind }) => kind === "beat"), "a beat");
    expect([all[0], ofShop[0]]).toEqual([
      { kind: "queues", queues: [] },
      { kind: "queues", queues: [] },
    ]);
    const runAt = new Date(clock.now() + 60_000);
    await engine.submitMany([
      { name: "graph", context: {}, runAt },
      { name: "order", namespace: "shop", context: {}, runAt },
    ]);
    const namesOf = (messages: QueueMessage[]) => {
      const last = messages.findLast(({ kind }) => kind === "queues");
      return last?.kind === "queues"
        ? last.queues.map((queue) => [queue.namespace, queue.task_name, queue.delayed])
        : [];
    };
    await until(() => namesOf(all).length === 2 && namesOf(ofShop).length === 1, "the tasks");
    expect(namesOf(all)).toEqual([
      ["default", "graph", 1],
      ["shop", "order", 1],
    ]);
    expect(namesOf(ofShop)).toEqual([["shop", "order", 1]]);
    gone.abort();
    expect(queues.feeds).toBe(1);
    queues.stop();
    await Promise.all(ended);
    expect(all.at(-1)).toEqual({ kind: "end", reason: "stopping" });
    expect(await queues.open("all").next()).toMatchObject({ value: { kind: "end" } });
  });

  test("do not pile up for a client that takes none", async () => {
    const feed = new LatestFeed<number>(() => {});
    for (const value of [1, 2, 3]) feed.tell(value);
    expect(await feed.next()).toEqual({ done: false, value: 3 });
    const next = feed.next();
    feed.end(4);
    expect(await next).toEqual({ done: false, value: 4 });
    expect(await feed.next()).toEqual({ done: true, value: undefined });
  });
});
