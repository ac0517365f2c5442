import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { REFERENCE_ROUTES } from "../../src/api/reference/index.ts";
import type { Route } from "../../src/api/route.ts";
import { ROUTES } from "../../src/api/routes/index.ts";
import { Problem } from "../../src/api/shapes/problem.ts";
import { apiDocument, referenceDocument } from "../../src/openapi/documents.ts";
import { takesBody } from "../../src/server/http/read-body.ts";
import { Metrics } from "../../src/telemetry/metrics/metrics.ts";
import { graphTemplate, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { arbitraryOf } from "./support/arbitrary-of.ts";
import { type ServeOptions, serve } from "./support/serve.ts";
import { makeToken, WITH_TOKENS } from "./support/tokens.ts";

const ALL: readonly Route[] = [...Object.values(ROUTES), ...Object.values(REFERENCE_ROUTES)];
const RUNS = 8;
/** Read as it comes, and left: it has no end. */
const STREAM = "text/event-stream";

const Documented = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) }))),
});

const DESCRIBED = {
  v1: Documented.parse(apiDocument()).paths,
  reference: Documented.parse(referenceDocument()).paths,
};

/** Statuses that the documents name for a route. */
function statusesOf({ dialect, path, method }: Route): string[] {
  return Object.keys(DESCRIBED[dialect][path]?.[method.toLowerCase()]?.responses ?? {});
}

async function serveTasks(options: ServeOptions = {}) {
  const database = await useDatabase(openTestDatabase);
  const parts = { metrics: new Metrics() };
  const made = await serve(database, { ...options, templates: [graphTemplate("a -> b")], rateLimit: null, parts });
  await made.engine.submitMany([1, 2, 3].map(() => ({ name: "graph", context: {} })));
  return { ...made, database };
}

interface Sent {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What fits the shapes of a route, but for what those do not say. */
function requestsTo({ params, query, body }: Route): fc.Arbitrary<Sent> {
  const parts = { params: arbitraryOf(params), query: arbitraryOf(query), body: arbitraryOf(body) };
  return fc.record(parts) as fc.Arbitrary<Sent>;
}

/** Nothing comes while one waits for it. */
function atOnce(sent: Sent): Sent {
  const waits = typeof sent.body === "object" && sent.body !== null && "wait_ms" in sent.body;
  return waits ? { ...sent, body: { ...sent.body, wait_ms: 0 } } : sent;
}

async function send(route: Route, url: string, sent: Sent, headers: Readonly<Record<string, string>> = {}) {
  const { method, path } = route;
  const at = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(String(sent.params[name]).toWellFormed()),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(sent.query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, String(item));
  }
  const waiting = new AbortController();
  const response = await fetch(`${url}${at}?${search}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(!takesBody(route) ? {} : { body: JSON.stringify(sent.body) }),
    signal: waiting.signal,
  });
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
  if (type !== STREAM) return { status: response.status, type, text: await response.text() };
  waiting.abort();
  return { status: response.status, type, text: "" };
}

/** Holds an answer to what the route says of it. */
function expectDescribed(route: Route, { status, type, text }: Awaited<ReturnType<typeof send>>): void {
  expect(statusesOf(route), text).toContain(String(status));
  if (!route.statuses.includes(status)) expect(status, text).toBeLessThan(500);
  if (!route.statuses.includes(status)) {
    if (route.dialect === "v1") Problem.parse(JSON.parse(text));
    else expect(JSON.parse(text)).toHaveProperty("error");
  } else if (type !== STREAM) {
    const shape = type === route.answerType ? route.answer : route.otherTypes[type];
    if (shape === undefined) throw new Error(`${route.id} answers ${type}, which it does not say`);
    shape.parse(type === "application/json" ? JSON.parse(text) : text);
  }
}

describeOnPostgres("every route", () => {
  test("answers what its description says, whatever it is asked", { timeout: 120_000 }, async () => {
    const { url, database } = await serveTasks();
    for (const route of ALL) {
      const property = fc.asyncProperty(requestsTo(route), async (sent) => {
        expectDescribed(route, await send(route, url, atOnce(sent)));
      });
      await fc.assert(property, { numRuns: RUNS, seed: 1, endOnFailure: true });
    }
    // The reference's clients may change the reason of a task that others have been told of, so what was told is not compared.
    await database.close();
  });

  test("refuses tokens, headers and bodies that are nonsense, without an error of its own", {
    timeout: 120_000,
  }, async () => {
    const { url, database } = await serveTasks({ auth: WITH_TOKENS });
    const token = await makeToken(database, ["*:*"], ["elsewhere"]);
    const line = fc.string({ unit: fc.constantFrom(..."azAZ09 ._-=,;:/*%"), maxLength: 60 });
    const headers = fc.record({
      authorization: fc.oneof(
        line,
        line.map((text) => `Bearer ${text}`),
        fc.constant(`Bearer ${token}`),
      ),
      accept: line,
      cookie: line.map((text) => `tasker_session=${text}`),
      "idempotency-key": line,
      "last-event-id": line,
      "x-request-id": line,
    });
    for (const route of ALL) {
      const nonsense = fc.record({
        params: arbitraryOf(route.params),
        query: fc.object({ maxDepth: 0 }),
        body: fc.jsonValue(),
      });
      const property = fc.asyncProperty(nonsense as fc.Arbitrary<Sent>, headers, async (sent, given) => {
        const answer = await send(route, url, sent, given);
        expectDescribed(route, answer);
        // No task lies in the namespace of the token.
        expect(answer.text).not.toContain('"name":"graph"');
      });
      await fc.assert(property, { numRuns: RUNS, seed: 1, endOnFailure: true });
    }
  });
});
