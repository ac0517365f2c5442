import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createToken, revokeToken } from "../../src/auth/tokens/manage-tokens.ts";
import { graphTemplate, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { TestEventSource } from "./support/event-source.ts";
import { type ServeOptions, serve } from "./support/serve.ts";

const TEMPLATES = [graphTemplate("a -> b"), graphTemplate("a", { name: "order", namespace: "shop" })];
const TOKENS = { authentication_enabled: true, authenticator_class: "tokens", authorization_enabled: true };

async function serveLive(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { templates: TEMPLATES, ...options });
  await made.engine.start();
  const run = async (name = "graph", namespace = "default") => {
    const { taskId } = await made.engine.submit({ name, namespace, context: {} });
    await made.engine.settled(taskId);
    return taskId;
  };
  return { ...made, run };
}

const BY = { actor: "test", actorKind: "system", source: "test" } as const;

const STORY = [
  "task.initialize_requested",
  "task.start_requested",
  "step.execution_requested a",
  "step.completed a",
  "step.execution_requested b",
  "step.completed b",
  "task.completed",
];

describeOnPostgres("live events over HTTP", () => {
  test("are streamed as they happen, and go on after the last one that a client got", async () => {
    const { url, run } = await serveLive();
    const source = await TestEventSource.open(`${url}/v1/events/stream`);
    expect(source.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(source.response.headers.get("cache-control")).toBe("no-store, no-transform");
    expect(source.retryMs).toBeGreaterThanOrEqual(1_000);
    expect(source.told[0]).toMatchObject({ type: "ready", data: {} });
    const taskId = await run();
    await until(() => source.events.length === 7, "the task");
    expect(source.names).toEqual(STORY);
    expect(source.events[3]).toMatchObject({
      id: expect.stringMatching(/^step:\d+:\d+$/),
      task_id: taskId,
      namespace: "default",
      task_name: "graph",
      occurred_at: expect.stringMatching(/Z$/),
      payload: { attempt_number: 1 },
    });
    const third = source.told.filter(({ type }) => type === "message")[2]?.lastId ?? "";
    source.close();
    const next = await run();
    const resumed = await TestEventSource.open(`${url}/v1/events/stream`, { after: third });
    await until(() => resumed.events.length === 11, "what was missed");
    expect(resumed.namesOf(taskId)).toEqual(STORY.slice(3));
    expect(resumed.namesOf(next)).toEqual(STORY);
    const byQuery = await TestEventSource.open(`${url}/v1/events/stream?after=${third}&name=task.*&task_id=${taskId}`);
    await until(() => byQuery.events.length === 1, "the end of the first task");
    expect(byQuery.names).toEqual(["task.completed"]);
    const foreign = await TestEventSource.open(`${url}/v1/events/stream`, { after: "task:1:10" });
    expect(foreign.told[0]).toMatchObject({ type: "reset", data: { reason: "malformed" } });
  });

  test("are those of one task, of namespaces, of templates", async () => {
    const { url, engine, clock, run } = await serveLive();
    const { taskId } = await engine.submit({ name: "graph", context: {}, runAt: new Date(clock.now() + 1_000) });
    const task = await TestEventSource.open(`${url}/v1/tasks/${taskId}/events?name=step.*,task.*`);
    const shop = await TestEventSource.open(`${url}/v1/events/stream?namespace=shop`);
    const order = await TestEventSource.open(`${url}/v1/events/stream?template=order&name=task.completed`);
    await run("order", "shop");
    await until(() => {
      clock.advance(1_000);
      return task.events.length === 6 && shop.events.length === 5 && order.events.length === 1;
    }, "the tasks");
    expect(task.names).toEqual(STORY.slice(1));
    expect((await fetch(`${url}/v1/tasks/4711/events`)).status).toBe(404);
    const unknown = await fetch(`${url}/v1/events/stream?name=task.complete`);
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ code: "TASKER_INVALID_REQUEST" });
  });

  test("tell figures of queues when they change", async () => {
    const { url, engine, clock } = await serveLive();
    await engine.submit({ name: "graph", context: {}, runAt: new Date(clock.now() + 60_000) });
    const source = await TestEventSource.open(`${url}/v1/queues/stream?namespace=default`);
    expect(source.told[0]).toMatchObject({ type: "message", data: { queues: [{ task_name: "graph", delayed: 1 }] } });
  });

  test("are refused beyond the bounds, which those who leave make room in", async () => {
    const { url, server } = await serveLive({ live: { connections: 2 } });
    const stream = `${url}/v1/events/stream`;
    expect((await fetch(stream, { method: "HEAD" })).status).toBe(200);
    const first = await TestEventSource.open(stream);
    await TestEventSource.open(`${url}/v1/queues/stream`);
    const refused = await fetch(stream);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    first.close();
    await until(async () => {
      const answer = await fetch(stream);
      await answer.body?.cancel();
      return answer.ok;
    }, "room");
    await server.close({ graceMs: 0 });
  });

  test("end when the server closes, and their clients are told", async () => {
    const { url, server, run } = await serveLive();
    const sources = [
      await TestEventSource.open(`${url}/v1/events/stream`),
      await TestEventSource.open(`${url}/v1/queues/stream`),
    ];
    await run();
    await until(() => sources[0]?.events.length === 7, "the task");
    const startedAt = performance.now();
    await server.close({ graceMs: 5_000 });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    for (const source of sources) {
      await source.ended;
      expect(source.told.at(-1)).toMatchObject({ type: "end", data: { reason: "stopping" } });
    }
  });

  test("end for a client that does not read, which holds nobody up", async () => {
    const { url, server, database } = await serveLive({ live: { buffer: 120 } });
    const quick = await TestEventSource.open(`${url}/v1/events/stream`);
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /v1/events/stream HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
    await new Promise<void>((resolve) => socket.once("data", () => resolve()));
    socket.pause();
    // What the system keeps for a connection takes some megabytes.
    for (let count = 100; server.live.events.statistics().lagging === 0 && count < 3_000; count += 100) {
      await database.query(
        `insert into tasker_events (kind, name, event_id, payload, occurred_at, created_at)
         select 1, 'big.event', $1 || ':' || g, jsonb_build_object('text', repeat('x', 40000)), now(), now()
         from generate_series(1, 100) g`,
        [`custom:${count}`],
      );
      await until(() => quick.events.length === count, "everything for the other one");
    }
    expect(server.live.events.statistics()).toMatchObject({ feeds: 1, lagging: 1 });
  });
});

