import { expect, test } from "vitest";
import { ApiStepHandler } from "../../src/handlers/api/api-step-handler.ts";
import { bindTemplate } from "../../src/handlers/bind-template.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import { parseTemplate } from "../../src/templates/parse-template.ts";
import { json, startRemote } from "../handlers/api/remote-server.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { readStep, readTransitions, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("an API step", () => {
  test("of a template without code runs, waits as the server asks, and hands its response to the next one", async () => {
    const database = await useDatabase(openTestDatabase);
    const remote = await startRemote((response, { url }, count) => {
      if (count === 1) json(response, 503, { busy: true }, { "retry-after": "30", "set-cookie": "sid=secret" });
      else if (count === 2) json(response, 500, { broken: true });
      else json(response, 200, url === "/carts/7" ? { items: ["a", "b"] } : { ok: url });
    });
    const template = bindTemplate(
      parseTemplate(`
        name: shop
        step_templates:
          - name: fetch_cart
            handler_class: Tasker::StepHandler::Api
            handler_config: { type: api, url: "${remote.url}", request: { path: "carts/{context.cart_id}" } }
          - name: reserve
            depends_on_step: fetch_cart
            handler_class: ApiStepHandler
            handler_config:
              url: "${remote.url}"
              method: POST
              request: { path: reservations, body: { items: "{steps.fetch_cart.body.items}" } }
      `),
      {},
    );
    const { engine, clock, seen, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "shop", context: { cart_id: 7 } });
    await seen(({ name }) => name === "step.failed");
    expect(await readStep(database, taskId, "fetch_cart")).toMatchObject({
      state: "error",
      backoff_request_seconds: 30,
      results: {
        error: "API call failed with retryable status 503",
        error_class: "RetryableError",
        error_code: "HTTP_503",
        error_details: {
          response_status: 503,
          response_headers: { "retry-after": "30", "set-cookie": "[redacted]" },
          response_body: '{"busy":true}',
          error_code: "HTTP_503",
          retry_after: 30,
          error_context: { step_name: "fetch_cart", method: "GET", url: `${remote.url}/carts/7` },
        },
      },
    });
    clock.advance(30_000);
    await until(() => events.filter(({ name }) => name === "step.failed").length === 2, "the second failure");
    // Computed anew for each attempt: what the server asked for once does not stay.
    expect(await readStep(database, taskId, "fetch_cart")).toMatchObject({
      backoff_request_seconds: 2,
      results: { error: 'API call failed with server error 500: {"broken":true}', error_code: "HTTP_500" },
    });
    clock.advance(2_000);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(database, taskId, "reserve")).toMatchObject({
      results: { status: 200, response_headers: { "content-type": "application/json" }, body: { ok: "/reservations" } },
    });
    expect(remote.requests.at(-1)).toMatchObject({ method: "POST", body: '{"items":["a","b"]}' });
    expect(JSON.stringify(await readTransitions(database, taskId, "fetch_cart"))).not.toContain("secret");
    // Attempts and steps share the engine's connections.
    expect(remote.connections()).toBeLessThan(remote.requests.length);
    await expectCleanAuditTrail(database);
  });

  test("that is refused for good is not tried again, and a later success leaves nothing of earlier failures", async () => {
    const database = await useDatabase(openTestDatabase);
    const remote = await startRemote((response, { url }, count) =>
      json(response, url === "/gone" ? 410 : count < 3 ? 429 : 200, { count }),
    );
    const config = (path: string) => ({ url: remote.url, request: { path } });
    const template = defineTask({ name: "calls" })
      .step("gone", { handler: ApiStepHandler, handlerConfig: config("gone") })
      .step("busy", { handler: ApiStepHandler, handlerConfig: config("busy") })
      .build();
    const { engine, clock, seen, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "calls", context: {} });
    await until(() => events.filter(({ name }) => name === "step.failed").length === 2, "two failures");
    clock.advance(1_000);
    await seen(({ name }) => name === "step.completed");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    expect(await readStep(database, taskId, "gone")).toMatchObject({
      attempts: 1,
      retryable: false,
      results: { error_code: "HTTP_410", error_class: "PermanentError" },
    });
    expect((await readStep(database, taskId, "busy")).results).toEqual({
      status: 200,
      response_headers: expect.any(Object),
      body: { count: 3 },
    });
    await expectCleanAuditTrail(database);
  });

  test("gives its request up at the step's deadline, and when the engine stops", async () => {
    const database = await useDatabase(openTestDatabase);
    const remote = await startRemote(() => {});
    const template = defineTask({ name: "slow" })
      .step("wait", { handler: ApiStepHandler, handlerConfig: { url: remote.url }, timeoutSeconds: 5 })
      .build();
    const { engine, clock, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "slow", context: {} });
    await until(() => remote.requests.length === 1, "the request");
    clock.advance(5_000);
    await seen(({ name }) => name === "step.failed");
    await until(() => remote.aborted() === 1, "the end of the first request");
    expect(await readStep(database, taskId, "wait")).toMatchObject({ results: { error_code: "TASKER_STEP_TIMEOUT" } });
    clock.advance(1_000);
    await until(() => remote.requests.length === 2, "the second request");
    const stopped = engine.stop({ graceMs: 0 });
    await until(() => {
      clock.advance(1);
      return remote.aborted() === 2;
    }, "the end of the second request");
    await stopped;
    // The attempt that was cut short does not count.
    expect(await readStep(database, taskId, "wait")).toMatchObject({ attempts: 1, state: "pending" });
    await expectCleanAuditTrail(database);
  });
});
