import { getEventListeners } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigurationError, PermanentError, WebhookError } from "../../../src/errors/index.ts";
import type { Delivery } from "../../../src/event-log/subscriber-options.ts";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import type { JsonObject } from "../../../src/json/json-value.ts";
import { signWebhook, verifyWebhook } from "../../../src/subscribers/webhooks/signature.ts";
import { shownUrl, type WebhookDelivery } from "../../../src/subscribers/webhooks/webhook-delivery.ts";
import { type WebhookSettings, WebhookSubscriber } from "../../../src/subscribers/webhooks/webhook-subscriber.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { type LogLine, recordingLog, until } from "../../support/engine-harness.ts";
import { sampleEvent } from "../sample-event.ts";
import { startReceiver } from "./webhook-receiver.ts";

function makeWebhook(url: string, config: JsonObject = {}, settings: WebhookSettings = {}) {
  const deliveries: WebhookDelivery[] = [];
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const webhook = new WebhookSubscriber({
    name: "shop",
    events: ["*"],
    config: { url, backoff_ms: 0, ...config },
    secret: "top-secret",
    onDelivery: (delivery) => deliveries.push(delivery),
    ...settings,
    resources: { log, ...settings.resources },
  });
  onTestFinished(() => webhook.close());
  return { webhook, deliveries, lines };
}

const fromLog = (attempt: number, signal = new AbortController().signal): Delivery => ({
  subscriber: "shop",
  attempt,
  signal,
  transaction: null,
});

