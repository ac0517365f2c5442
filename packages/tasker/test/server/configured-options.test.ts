import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request as send } from "undici";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createToken, revokeToken } from "../../src/auth/tokens/manage-tokens.ts";
import { type ConfigurationSettings, configuration } from "../../src/config/configuration.ts";
import { GraphqlSchema, graphqlConfig } from "../../src/config/graphql-config.ts";
import { type ServerSettings, serverConfig } from "../../src/config/server-config.ts";
import type { Database } from "../../src/database/database.ts";
import { DEFAULT_LIMITS } from "../../src/graphql/limits/limits.ts";
import { appOptionsFrom, listenPlanFrom } from "../../src/server/configured-options.ts";
import { pem, pemFile } from "../handlers/api/remote-server.ts";
import { graphTemplate, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { TestEventSource } from "./support/event-source.ts";
import { type ServeOptions, serve } from "./support/serve.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** A server with what a configuration says for it. */
function serveWith(settings: ConfigurationSettings, options: ServeOptions = {}) {
  return serve(database, {
    templates: [graphTemplate("a -> b")],
    ...appOptionsFrom(configuration(settings)),
    ...options,
  });
}

const withServer = (server: ServerSettings, options: ServeOptions = {}) => serveWith({ server }, options);
const planOf = (settings: ServerSettings) => listenPlanFrom(serverConfig({ port: 0, ...settings }), "/nowhere");
const TOKENS = {
  authentication_enabled: true,
  authenticator_class: "tokens",
  authenticator_options: { cache_seconds: 0 },
};
const GRANT = { roles: ["viewer"], namespaces: "all" } as const;
const BY = { actor: "test", actorKind: "system", source: "test" } as const;

/** Keeps all requests that read tasks until it is ended. */
async function holdTasks() {
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  let tellLocked = () => {};
  const locked = new Promise<void>((resolve) => {
    tellLocked = resolve;
  });
  const done = database.transaction(async (transaction) => {
    await transaction.execute("lock table tasker_tasks in access exclusive mode");
    tellLocked();
    await held;
  });
  await locked;
  return async () => {
    end();
    await done;
  };
}

describe("where a server listens", () => {
  test("tells what is no address, no origin, and half a pair of files", () => {
    const wrong = {
      trusted_proxies: ["10.0.0.0/8", "10.0.0.0/99", "proxy"],
      cors_origins: ["https://ops.example.com/"],
      tls_cert_file: "server.pem",
    };
    expect(() => serverConfig(wrong)).toThrow(
      [
        'server.trusted_proxies[1] is "10.0.0.0/99", expected an IP address, or a network such as 10.0.0.0/8',
        'server.trusted_proxies[2] is "proxy", expected an IP address, or a network such as 10.0.0.0/8',
        'server.cors_origins[0] is "https://ops.example.com/", expected an origin such as https://ops.example.com',
      ].join("; "),
    );
    expect(() => serverConfig({ tls_key_file: "key.pem" })).toThrow("because tls_key_file is given");
  });

  test("names the file that it cannot read, and says what is no certificate", async () => {
    const missing = planOf({ tls_cert_file: "cert.pem", tls_key_file: "key.pem" });
    await expect(missing).rejects.toThrow(
      "server.tls_cert_file is /nowhere/cert.pem, expected a file that can be read",
    );
  });
});

describeOnPostgres("the section server", () => {
  test("host and port: where it listens", async () => {
    const { server } = await withServer({});
    const { url } = await server.listen(await planOf({ host: "localhost" }));
    const { port } = new URL(url);
    expect((await fetch(`http://localhost:${port}/health/live`)).status).toBe(200);
    const taken = server.listen(await planOf({ host: "localhost", port: Number(port) }));
    await expect(taken).rejects.toThrow("EADDRINUSE");
    expect(() => server.listen({ host: serverConfig({ host: "0.0.0.0" }).host })).toThrow("not on 0.0.0.0");
  });

  test("socket: listens there, too", async () => {
    const directory = await mkdtemp(join(tmpdir(), "tasker-socket-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const { socket } = await listenPlanFrom(serverConfig({ socket: "here" }), directory);
    expect(socket).toBe(join(directory, "here"));
    const { server } = await withServer({});
    await server.listenLocally(socket ?? "");
    expect((await stat(socket ?? "")).isSocket()).toBe(true);
  });

  test("tls_cert_file and tls_key_file: speaks HTTPS", async () => {
    const { server } = await withServer({});
    const files = { tls_cert_file: pemFile("server"), tls_key_file: pemFile("server-key") };
    const { url } = await server.listen(await planOf(files));
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const dispatcher = new Agent({ connect: { ca: pem("server") } });
    onTestFinished(() => dispatcher.close());
    const { statusCode, headers } = await send(`${url}/v1/tasks`, { dispatcher });
    expect([statusCode, headers["strict-transport-security"]]).toEqual([200, expect.any(String)]);
    await expect(fetch(`${url.replace("https", "http")}/v1/tasks`)).rejects.toThrow();
    const swapped = await planOf({ tls_cert_file: pemFile("server-key"), tls_key_file: pemFile("server") });
    expect(() => server.listen(swapped)).toThrow("expected a certificate and its key in PEM");
  });

  test("trusted_proxies: whose word is taken for where a request comes from", async () => {
    const headers = { "x-forwarded-for": "192.0.2.7" };
    const statusWith = async (settings: ServerSettings) => {
      const { url } = await withServer({ rate_limit_requests: 1, ...settings });
      await fetch(`${url}/health/live`);
      return (await fetch(`${url}/health/live`, { headers })).status;
    };
    expect(await statusWith({})).toBe(429);
    expect(await statusWith({ trusted_proxies: ["127.0.0.0/8"] })).toBe(200);
  });

  test("proxy_headers: by which headers they say it", async () => {
    const headers = { "x-forwarded-for": "192.0.2.7", forwarded: "for=192.0.2.8" };
    const from = async (settings: ServerSettings, forwarded: string) => {
      const { url } = await withServer({ rate_limit_requests: 1, trusted_proxies: ["127.0.0.1"], ...settings });
      await fetch(`${url}/health/live`, { headers });
      return (await fetch(`${url}/health/live`, { headers: { ...headers, forwarded } })).status;
    };
    expect(await from({}, "for=192.0.2.9")).toBe(429);
    expect(await from({ proxy_headers: "forwarded" }, "for=192.0.2.9")).toBe(200);
  });

  test("cors_origins: whose pages may call", async () => {
    const origin = "https://ops.example.com";
    const { url } = await withServer({ cors_origins: [origin] });
    const allowed = async (from: string) => {
      const answer = await fetch(`${url}/health/live`, { headers: { origin: from } });
      return answer.headers.get("access-control-allow-origin");
    };
    expect([await allowed(origin), await allowed("https://elsewhere.example.com")]).toEqual([origin, null]);
  });

  test("rate_limit_requests and rate_limit_window_seconds: how often one address may ask", async () => {
    const { url } = await withServer({ rate_limit_requests: 1, rate_limit_window_seconds: 1_000 });
    await fetch(`${url}/health/live`);
    const refused = await fetch(`${url}/health/live`);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(900);
    const free = await withServer({ rate_limit_requests: null });
    expect((await fetch(`${free.url}/health/live`)).status).toBe(200);
  });

  test("max_body_bytes: what is larger is refused", async () => {
    const { url } = await withServer({ max_body_bytes: 10 });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: `{"name":"graph"}` };
    expect((await fetch(`${url}/v1/tasks`, init)).status).toBe(413);
    expect((await fetch(`${url}/graphql`, init)).status).toBe(413);
  });

  test("max_answer_bytes: what is larger is refused", async () => {
    const { url } = await withServer({ max_answer_bytes: 400 });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const answer = await fetch(`${url}/v1/event-types`);
    expect([answer.status, Object(await answer.json()).code]).toEqual([400, "TASKER_QUERY_LIMIT"]);
    const query = encodeURIComponent("{ __schema { types { name description } } }");
    expect((await fetch(`${url}/graphql?query=${query}`)).status).toBe(400);
  });

  test("timeout_seconds: how long an answer may take", async () => {
    const { url } = await withServer({ timeout_seconds: 0.2 });
    const release = await holdTasks();
    const answer = await fetch(`${url}/v1/tasks`);
    await release();
    expect([answer.status, Object(await answer.json()).code]).toEqual([503, "TASKER_REQUEST_TIMEOUT"]);
  });

  test("compression: of large answers", async () => {
    const encodingWith = async (compression: boolean) => {
      const { url } = await withServer({ compression });
      const answer = await fetch(`${url}/v1/openapi.json`, { headers: { "accept-encoding": "gzip" } });
      return answer.headers.get("content-encoding");
    };
    expect([await encodingWith(true), await encodingWith(false)]).toEqual(["gzip", null]);
  });

  test("shutdown_grace_seconds: how long requests under way are waited for", async () => {
    let waiting = 0;
    const closeWith = async (shutdown_grace_seconds: number, whileClosing: () => Promise<void>) => {
      const { url, server } = await withServer({ shutdown_grace_seconds });
      const answer = fetch(`${url}/v1/tasks`).then(
        ({ status }) => status,
        () => "cut",
      );
      waiting += 1;
      await until(async () => {
        const [row] = await database.query(
          "select count(*)::int as waiting from pg_locks where not granted and relation = 'tasker_tasks'::regclass",
        );
        return row?.waiting === waiting;
      }, "the request");
      const closed = server.close();
      await whileClosing();
      await closed;
      return answer;
    };
    const release = await holdTasks();
    expect(await closeWith(0.05, async () => {})).toBe("cut");
    expect(await closeWith(60, release)).toBe(200);
  });

  test("live.max_clients: how many may watch", async () => {
    const { url } = await withServer({ live: { max_clients: 1 } });
    await TestEventSource.open(`${url}/v1/events/stream`);
    expect((await fetch(`${url}/v1/events/stream`)).status).toBe(429);
  });

  test("live.max_clients_per_principal: how many of one", async () => {
    const { url } = await withServer({ live: { max_clients_per_principal: 1 } }, { auth: TOKENS });
    const tokenOf = async (name: string) => (await createToken(database, { name, ...GRANT }, BY)).secret;
    const [ada, bob] = [await tokenOf("ada"), await tokenOf("bob")];
    const statusOf = async (token: string) =>
      (await TestEventSource.open(`${url}/v1/events/stream`, { token })).response.status;
    expect([await statusOf(ada), await statusOf(ada), await statusOf(bob)]).toEqual([200, 429, 200]);
  });

  test("live.recheck_seconds: how soon a client whose token was revoked is told no more", async () => {
    const { url } = await withServer({ live: { recheck_seconds: 0.02 } }, { auth: TOKENS });
    const { secret, token } = await createToken(database, { name: "t", ...GRANT }, BY);
    const source = await TestEventSource.open(`${url}/v1/events/stream`, { token: secret });
    await revokeToken(database, token.id, BY);
    await source.ended;
    expect(source.told.at(-1)).toMatchObject({ type: "end", data: { reason: "unauthorized" } });
  });

  test("live.beat_seconds: how often clients are told that nothing has happened", async () => {
    const { url } = await withServer({ live: { beat_seconds: 0.02 } });
    const source = await TestEventSource.open(`${url}/v1/events/stream`);
    await until(() => source.beats > 2, "beats");
  });

  test("live.max_waiting_events: how many may wait for one client", async () => {
    const { url, server } = await withServer({ live: { max_waiting_events: 1 } });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /v1/events/stream HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
    await new Promise<void>((resolve) => socket.once("data", () => resolve()));
    socket.pause();
    // What the system keeps for a connection takes some megabytes.
    let count = 0;
    await until(async () => {
      count += 50;
      await database.query(
        `insert into tasker_events (kind, name, event_id, payload, occurred_at, created_at)
         select 1, 'big.event', $1 || ':' || g, jsonb_build_object('text', repeat('x', 40000)), now(), now()
         from generate_series(1, 50) g`,
        [`custom:${count}`],
      );
      return server.live.events.statistics().lagging === 1;
    }, "too many events");
    expect(count).toBeLessThan(5_000);
  });
});

describeOnPostgres("the section graphql", () => {
  const DOCUMENT = `{ a: tasks(limit: 2, offset: 2) { ...f workflowSteps { ...g } } b: tasks(limit: 2) { taskId } }
    fragment f on Task { taskId } fragment g on WorkflowStep { name }`;

  /** The answers to two operations in one request. */
  const ask = async (url: string) => {
    const body = JSON.stringify([{ query: DOCUMENT }, { query: DOCUMENT }]);
    const headers = { "content-type": "application/json" };
    const answer: unknown = await (await fetch(`${url}/graphql`, { method: "POST", headers, body })).json();
    return JSON.stringify(answer);
  };

  test("has the limits that the server has without it", () => {
    expect(appOptionsFrom(configuration()).graphql).toEqual({ introspection: true, limits: DEFAULT_LIMITS });
  });

  const LIMITS = [
    ...(["max_tokens", "max_fields", "max_aliases", "max_fragments", "max_depth"] as const),
    ...(["max_cost", "max_rows", "max_page_size", "max_offset", "max_batch"] as const),
  ];

  /** What tells of one value that it is too large says what it may be. */
  const REFUSALS: Readonly<Record<string, string>> = {
    max_batch: "expected 1 to 1 operations",
    max_page_size: "limit is 2, expected a whole number from 1 to 1",
    max_offset: "offset is 2, expected a whole number from 0 to 1",
  };

  test("has no other limits than these", () => {
    expect(Object.keys(GraphqlSchema.shape)).toEqual(["introspection", ...LIMITS]);
  });

  test.each(LIMITS)("a request within the limits is answered, and refused with less of %s", async (name) => {
    const { url, engine } = await serveWith({ graphql: graphqlConfig({ [name]: 1 }) });
    await engine.submitMany([1, 2, 3, 4].map((order) => ({ name: "graph", context: { order } })));
    const { url: free } = await serveWith({});
    expect(await ask(free)).not.toContain("errors");
    expect(await ask(url)).toMatch(REFUSALS[name] ?? "TASKER_QUERY_LIMIT");
  });

  test("introspection: whether clients may ask for the schema", async () => {
    const asks = async (introspection: boolean) => {
      const { url } = await serveWith({ graphql: { introspection } });
      const query = encodeURIComponent("{ __schema { description } }");
      return Object.keys(Object(await (await fetch(`${url}/graphql?query=${query}`)).json()));
    };
    expect([await asks(true), await asks(false)]).toEqual([["data"], ["errors"]]);
  });
});
