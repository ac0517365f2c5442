import { spawn } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { expect, inject, onTestFinished, test } from "vitest";
import { RedisStreamSubscriber } from "../../../src/subscribers/relays/redis-stream-subscriber.ts";
import { freePort } from "../../support/postgres-server.ts";
import { sampleEvent } from "../sample-event.ts";

/** Starts a Redis that keeps nothing and ends with the test, and connects to it. */
async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn(inject("redis") ?? "", options, { stdio: "ignore" });
  const client = new Redis({ port, host: "127.0.0.1", maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on("error", () => {});
  onTestFinished(async () => {
    client.disconnect();
    const exited = once(server, "exit");
    if (server.exitCode === null && server.kill("SIGTERM")) await exited;
  });
  await client.ping();
  return client;
}

test.skipIf(inject("redis") === null)("events are appended to a Redis stream, which is kept short", async () => {
  const client = await startRedis();
  const relay = new RedisStreamSubscriber({ events: ["*"], config: { stream: "shop", max_length: 100 }, client });
  await relay.call(sampleEvent("order.paid", { payload: { total: 5 } }));
  for (let count = 0; count < 400; count++) await relay.call(sampleEvent("order.sent"));
  const [[, fields = []] = ["", []]] = await client.xrange("shop", "-", "+", "COUNT", 1);
  expect(fields.slice(0, 3)).toEqual(["id", expect.stringContaining("order."), "name"]);
  expect(JSON.parse(fields[5] ?? "")).toMatchObject({ task_id: 7, step_name: "charge" });
  expect(await client.xlen("shop")).toBeLessThan(300);
});