describe("a webhook", () => {
  test("is posted as JSON, signed with its time, and reported", async () => {
    const { url, received } = await startReceiver(204);
    const { webhook, deliveries } = makeWebhook(url);
    await webhook.call(sampleEvent("order.paid", { payload: { total: 5 } }));
    const [{ headers, body } = { headers: {}, body: "" }] = received;
    expect(JSON.parse(body)).toEqual({
      id: "step:3:order.paid",
      name: "order.paid",
      occurred_at: "2026-01-01T00:00:00.000Z",
      task_id: 7,
      namespace: "shop",
      task_name: "order",
      version: "1.0.0",
      correlation_id: "cor-1",
      step_id: 3,
      step_name: "charge",
      payload: { total: 5 },
    });
    expect(headers).toMatchObject({ "content-type": "application/json", "webhook-id": "step:3:order.paid" });
    expect(verifyWebhook("top-secret", headers, body)).toBe(true);
    expect(verifyWebhook("another", headers, body)).toBe(false);
    expect(verifyWebhook("top-secret", headers, `${body} `)).toBe(false);
    expect(verifyWebhook("top-secret", headers, body, Date.now() + 301_000)).toBe(false);
    expect(deliveries).toMatchObject([{ attempt: 1, delivered: true, status: 204, error: null, taskId: 7 }]);
  });

  test("is tried again after a failure, with the same id, until it is delivered", async () => {
    const { url, received } = await startReceiver(500, 429, 200);
    const { webhook, deliveries, lines } = makeWebhook(url);
    await webhook.call(sampleEvent("order.paid"));
    expect(deliveries.map(({ attempt, status, delivered }) => [attempt, status, delivered])).toEqual([
      [1, 500, false],
      [2, 429, false],
      [3, 200, true],
    ]);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(JSON.stringify([lines, webhook])).not.toContain("top-secret");
  });

  test.each([
    ["a refusal, at once", 400, {}, 1, "answered with 400"],
    ["the last attempt", 503, { attempts: 2 }, 2, "answered with 503"],
    ["a redirect, which is not followed", 307, { attempts: 1 }, 1, "redirects are not followed"],
    ["the time of an attempt", 0, { attempts: 1, timeout_ms: 50 }, 1, "timeout"],
  ])("is given up after %s", async (_what, status, config, attempts, reason) => {
    const { url } = await startReceiver(status);
    const { webhook, deliveries } = makeWebhook(url, config);
    const given = Promise.resolve(webhook.call(sampleEvent("order.paid")));
    await expect(given).rejects.toThrow(WebhookError);
    await expect(given).rejects.toThrow(reason);
    expect(deliveries).toHaveLength(attempts);
  });

  test("is given up where nobody listens, and tried once where the event log tries again", async () => {
    const { webhook, deliveries } = makeWebhook("http://127.0.0.1:1/");
    await expect(webhook.call(sampleEvent("order.paid"), fromLog(3))).rejects.toThrow(WebhookError);
    expect(deliveries).toMatchObject([{ attempt: 3, status: null }]);
  });

  test("is refused for good where the event log would try again", async () => {
    const { url } = await startReceiver(410);
    const { webhook } = makeWebhook(url);
    await expect(webhook.call(sampleEvent("order.paid"), fromLog(1))).rejects.toThrow(PermanentError);
  });

  test("ends when the event log gives up waiting", async () => {
    const { url } = await startReceiver(0);
    const { webhook, deliveries } = makeWebhook(url);
    const stop = new AbortController();
    const given = Promise.resolve(webhook.call(sampleEvent("order.paid"), fromLog(1, stop.signal)));
    stop.abort();
    await expect(given).rejects.toThrow(WebhookError);
    expect(deliveries).toHaveLength(1);
  });

  test("ends with its subscription: an attempt is cut off, none follows, and it can be subscribed again", async () => {
    const { url, received } = await startReceiver(500, 0, 200);
    const clock = new ManualClock();
    const { webhook, deliveries } = makeWebhook(url, { backoff_ms: 60_000 }, { resources: { clock } });
    const bus = new EventBus();
    const endFirst = webhook.subscribeTo(bus);
    bus.publish(sampleEvent("a.a"));
    await until(() => clock.timers.length === 1, "the wait before the second attempt");
    endFirst();
    endFirst();
    expect(clock.timers).toEqual([]);
    const endSecond = webhook.subscribeTo(bus);
    bus.publish(sampleEvent("b.b"));
    await until(() => received.length === 2, "an attempt that is not answered");
    endSecond();
    await until(() => deliveries.length === 2, "its end");
    webhook.subscribeTo(bus);
    bus.publish(sampleEvent("c.c"));
    await bus.flush();
    expect(deliveries.map(({ status, error }) => [status, error])).toEqual([
      [500, "answered with 500"],
      [null, "This operation was aborted"],
      [200, null],
    ]);
  });

  test("lets go of the signals that it followed", async () => {
    const { url } = await startReceiver(500, 500, 200);
    const { webhook } = makeWebhook(url, { attempts: 3 });
    const { signal } = new AbortController();
    await webhook.call(sampleEvent("order.paid"), fromLog(1, signal));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("sends a header of its settings once, whatever its letters", async () => {
    const { url, received } = await startReceiver(200);
    const { webhook } = makeWebhook(url, { headers: { "Content-Type": "text/plain", Authorization: "Bearer x" } });
    await webhook.call(sampleEvent("order.paid"));
    expect(received).toMatchObject([{ headers: { "content-type": "application/json", authorization: "Bearer x" } }]);
  });

  test("keeps the order of events, and no other subscriber waiting", async () => {
    const { url, received } = await startReceiver(500, 200);
    const { webhook } = makeWebhook(url);
    const bus = new EventBus();
    const others: string[] = [];
    webhook.subscribeTo(bus);
    bus.on("*", ({ name }) => others.push(name));
    for (const name of ["a.a", "b.b"]) bus.publish(sampleEvent(name));
    expect(others).toEqual(["a.a", "b.b"]);
    await bus.flush();
    expect(received.map(({ body }) => JSON.parse(body).name)).toEqual(["a.a", "a.a", "b.b"]);
  });

  test.each([
    [{ url: "ftp://x" }, 'config.url is "ftp://x", expected a URL that begins with http:// or https://'],
    [{ url: "http://x", attempt: 3 }, "config.attempt is 3, expected a key that is known"],
    [
      { url: "http://x", secret_env: "NONE" },
      'config.secret_env is "NONE", expected the name of a variable that is set',
    ],
    [{ url: "http://x", headers: { "x(y)": "z" } }, "expected names and values that HTTP allows in a header"],
    [
      { url: "http://x", secret_env: "ODD" },
      "the environment variable ODD cannot be read, expected base64 after whsec_",
    ],
  ])("is refused with the setting that is wrong: %j", (config, message) => {
    const make = () => new WebhookSubscriber({ config, resources: { environment: { ODD: "whsec_?" } } });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  test("is refused with an empty secret, and with one in its address, which is not repeated", () => {
    expect(() => new WebhookSubscriber({ config: { url: "http://x" }, secret: "" })).toThrow(
      "secret is empty, expected a text",
    );
    const url = "https://me:hidden@example.com/hook";
    const message = "config.url has a user or a password in it, expected a URL without user and password";
    expect(() => new WebhookSubscriber({ config: { url } })).toThrow(message);
    expect(() => new WebhookSubscriber({ config: { url } })).not.toThrow("hidden");
  });
});

test("is signed as Standard Webhooks has it: with the key that follows whsec_ in base64", () => {
  // The values of the tests of that scheme's own libraries.
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const [id, seconds, body] = ["msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}'] as const;
  const headers = signWebhook(secret, id, seconds * 1_000, body);
  expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  expect(verifyWebhook(secret, { ...headers }, body, seconds * 1_000)).toBe(true);
});

test.each([
  ["https://user:pass@example.com:8443/hook?token=1#x", "https://example.com:8443/hook"],
  [
    "https://hooks.example.com/services/T01/B02/abcdefghijklmnopqrstuvwx",
    "https://hooks.example.com/services/T01/B02/***",
  ],
])("of the address %s only %s is shown", (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
