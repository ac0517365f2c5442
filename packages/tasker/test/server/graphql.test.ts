import { auditServer } from "graphql-http";
import { createClient } from "graphql-sse";
import { expect, onTestFinished, test } from "vitest";
import { createToken, revokeToken } from "../../src/auth/tokens/manage-tokens.ts";
import { graphTemplate, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { TestEventSource } from "./support/event-source.ts";
import { type ServeOptions, serve } from "./support/serve.ts";
import { makeToken, WITH_TOKENS } from "./support/tokens.ts";

async function serveGraphql(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serve(database, { templates: [graphTemplate("a -> b")], ...options });
  const url = `${made.url}/graphql`;
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { ...made, database, url, post };
}

const BY = { actor: "test", actorKind: "system", source: "test" } as const;
const NEW_TASK = `mutation { createTask(input: { name: "graph", context: {} }) { taskId } }`;

describeOnPostgres("GraphQL over HTTP", () => {
  test("is what the specification of GraphQL over HTTP says, by an independent audit", async () => {
    const { url } = await serveGraphql();
    const results = await auditServer({ url });
    const failed = results.filter(({ status }) => status !== "ok");
    expect(failed.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  });

  test("answers operations by POST and GET, and a list of them with a list", async () => {
    const { post, url } = await serveGraphql();
    expect(await (await post({ query: NEW_TASK })).json()).toEqual({ data: { createTask: { taskId: "1" } } });
    const query = "query ($id: ID!) { task(taskId: $id) { status } }";
    const answer = { data: { task: { status: "pending" } } };
    expect(await (await post({ query, variables: { id: 1 } })).json()).toEqual(answer);
    expect(await (await post({ query, variables: '{"id": 1}' })).json()).toEqual(answer);
    const address = `${url}?${new URLSearchParams({ query, variables: '{"id": 1}' })}`;
    expect(await (await fetch(address)).json()).toEqual(answer);
    expect(await (await post([{ query, variables: { id: 1 } }, { query: "{ nothing }" }])).json()).toMatchObject([
      answer,
      { errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }] },
    ]);
  });

  test("gives up an operation that takes too long, also one that is asked for as a stream", async () => {
    const { database, post } = await serveGraphql({ timeoutMs: 300 });
    await post({ query: NEW_TASK });
    const query = `mutation { cancelTask(input: { taskId: "1" }) { outcome } }`;
    await database.transaction(async (transaction) => {
      await transaction.query("select from tasker_task_runs for update");
      const answers = await Promise.all([post({ query }), post({ query }, { accept: "text/event-stream" })]);
      expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    });
  });

  test("refuses what is no request, in the form that clients expect, and mutations by GET", async () => {
    const { post, url } = await serveGraphql();
    const cases: [Response, number, string][] = [
      [await post("{"), 400, "body"],
      [await post({ variables: {} }), 400, "body.query is missing"],
      [await post({ query: "{ __typename }", variables: "[1]" }), 400, "an object, or a text that is one in JSON"],
      [await post([]), 400, "1 to 10 operations"],
      [await post(Array(11).fill({ query: "{ __typename }" })), 400, "1 to 10 operations"],
      [await post({ query: "{ __typename }" }, { "content-type": "text/plain" }), 415, "text/plain"],
      [await post(`{"query": "${" ".repeat(3_000_000)}"}`), 413, "larger than"],
      [await fetch(`${url}?${new URLSearchParams({ query: NEW_TASK })}`), 405, "a mutation needs a POST request"],
      [await fetch(url, { method: "DELETE" }), 405, "/graphql takes GET, POST, not DELETE"],
      [await post({ query: "{ __typename }" }, { accept: "text/html" }), 406, "accept names no type"],
      [await post({ query: "{ __typename }" }, { "sec-fetch-site": "cross-site" }), 403, "from this machine itself"],
    ];
    for (const [answer, status, text] of cases) {
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      const { errors } = Object(await answer.json());
      expect(errors[0].message).toContain(text);
      expect(errors[0].extensions.requestId).toEqual(expect.any(String));
    }
    const { headers } = await fetch(url, { method: "DELETE" });
    expect(headers.get("allow")).toBe("GET, POST");
  });

  test("does nothing by GET, however the answer is to be written", async () => {
    const { url, post } = await serveGraphql();
    await post({ query: NEW_TASK });
    const query = `mutation { cancelTask(input: { taskId: 1 }) { outcome } }`;
    for (const accept of ["application/json", "application/graphql-response+json", "text/event-stream"]) {
      const answer = await fetch(`${url}?${new URLSearchParams({ query })}`, { headers: { accept } });
      expect(answer.status).toBe(405);
      expect(await answer.json()).toMatchObject({ errors: [{ message: "a mutation needs a POST request" }] });
    }
    expect((await fetch(`${url}?${new URLSearchParams({ query })}`, { method: "HEAD" })).status).toBe(405);
    expect(await (await post({ query: "{ tasks { status } }" })).json()).toEqual({
      data: { tasks: [{ status: "pending" }] },
    });
  });

  test("answers no page of another site where nobody is asked who they are", async () => {
    const { url } = await serveGraphql();
    const ask = (site: string) =>
      fetch(`${url}?${new URLSearchParams({ query: "{ __typename }" })}`, { headers: { "sec-fetch-site": site } });
    expect((await ask("cross-site")).status).toBe(403);
    expect((await ask("same-origin")).status).toBe(200);
  });

  test("tells by the status what was not executed, to clients that know the newer type", async () => {
    const { post } = await serveGraphql();
    const accept = "application/graphql-response+json";
    const refused = await post({ query: "{ nothing }" }, { accept });
    expect(refused.status).toBe(400);
    expect(refused.headers.get("content-type")).toBe(`${accept}; charset=utf-8`);
    expect((await post({ query: "{ nothing }" })).status).toBe(200);
    expect((await post({ query: `{ task(taskId: "x") { taskId } }` }, { accept })).status).toBe(200);
  });

  test("asks who somebody is, before it tells of the schema", async () => {
    const { post } = await serveGraphql({ auth: { authentication_enabled: true, authenticator_class: "tokens" } });
    for (const query of ["{ __typename }", "{ __schema { types { name } } }", "{"]) {
      const answer = await post({ query });
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      const text = await answer.text();
      expect(text).not.toContain("Query");
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: "TASKER_AUTHENTICATION" } }] });
    }
    expect((await post([{ query: "{ __typename }" }])).status).toBe(401);
  });

  test("asks for each operation of a list what somebody may", async () => {
    const { post, database } = await serveGraphql({ auth: WITH_TOKENS });
    const authorization = `Bearer ${await makeToken(database, ["tasker.task:index"])}`;
    const answer = await post([{ query: "{ tasks { status } }" }, { query: NEW_TASK }], { authorization });
    expect(await answer.json()).toMatchObject([
      { data: { tasks: [] } },
      { data: { createTask: null }, errors: [{ extensions: { code: "FORBIDDEN", action: "create" } }] },
    ]);
  });

  test("bounds each operation of a list, and what variables hold", async () => {
    const { post, database } = await serveGraphql();
    const wide = `{ ${Array.from({ length: 60 }, (_, at) => `a${at}: __typename`).join(" ")} }`;
    const refused = { errors: [{ extensions: { limit: "maxAliases" } }] };
    expect(await (await post(Array(10).fill({ query: wide }))).json()).toMatchObject(Array(10).fill(refused));
    const query = `mutation ($context: JSON!) { createTask(input: { name: "graph", context: $context }) { taskId errors { code } } }`;
    for (const depth of [1_000, 100_000]) {
      const nested = `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      const answer = await post(`{"query":${JSON.stringify(query)},"variables":{"context":${nested}}}`);
      const text = await answer.text();
      expect(answer.status, text).toBeLessThan(500);
      expect(text).not.toMatch(/INTERNAL|RangeError|"taskId":"/);
    }
    expect(await database.query("select from tasker_tasks")).toEqual([]);
  });

  test("has limits and introspection as the options say", async () => {
    const { post } = await serveGraphql({ graphql: { limits: { maxDepth: 1 }, introspection: false } });
    expect(await (await post({ query: "{ tasks { taskId } }" })).json()).toMatchObject({
      errors: [{ extensions: { code: "TASKER_QUERY_LIMIT", limit: "maxDepth", allowed: 1 } }],
    });
    expect(await (await post({ query: "{ __schema { description } }" })).json()).toMatchObject({
      errors: [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }],
    });
  });

  test("tells a client of graphql-sse what happens, until it leaves or the server closes", async () => {
    const { url, engine, server } = await serveGraphql();
    await engine.start();
    const { taskId } = await engine.submit({ name: "graph", context: {}, runAt: new Date(9e12) });
    const client = createClient({ url, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    const query = `subscription { taskChanged(taskId: ${taskId}) { status } }`;
    const stream = client.iterate<{ taskChanged: { status: string } }>({ query });
    const seen: (string | undefined)[] = [];
    for await (const { data } of stream) {
      const status = data?.taskChanged.status;
      if (seen.length === 0) await engine.actions.cancelTask(taskId, { actor: "ada", reason: "a test" });
      seen.push(status);
      if (status === "cancelled") break;
    }
    expect(seen[0]).toBe("pending");
    expect(await client.iterate({ query: "{ tasks { status } }" }).next()).toMatchObject({
      value: { data: { tasks: [{ status: "cancelled" }] } },
    });
    const last = client.iterate({ query: "subscription { taskEvents { name } }" });
    // The connection ends without `complete`: its client may come back.
    const ended = last.next().then(
      ({ done }) => done,
      (error: unknown) => String(error),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.close({ graceMs: 0 });
    expect(await ended).toContain("NetworkError");
  });

  const subscriptionAt = (url: string, field: string) =>
    `${url}?${new URLSearchParams({ query: `subscription { ${field} }` })}`;

  test("goes on after the last event that a client was told, by the header of server-sent events", async () => {
    const { url, engine } = await serveGraphql();
    await engine.start();
    const address = subscriptionAt(url, `taskEvents(names: ["task.completed"]) { taskId }`);
    const source = await TestEventSource.open(address, { after: "nowhere" });
    expect(source.told[0]).toMatchObject({
      type: "next",
      data: { errors: [{ message: expect.stringContaining("malformed") }] },
    });
    const run = async () => engine.settled((await engine.submit({ name: "graph", context: {} })).taskId);
    await run();
    await until(() => source.told.length === 2, "the first task");
    source.close();
    await run();
    const resumed = await TestEventSource.open(address, { after: source.lastId });
    expect(resumed.told[0]).toMatchObject({ type: "next", data: { data: { taskEvents: { taskId: 2 } } } });
  });

  test("ends a subscription when a token was revoked or has expired, which a client is told", async () => {
    const auth = {
      authentication_enabled: true,
      authorization_enabled: true,
      authenticator_class: "tokens",
      authenticator_options: { cache_seconds: 0 },
    };
    const { url, database, server, clock } = await serveGraphql({ auth, live: { recheckMs: 20, beatMs: 20 } });
    const tokenWith = (more: { expiresAt?: Date }) =>
      createToken(database, { name: "t", roles: ["viewer"], namespaces: "all", ...more }, BY, { clock });
    const address = subscriptionAt(url, "taskEvents { name }");
    const { secret, token } = await tokenWith({});
    const short = await tokenWith({ expiresAt: new Date(clock.now() + 1_500) });
    const [revoked, expired] = [secret, short.secret].map((given) => TestEventSource.open(address, { token: given }));
    await until(() => server.live.events.statistics().feeds === 2, "both");
    clock.advance(1_500);
    await revokeToken(database, token.id, BY, { clock });
    for (const source of [await revoked, await expired]) {
      await source?.ended;
      expect(source?.told).toMatchObject([{ type: "next", data: { errors: [{ extensions: { code: "FORBIDDEN" } }] } }]);
    }
    await until(() => server.live.events.statistics().feeds === 0, "nobody");
  });

  test("has as many subscriptions as there are seats, and tells clients that come too late to wait", async () => {
    const { url, server } = await serveGraphql({ live: { connections: 1, beatMs: 20 } });
    const address = subscriptionAt(url, "taskEvents { name }");
    const first = TestEventSource.open(address);
    await until(() => server.live.events.statistics().feeds === 1, "the first");
    const headers = { accept: "text/event-stream" };
    const refused = await fetch(address, { headers });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(server.live.events.statistics().feeds).toBe(1);
    const closed = server.close({ graceMs: 0 });
    const source = await first;
    await source.ended;
    await closed;
    expect(source.told).toEqual([]);
    expect(source.beats).toBeGreaterThan(0);
  });
});