describeOnPostgres("who may watch", () => {
  test("is told of the namespaces that a token has, of nothing without one", async () => {
    const { url, run, database } = await serveLive({ auth: TOKENS });
    const permissions = ["tasker.event:index"];
    const shop = await createToken(database, { name: "shop", permissions, namespaces: ["shop"] }, BY);
    const none = await createToken(
      database,
      { name: "none", permissions: ["tasker.task:index"], namespaces: "all" },
      BY,
    );
    const stream = `${url}/v1/events/stream`;
    expect((await fetch(stream)).status).toBe(401);
    expect((await TestEventSource.open(stream, { token: none.secret })).response.status).toBe(403);
    const source = await TestEventSource.open(stream, { token: shop.secret });
    const other = await TestEventSource.open(`${stream}?namespace=default`, { token: shop.secret });
    const hidden = await run();
    await run("order", "shop");
    await until(() => source.events.length === 5, "the task of the namespace");
    expect(new Set(source.events.map(({ namespace }) => namespace))).toEqual(new Set(["shop"]));
    expect(other.events).toEqual([]);
    expect(
      (await TestEventSource.open(`${url}/v1/tasks/${hidden}/events`, { token: shop.secret })).response.status,
    ).toBe(404);
  });

  test("is told that it may no more when its token has expired or was revoked", async () => {
    const { url, database, server, clock } = await serveLive({
      auth: { ...TOKENS, authenticator_options: { cache_seconds: 0 } },
      live: { recheckMs: 20, connectionsPerPrincipal: 1 },
    });
    const grant = { roles: ["viewer"], namespaces: "all" } as const;
    const expiresAt = new Date(clock.now() + 1_500);
    const short = await createToken(database, { ...grant, name: "short", expiresAt }, BY, { clock });
    const long = await createToken(database, { ...grant, name: "long" }, BY, { clock });
    const stream = `${url}/v1/events/stream`;
    const [expiring, revoked] = [
      await TestEventSource.open(stream, { token: short.secret }),
      await TestEventSource.open(stream, { token: long.secret }),
    ];
    expect((await TestEventSource.open(stream, { token: long.secret })).response.status).toBe(429);
    clock.advance(1_500);
    await expiring.ended;
    expect(expiring.told.at(-1)).toMatchObject({ type: "end", data: { reason: "unauthorized" } });
    expect(server.live.events.statistics().feeds).toBe(1);
    await revokeToken(database, long.token.id, BY, { clock });
    await revoked.ended;
    expect(revoked.told.at(-1)).toMatchObject({ type: "end", data: { reason: "unauthorized" } });
    expect((await TestEventSource.open(stream, { token: long.secret })).response.status).toBe(401);
  });
});
