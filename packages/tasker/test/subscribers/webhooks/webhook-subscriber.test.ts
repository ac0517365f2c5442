import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigurationError, PermanentError, WebhookError } from "../../../src/errors/index.ts";
import type { Delivery } from "../../../src/event-log/subscriber-options.ts";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import { verifyWebhook } from "../../../src/subscribers/webhooks/signature.ts";
import { shownUrl, type WebhookDelivery } from "../../../src/subscribers/webhooks/webhook-delivery.ts";
import { type WebhookSettings, WebhookSubscriber } from "../../../src/subscribers/webhooks/webhook-subscriber.ts";
import { type LogLine, recordingLog } from "../../support/engine-harness.ts";
import { sampleEvent } from "../sample-event.ts";
import { startReceiver } from "./webhook-receiver.ts";

function makeWebhook(url: string, config: Record<string, string | number> = {}, settings: WebhookSettings = {}) {
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
  ])("is refused with the setting that is wrong: %j", (config, message) => {
    const make = () => new WebhookSubscriber({ config, resources: { environment: {} } });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });
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
