import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/clock/clock.ts";
import { PermanentError, RetryableError } from "../../../src/errors/index.ts";
import type { ApiHandlerConfig } from "../../../src/handlers/api/api-config.ts";
import type { ApiResponse } from "../../../src/handlers/api/api-response.ts";
import { ApiStepHandler } from "../../../src/handlers/api/api-step-handler.ts";
import type { StepExecution } from "../../../src/handlers/execution.ts";
import { SharedResources } from "../../../src/handlers/resources.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { until } from "../../support/engine-harness.ts";
import { runStep } from "../run-step.ts";
import { json, pem, pemFile, startRemote } from "./remote-server.ts";

/** What an execution failed with. */
async function failureOf(running: Promise<unknown>): Promise<RetryableError | PermanentError> {
  const error = await running.then(
    () => new Error("it did not fail"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof RetryableError || error instanceof PermanentError) return error;
  throw error;
}

const call = (config: ApiHandlerConfig) => runStep(new ApiStepHandler(config));

describe("a response", () => {
  test.each([[200], [201], [202], [204], [206], [226]])("with status %i is a success and is stored", async (status) => {
    const remote = await startRemote((response) => {
      if (status === 204) response.writeHead(204).end();
      else json(response, status, { cart: 7 }, { "x-request-id": "r-1" });
    });
    const { stored } = await call({ url: remote.url });
    expect(stored).toMatchObject({ status, body: status === 204 ? null : { cart: 7 } });
    if (status !== 204) expect(stored).toMatchObject({ response_headers: { "x-request-id": "r-1" } });
  });

  test.each([
    [429, "30", 30],
    [503, "1.5", 1.5],
    [503, "soon", null],
    [429, undefined, null],
    [500, undefined, null],
    [502, "7", 7],
    [408, undefined, null],
    [425, undefined, null],
    [599, undefined, null],
  ])("with status %i and Retry-After %s is retryable", async (status, header, retryAfter) => {
    const remote = await startRemote((response) =>
      json(response, status, { why: "busy" }, header === undefined ? {} : { "retry-after": header }),
    );
    const error = await failureOf(call({ url: remote.url }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({
      retryAfter,
      errorCode: `HTTP_${status}`,
      details: { response_status: status, response_body: '{"why":"busy"}', error_code: `HTTP_${status}` },
    });
  });

  test("with a date in Retry-After is retryable at that date", async () => {
    const clock = new ManualClock(Date.UTC(2026, 4, 5, 6, 7, 8));
    const date = new Date(clock.now() + 60_000).toUTCString();
    const remote = await startRemote((response) => json(response, 429, null, { "retry-after": date }));
    const error = await failureOf(runStep(new ApiStepHandler({ url: remote.url }), { clock }));
    expect(error).toMatchObject({ retryAfter: 60 });
  });

  test.each([
    [301],
    [304],
    [400],
    [401],
    [402],
    [403],
    [404],
    [405],
    [409],
    [410],
    [415],
    [422],
    [501],
    [505],
  ])("with status %i is a permanent failure", async (status) => {
    const remote = await startRemote((response) =>
      status === 304 ? response.writeHead(304).end() : json(response, status, { no: "way" }, { location: "/other" }),
    );
    const error = await failureOf(call({ url: remote.url }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.errorCode).toBe(`HTTP_${status}`);
    expect(error.message).toContain(`API call failed with permanent status ${status}`);
    expect(error.context).toMatchObject({ stepId: 1, stepName: "step", status });
    expect(remote.requests).toHaveLength(1);
  });

  test("counts as the configuration says", async () => {
    const remote = await startRemote((response, { url }) => json(response, Number(url.slice(1)), {}));
    const statuses = { success: [404], retryable: [409, "430-439"], permanent: ["5xx"] };
    const at = (status: number) => call({ url: remote.url, request: { path: `/${status}` }, statuses });
    expect((await at(404)).stored).toMatchObject({ status: 404 });
    expect(await failureOf(at(409))).toBeInstanceOf(RetryableError);
    expect(await failureOf(at(435))).toBeInstanceOf(RetryableError);
    expect(await failureOf(at(503))).toBeInstanceOf(PermanentError);
  });

  test("with a conflict is a success where the handler accepts it", async () => {
    class CreateAccount extends ApiStepHandler {
      override process(): unknown {
        return this.connection.post("/users", { json: { email: "ada@example.com" } });
      }
      override acceptResponse(response: ApiResponse): boolean {
        return response.status === 409 && JSON.stringify(response.body).includes("ada@example.com");
      }
      override processResults(step: StepExecution, output: unknown): void {
        const response = output as ApiResponse;
        step.results = { created: response.status === 201 };
      }
    }
    const remote = await startRemote((response, _request, count) =>
      json(response, 409, { email: count === 1 ? "ada@example.com" : "bob@example.com" }),
    );
    const handler = new CreateAccount({ url: remote.url });
    expect((await runStep(handler)).stored).toEqual({ created: false });
    expect(await failureOf(runStep(handler))).toMatchObject({ errorCode: "HTTP_409" });
    expect(remote.requests[0]).toMatchObject({ method: "POST", url: "/users", body: '{"email":"ada@example.com"}' });
  });

  test("is told from a result that looks like one", async () => {
    class Summarise extends ApiStepHandler {
      override process(): unknown {
        return { status: 500, body: "no response", headers: {} };
      }
    }
    const { stored } = await runStep(new Summarise({ url: "http://127.0.0.1:9" }));
    expect(stored).toEqual({ status: 500, body: "no response", headers: {} });
  });

  test("that is text, or neither text nor JSON, is stored as text or base64", async () => {
    const remote = await startRemote((response, { url }) => {
      response.writeHead(200, { "content-type": url === "/latin" ? "text/plain; charset=iso-8859-1" : "image/png" });
      response.end(Buffer.from([0xe9, 0x21]));
    });
    const bodyAt = async (path: string) => (await call({ url: remote.url, request: { path } })).stored;
    expect(await bodyAt("/latin")).toMatchObject({ body: "\u00e9!" });
    expect(await bodyAt("/image")).toMatchObject({ body: "6SE=" });
  });
});

describe("a body", () => {
  test("that is larger than allowed fails the step for good, and is not read to its end", async () => {
    const remote = await startRemote((response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      const write = () => void response.write("x".repeat(65_536), () => !response.destroyed && setImmediate(write));
      write();
    });
    const error = await failureOf(call({ url: remote.url, max_response_bytes: 1_000 }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ errorCode: "API_RESPONSE_TOO_LARGE", details: { response_status: 200 } });
    await until(() => remote.aborted() === 1, "the end of the connection");
  });

  test("of a failed call is kept in part", async () => {
    const remote = await startRemote((response) => response.writeHead(500).end("y".repeat(100_000)));
    const error = await failureOf(call({ url: remote.url, max_response_bytes: 50_000 }));
    expect(error.details).toMatchObject({ response_status: 500, response_body: "y".repeat(4_096) });
  });

  test("that calls itself JSON and is not fails the step for good", async () => {
    const remote = await startRemote((response) =>
      response.writeHead(200, { "content-type": "application/problem+json" }).end("{oops"),
    );
    const error = await failureOf(call({ url: remote.url }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ errorCode: "API_INVALID_RESPONSE", cause: expect.any(SyntaxError) });
  });

  test("that is too large to be sent is not sent", async () => {
    const remote = await startRemote((response) => json(response, 200, {}));
    const request = { body: { text: "x".repeat(100) } };
    const error = await failureOf(call({ url: remote.url, method: "POST", request, max_request_bytes: 99 }));
    expect(error).toMatchObject({ errorCode: "API_REQUEST_TOO_LARGE" });
    expect(remote.requests).toEqual([]);
  });
});

describe("a request", () => {
  test("has the default headers, also when its configuration comes from a template", async () => {
    const remote = await startRemote((response) => json(response, 200, {}));
    await call({
      type: "api",
      url: remote.url,
      method: "post",
      headers: { "X-Team": "a" },
      request: { body: { a: 1 } },
    });
    await call({ type: "api", url: remote.url, headers: { Accept: null } });
    expect(remote.requests[0]?.headers).toMatchObject({
      accept: "application/json",
      "content-type": "application/json",
      "x-team": "a",
    });
    // Nothing is sent: it has no type.
    expect(remote.requests[1]?.headers).not.toHaveProperty("content-type");
    expect(remote.requests[1]?.headers).not.toHaveProperty("accept");
  });

  test("is made of the configuration, the path and the options", async () => {
    class Everything extends ApiStepHandler {
      override async process(): Promise<unknown> {
        await this.connection.get("items", { params: { page: 2, tag: ["a", "b"] }, headers: { "x-a": "2" } });
        await this.connection.put("/absolute?x=1", { form: { name: "Ada & Co", skip: null } });
        await this.connection.patch("", { body: "raw", headers: { "content-type": "text/plain" } });
        await this.connection.head();
        await this.connection.delete("items/7");
        return this.connection.request("OPTIONS");
      }
    }
    const remote = await startRemote((response) => json(response, 200, {}));
    await runStep(new Everything({ url: `${remote.url}/v1`, params: { key: true }, headers: { "X-A": "1" } }));
    expect(remote.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /v1/items?key=true&page=2&tag=a&tag=b",
      "PUT /absolute?x=1&key=true",
      "PATCH /v1?key=true",
      "HEAD /v1?key=true",
      "DELETE /v1/items/7?key=true",
      "OPTIONS /v1?key=true",
    ]);
    expect(remote.requests.map(({ headers }) => headers["x-a"])).toEqual(["2", "1", "1", "1", "1", "1"]);
    expect(remote.requests[1]).toMatchObject({
      body: "name=Ada+%26+Co",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(remote.requests[2]).toMatchObject({ body: "raw", headers: { "content-type": "text/plain" } });
  });

  test("is filled in from the context and earlier results, where a template declares it", async () => {
    const remote = await startRemote((response) => json(response, 201, { id: 1 }));
    const handler = new ApiStepHandler({
      url: `${remote.url}/v1/`,
      method: "POST",
      request: {
        path: "carts/{context.cart}/items",
        params: { dry: "{context.dry}", note: "for {context.who.name}, {{literally}}" },
        headers: { "X-Total": "{steps.price.total}" },
        body: { lines: "{steps.price.lines}", fixed: [1, null, "{context.who.name}!"] },
      },
    });
    await runStep(handler, {
      context: { cart: "a/b c", dry: false, who: { name: "Ada" } },
      earlier: { price: { total: 12.5, lines: [{ sku: "x" }] } },
    });
    expect(remote.requests[0]).toMatchObject({
      url: "/v1/carts/a%2Fb%20c/items?dry=false&note=for+Ada%2C+%7Bliterally%7D",
      headers: { "x-total": "12.5" },
      body: '{"lines":[{"sku":"x"}],"fixed":[1,null,"Ada!"]}',
    });
  });

  test.each([
    [{ path: "{context.missing}" }, "API_MISSING_VALUE"],
    [{ path: "{nonsense}" }, "API_MISSING_VALUE"],
    [{ path: "a/{context.up}/b" }, "API_INVALID_REQUEST"],
    [{ params: { a: "{context.object}" } }, "API_INVALID_REQUEST"],
    [{ path: "//elsewhere.example/x" }, "API_INVALID_REQUEST"],
    [{ path: "http://elsewhere.example/x" }, "API_INVALID_REQUEST"],
    [{ headers: { "bad name": "x" } }, "API_INVALID_REQUEST"],
    [{ headers: { "x-a": "a\r\nb: c" } }, "API_INVALID_REQUEST"],
  ])("that cannot be made of its declaration %j is not sent", async (request, errorCode) => {
    const remote = await startRemote((response) => json(response, 200, {}));
    const handler = new ApiStepHandler({ url: remote.url, request });
    const error = await failureOf(runStep(handler, { context: { up: "..", object: {} } }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.errorCode).toBe(errorCode);
    expect(remote.requests).toEqual([]);
  });

  test("has one body", async () => {
    class Two extends ApiStepHandler {
      override process(): unknown {
        return this.connection.post("", { json: {}, body: "x" });
      }
    }
    const error = await failureOf(runStep(new Two({ url: "http://127.0.0.1:9" })));
    expect(error).toMatchObject({ errorCode: "API_INVALID_REQUEST" });
  });

  test("can be changed before it is sent", async () => {
    class Signed extends ApiStepHandler {
      constructor(config: ApiHandlerConfig) {
        super(config, {
          prepareRequest: async (request) => ({ ...request, headers: { ...request.headers, "x-signature": "s" } }),
        });
      }
    }
    const remote = await startRemote((response) => json(response, 200, {}));
    await runStep(new Signed({ url: remote.url }));
    expect(remote.requests[0]?.headers).toMatchObject({ "x-signature": "s" });
  });
});

describe("redirects", () => {
  test("are followed as far as allowed; secrets stay on their host", async () => {
    const target = await startRemote((response) => json(response, 200, { there: true }));
    const remote = await startRemote((response, { url }) => {
      const location = url === "/far" ? `${target.url}/end` : "/far";
      response.writeHead(302, { location }).end();
    });
    const headers = { Authorization: "Bearer secret", "X-Vendor": "secret", "X-Plain": "kept" };
    const config = { url: remote.url, headers, redact: { headers: ["X-Vendor"] } };
    expect((await call({ ...config, max_redirects: 2 })).stored).toMatchObject({ body: { there: true } });
    expect(target.requests[0]?.headers).toMatchObject({ "x-plain": "kept" });
    expect(target.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(target.requests[0]?.headers).not.toHaveProperty("x-vendor");
    expect(await failureOf(call({ ...config, max_redirects: 1 }))).toMatchObject({ errorCode: "HTTP_302" });
  });
});

describe("secrets", () => {
  test("are masked in what is stored, of a success and of a failure", async () => {
    const body = { token: "t0ken", card: { number: "4111" }, list: [{ pin: 1 }, { pin: 2, name: "n" }], plain: "p" };
    const remote = await startRemote((response, { url }) =>
      json(response, url === "/fail?api_key=s3cret" ? 400 : 200, body, { "set-cookie": "sid=1", "x-inner": "hidden" }),
    );
    const redact = { headers: ["X-Inner"], body: ["token", "card.number", "list.*.pin"] };
    const { stored } = await call({ url: remote.url, redact });
    expect(stored).toMatchObject({
      response_headers: { "set-cookie": "[redacted]", "x-inner": "[redacted]" },
      body: {
        token: "[redacted]",
        card: { number: "[redacted]" },
        list: [{ pin: "[redacted]" }, { pin: "[redacted]", name: "n" }],
        plain: "p",
      },
    });
    const error = await failureOf(
      call({ url: remote.url, redact, params: { api_key: "s3cret" }, request: { path: "fail" } }),
    );
    const kept = JSON.stringify([error.message, error.details, error.context]);
    expect(kept).toContain("plain");
    for (const secret of ["t0ken", "4111", "sid=1", "hidden", "s3cret"]) expect(kept).not.toContain(secret);
  });

  test("of a text that cannot be searched are masked with it", async () => {
    const remote = await startRemote((response) => response.writeHead(500).end("token=t0ken"));
    const error = await failureOf(call({ url: remote.url, redact: { body: ["token"] } }));
    expect(error.details).toMatchObject({ response_body: "[redacted]" });
  });
});

describe("a failure without a response", () => {
  test("of the network is retryable and keeps its cause", async () => {
    const remote = await startRemote((response) => void response.destroy());
    const error = await failureOf(call({ url: remote.url, request: { path: "x?secret=1" } }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ errorCode: "API_CONNECTION", retryAfter: null, cause: expect.any(Error) });
    expect(error.message).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/x: ./);
  });

  test("because nobody listens is retryable", async () => {
    const error = await failureOf(call({ url: "http://127.0.0.1:9" }));
    expect(error).toMatchObject({ errorCode: "API_CONNECTION", details: { cause_code: "ECONNREFUSED" } });
  });

  test("within its time is retryable, and the request is given up", async () => {
    const clock = new ManualClock();
    const remote = await startRemote(() => {});
    const running = failureOf(runStep(new ApiStepHandler({ url: remote.url, timeout: 2 }), { clock }));
    await until(() => remote.requests.length === 1, "the request");
    clock.advance(2_000);
    const error = await running;
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ errorCode: "API_TIMEOUT", message: expect.stringContaining("within 2 s") });
    expect(clock.timers).toEqual([]);
    await until(() => remote.aborted() === 1, "the end of the connection");
  });

  test("within its time counts also while the body is read", async () => {
    const clock = new ManualClock();
    const remote = await startRemote((response) => void response.writeHead(200).write("beginning"));
    const running = failureOf(runStep(new ApiStepHandler({ url: remote.url, timeout_seconds: 2 }), { clock }));
    await until(() => remote.requests.length === 1, "the request");
    clock.advance(2_000);
    expect(await running).toMatchObject({ errorCode: "API_TIMEOUT" });
  });

  test("ends with the step's signal, and with its reason", async () => {
    const control = new AbortController();
    const remote = await startRemote(() => {});
    const running = runStep(new ApiStepHandler({ url: remote.url }), { signal: control.signal });
    await until(() => remote.requests.length === 1, "the request");
    const reason = new Error("cancelled");
    control.abort(reason);
    await expect(running).rejects.toBe(reason);
    await until(() => remote.aborted() === 1, "the end of the connection");
    await expect(runStep(new ApiStepHandler({ url: remote.url }), { signal: control.signal })).rejects.toBe(reason);
    expect(remote.requests).toHaveLength(1);
  });
});

describe("a backoff of its own", () => {
  const fail = async (config: Omit<ApiHandlerConfig, "url">, attempt: number) => {
    const error = await failureOf(runStep(new ApiStepHandler({ url: "http://127.0.0.1:9", ...config }), { attempt }));
    return error instanceof RetryableError ? error.retryAfter : "permanent";
  };

  test("doubles from the first wait on, or stays the same", async () => {
    expect(await fail({}, 1)).toBeNull();
    expect(await fail({ enable_exponential_backoff: null }, 3)).toBeNull();
    expect([await fail({ retry_delay: 3 }, 1), await fail({ retry_delay: 3 }, 3)]).toEqual([3, 12]);
    expect(await fail({ enable_exponential_backoff: false }, 3)).toBe(1);
    expect(await fail({ enable_exponential_backoff: false, retry_delay: 0.5 }, 3)).toBe(0.5);
  });

  test("is longer or shorter by chance, as far as jitter_factor lets it", async () => {
    const wait = async (jitterFactor: number) => {
      const resources = new SharedResources(systemClock, () => 0);
      onTestFinished(() => resources.close());
      const config = { url: "http://127.0.0.1:9", retry_delay: 10, jitter_factor: jitterFactor };
      const error = await failureOf(runStep(new ApiStepHandler(config), { resources }));
      return error instanceof RetryableError ? error.retryAfter : "permanent";
    };
    expect([await wait(0), await wait(0.1), await wait(0.5)]).toEqual([10, 9, 5]);
  });

  test("gives way to the time that the server names", async () => {
    const remote = await startRemote((response) => json(response, 503, {}, { "retry-after": "9" }));
    expect(await failureOf(call({ url: remote.url, retry_delay: 3 }))).toMatchObject({ retryAfter: 9 });
  });
});

describe("processResults", () => {
  class Extract extends ApiStepHandler {
    override processResults(step: StepExecution, output: unknown, previous: unknown): void {
      const { items } = (output as ApiResponse).body as { items: string[] };
      step.results = { first: items[0]?.toUpperCase(), previous };
    }
  }

  test("extracts what is stored", async () => {
    const remote = await startRemote((response) => json(response, 200, { items: ["a"] }));
    const { stored } = await runStep(new Extract({ url: remote.url }), { previous: { error: "once" } });
    expect(stored).toEqual({ first: "A", previous: { error: "once" } });
  });

  test("that fails does not repeat the call, and keeps the response", async () => {
    const remote = await startRemote((response) => json(response, 200, { nothing: 1 }));
    const error = await failureOf(runStep(new Extract({ url: remote.url })));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({
      errorCode: "API_RESULTS_FAILED",
      cause: expect.any(TypeError),
      details: { response: { status: 200, body: { nothing: 1 } } },
    });
  });

  test("may ask for another call", async () => {
    class Poll extends ApiStepHandler {
      override processResults(): void {
        throw new RetryableError("not yet", { retryAfter: 5 });
      }
    }
    const remote = await startRemote((response) => json(response, 200, {}));
    expect(await failureOf(runStep(new Poll({ url: remote.url })))).toMatchObject({ retryAfter: 5 });
  });
});

describe("connections", () => {
  test("are kept from attempt to attempt, and closed with the engine's resources", async () => {
    const remote = await startRemote((response, _request, count) => json(response, count % 2 === 0 ? 500 : 200, {}));
    const resources = new SharedResources(new ManualClock(), () => 0.5);
    for (let attempt = 1; attempt <= 20; attempt++) {
      await runStep(new ApiStepHandler({ url: remote.url }), { resources, attempt }).catch(() => undefined);
    }
    expect(remote.requests).toHaveLength(20);
    // A request that follows at once may find the connection not quite free.
    expect(remote.connections()).toBeLessThanOrEqual(3);
    await resources.close();
    await expect(runStep(new ApiStepHandler({ url: remote.url }), { resources })).rejects.toThrow("has stopped");
  });

  test("of an object that serves several attempts at a time are not mixed up", async () => {
    class Who extends ApiStepHandler {
      override async process(...[task]: Parameters<ApiStepHandler["process"]>): Promise<unknown> {
        await new Promise((resolve) => setImmediate(resolve));
        return this.connection.get(String(task.context.who));
      }
      override processResults(step: StepExecution, output: unknown): void {
        step.results = (output as ApiResponse).body;
      }
    }
    const remote = await startRemote((response, { url }) => json(response, 200, url));
    const handler = new Who({ url: remote.url });
    const runs = await Promise.all(["a", "b", "c"].map((who) => runStep(handler, { context: { who } })));
    expect(runs.map(({ stored }) => stored)).toEqual(["/a", "/b", "/c"]);
  });
});

describe("a connection that is secured", () => {
  const server = () => ({ key: pem("server-key"), cert: pem("server") });

  test("refuses a certificate that nobody vouches for, and does not try again", async () => {
    const remote = await startRemote((response) => json(response, 200, {}), server());
    const error = await failureOf(call({ url: remote.url }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ errorCode: "API_TLS", cause: expect.any(Error) });
  });

  test("takes authorities from a file or a text, and checks nothing where it is told so", async () => {
    const remote = await startRemote((response) => json(response, 200, { safe: 1 }), server());
    for (const ssl of [{ ca_file: pemFile("server") }, { ca_file: pem("server") }, { verify: false }]) {
      expect((await call({ url: remote.url, ssl })).stored).toMatchObject({ body: { safe: 1 } });
    }
    const wrong = await failureOf(call({ url: remote.url, ssl: { ca_file: pem("server"), server_name: "other" } }));
    expect(wrong).toMatchObject({ errorCode: "API_TLS" });
    expect(await failureOf(call({ url: remote.url, ssl: { ca_file: "/nowhere.pem" } }))).toMatchObject({
      errorCode: "API_TLS",
      context: { field: "ssl.ca_file" },
    });
  });

  test("shows the client's certificate", async () => {
    const tls = { ...server(), ca: pem("client"), requestCert: true, rejectUnauthorized: true };
    const remote = await startRemote((response) => json(response, 200, { known: 1 }), tls);
    const ssl = { ca_file: pemFile("server"), min_version: "TLSv1.2", max_version: "TLSv1.2" } as const;
    expect(await failureOf(call({ url: remote.url, ssl }))).toBeInstanceOf(Error);
    const known = { ...ssl, client_cert: pemFile("client"), client_key: pemFile("client-key") };
    expect((await call({ url: remote.url, ssl: known })).stored).toMatchObject({ body: { known: 1 } });
  });
});
