import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import express from "express";
import fastify from "fastify";
import { Agent, request as send } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { Problem } from "../../src/api/shapes/problem.ts";
import { createToken } from "../../src/auth/tokens/manage-tokens.ts";
import { fastifyPlugin } from "../../src/server/fastify-plugin.ts";
import { graphTemplate, until } from "../support/engine-harness.ts";
import { HttpWorker } from "../support/http-worker.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type ServeOptions, serve } from "./support/serve.ts";

async function serveTemplates(options: ServeOptions = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return serve(database, { templates: [graphTemplate("a -> b")], ...options });
}

const codeOf = async (answer: Response) => z.object({ code: z.string() }).parse(await answer.json()).code;

const CREATION = { method: "POST", headers: { "content-type": "application/json" } };
const BODY = JSON.stringify({ name: "graph", context: { order: 1 } });

describeOnPostgres("the server", () => {
  test("creates a task, and gives the same one for the same idempotency key", async () => {
    const { url } = await serveTemplates();
    const create = () =>
      fetch(`${url}/v1/tasks`, { ...CREATION, headers: { ...CREATION.headers, "idempotency-key": "k" }, body: BODY });
    const first = await create();
    expect(first.status).toBe(201);
    expect(await first.json()).toEqual({ task_id: 1, created: true });
    expect(first.headers.get("location")).toBe("/v1/tasks/1");
    expect(first.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    const second = await create();
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual({ task_id: 1, created: false });
  });

  test("says everything that is wrong with a request in one problem document", async () => {
    const { url } = await serveTemplates();
    const body = JSON.stringify({ name: "", contxt: {}, priority: 1e9 });
    const answer = await fetch(`${url}/v1/tasks`, { ...CREATION, body });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const problem = Problem.parse(await answer.json());
    expect(answer.headers.get("x-request-id")).toBe(problem.request_id);
    expect(problem).toMatchObject({
      type: "urn:tasker:error:TASKER_MALFORMED_REQUEST",
      title: "Bad Request",
      status: 400,
      code: "TASKER_MALFORMED_REQUEST",
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(problem.violations).toEqual([
      { path: "body.name", value: "", expected: "at least 1 characters" },
      { path: "body.context", expected: "an object" },
      { path: "body.priority", value: 1e9, expected: "at most 32767" },
      { path: "body.contxt", value: "{}", expected: 'a known name; did you mean "context"?' },
    ]);
  });

  test("refuses what it cannot read, with the reason", async () => {
    const { url } = await serveTemplates({ bodyLimit: 100 });
    const status = async (init: RequestInit) => {
      const answer = await fetch(`${url}/v1/tasks`, { method: "POST", ...init });
      return [answer.status, await codeOf(answer)];
    };
    expect(await status({ body: "{", headers: CREATION.headers })).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
    expect(await status({})).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
    expect(await status({ body: "a=1", headers: { "content-type": "text/plain" } })).toEqual([
      415,
      "TASKER_UNSUPPORTED_MEDIA_TYPE",
    ]);
    expect(await status({ body: JSON.stringify({ name: "x".repeat(100) }), headers: CREATION.headers })).toEqual([
      413,
      "TASKER_BODY_TOO_LARGE",
    ]);
    const stream = new Blob(["x".repeat(200)]).stream();
    expect(await status({ body: stream, duplex: "half" } as RequestInit)).toEqual([413, "TASKER_BODY_TOO_LARGE"]);
    expect(await status({ body: BODY.replace("graph", "grph").slice(0, 90), headers: CREATION.headers })).toEqual([
      422,
      "TASKER_HANDLER_NOT_FOUND",
    ]);
  });

  test("takes bodies in UTF-8 only, as they are", async () => {
    const { url } = await serveTemplates();
    const send = async (body: NonNullable<RequestInit["body"]>, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${url}/v1/tasks`, {
        method: "POST",
        headers: { ...CREATION.headers, ...headers },
        body,
      });
      return [answer.status, answer.ok ? null : await codeOf(answer)];
    };
    const latin = Buffer.from(JSON.stringify({ name: "graph", context: { name: "Zo\u00eb" } }), "latin1");
    expect(await send(latin)).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
    const refused = [415, "TASKER_UNSUPPORTED_MEDIA_TYPE"];
    const utf16 = { "content-type": "application/json; charset=utf-16" };
    expect(await send(Buffer.from(BODY, "utf16le"), utf16)).toEqual(refused);
    expect(await send(gzipSync(BODY), { "content-encoding": "gzip" })).toEqual(refused);
    expect(await send(BODY, { "content-type": 'application/json;charset="UTF-8"' })).toEqual([201, null]);
    expect(await send(BODY, { "content-encoding": "identity" })).toEqual([201, null]);
  });

  test("says of a path which methods it takes, and of others that nothing is there", async () => {
    const { url } = await serveTemplates();
    // GET is taken where a task's id stands in place of this name.
    for (const method of ["DELETE", "GET"]) {
      const wrongMethod = await fetch(`${url}/v1/tasks/batch`, { method });
      expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST"]);
    }
    const nowhere = await fetch(`${url}/v1/nowhere`);
    expect([nowhere.status, await codeOf(nowhere)]).toEqual([404, "TASKER_NOT_FOUND"]);
    const outside = await fetch(`${url}/nowhere`);
    expect([outside.status, await outside.json()]).toEqual([
      404,
      { error: "Not Found", message: "there is nothing at /nowhere" },
    ]);
  });

  test("limits how often one address asks", async () => {
    const { url } = await serveTemplates({ rateLimit: { requests: 2, seconds: 60 } });
    const statuses = [];
    for (let turn = 0; turn < 3; turn++) statuses.push((await fetch(`${url}/health/live`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await fetch(`${url}/health/live`)).headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test("answers pages of other origins only where they are allowed", async () => {
    const origin = "https://ops.example.com";
    const allowed = async (options: ServeOptions) => {
      const { url } = await serveTemplates(options);
      const answer = await fetch(`${url}/health/live`, { headers: { origin } });
      return answer.headers.get("access-control-allow-origin");
    };
    expect(await allowed({})).toBeNull();
    expect(await allowed({ corsOrigins: [origin] })).toBe(origin);
  });

  test("refuses to listen for others without authentication", async () => {
    const { server } = await serveTemplates();
    expect(() => server.listen({ host: "0.0.0.0", port: 0 })).toThrow("own addresses only, not on 0.0.0.0");
  });

  test("lets in those whose token allows it, within their namespaces", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const auth = { authentication_enabled: true, authorization_enabled: true, authenticator_class: "tokens" };
    const { url } = await serve(database, { templates: [graphTemplate("a")], auth });
    const by = { actor: "test", actorKind: "system", source: "test" } as const;
    const token = async (permissions: string[], namespaces: string[]) => {
      const { secret } = await createToken(database, { name: "t", permissions, namespaces }, by);
      return secret;
    };
    const create = async (secret: string | null) => {
      const headers = { ...CREATION.headers, ...(secret === null ? {} : { authorization: `Bearer ${secret}` }) };
      const answer = await fetch(`${url}/v1/tasks`, { ...CREATION, headers, body: BODY });
      return [answer.status, answer.ok ? null : await codeOf(answer)];
    };
    expect(await create(null)).toEqual([401, "TASKER_AUTHENTICATION"]);
    expect(await create("tskr_wrong")).toEqual([401, "TASKER_AUTHENTICATION"]);
    expect(await create(await token(["tasker.task:index"], ["default"]))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await create(await token(["tasker.task:create"], ["payments"]))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await create(await token(["tasker.task:create"], ["default"]))).toEqual([201, null]);
  });
});

describeOnPostgres("the server elsewhere", () => {
  test("answers within an application of Express, with and without a parser of bodies", async () => {
    const { server } = await serveTemplates();
    for (const parsers of [[], [express.json()]]) {
      const app = express();
      for (const parser of parsers) app.use(parser);
      app.use("/tasker", server.http());
      const listening = createServer(app);
      await new Promise<void>((resolve) => void listening.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void listening.close());
      const { port } = listening.address() as AddressInfo;
      const answer = await fetch(`http://127.0.0.1:${port}/tasker/v1/tasks`, { ...CREATION, body: BODY });
      expect(answer.status).toBe(201);
    }
  });

  test("answers within an application of Fastify", async () => {
    const { server } = await serveTemplates();
    const app = fastify();
    await app.register(fastifyPlugin(server), { prefix: "/tasker" });
    onTestFinished(() => app.close());
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    expect((await fetch(`${url}/tasker/v1/tasks`, { ...CREATION, body: BODY })).status).toBe(201);
    expect(await (await fetch(`${url}/tasker/health/live`)).json()).toMatchObject({ alive: true });
  });

  test("answers those who wait when it closes, and is not held up by clients that would ask again", async () => {
    const { url, server, engine } = await serveTemplates();
    const { id } = await HttpWorker.register(url, { handlers: ["Shop::Score"] });
    const poll = (nonce: string) =>
      fetch(`${url}/v1/worker/poll`, {
        ...CREATION,
        body: JSON.stringify({ worker_id: id, nonce, capacity: 1, wait_ms: 60_000 }),
      });
    const waiting = poll("first");
    await until(() => engine.workers.waiting === 1, "the worker to wait");
    const closed = server.close({ graceMs: 60_000 });
    const answer = await waiting;
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
    expect(await answer.json()).toEqual({ steps: [] });
    await expect(poll("second")).rejects.toThrow();
    await closed;
  });

  test("answers by a Unix socket that its user alone can open, and takes one over that was left behind", async () => {
    const directory = await mkdtemp(join(tmpdir(), "tasker-socket-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const path = join(directory, "socket");
    const auth = { authentication_enabled: true, authenticator_class: "tokens" };
    const { server } = await serveTemplates({ auth });
    await server.listenLocally(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const dispatcher = new Agent({ connect: { socketPath: path } });
    const { statusCode } = await send("http://local/v1/tasks", { ...CREATION, body: BODY, dispatcher, method: "POST" });
    expect(statusCode).toBe(201);
    await expect(server.listenLocally(path)).rejects.toThrow("another process listens");
  });

  test("takes requests of its own process for its owner's, and those that anything else hands over for strangers'", async () => {
    const { server } = await serveTemplates();
    const request = () => new Request("http://local/v1/tasks", { ...CREATION, body: BODY });
    expect((await server.fetchLocally(request())).status).toBe(201);
    expect((await server.fetch(request())).status).toBe(403);
  });
});
