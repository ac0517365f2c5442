import { expect, onTestFinished, test } from "vitest";
import { prune } from "../../../src/database/retention/prune.ts";
import { listDeadLetters } from "../../../src/event-log/manage/dead-letters.ts";
import { listWebhookDeliveries } from "../../../src/subscribers/webhooks/list-deliveries.ts";
import { WebhookSubscriber } from "../../../src/subscribers/webhooks/webhook-subscriber.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { runCaptured } from "../../cli/support/captured-io.ts";
import { startSubscriber } from "../../event-log/support.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import {
  createTestDatabase,
  describeEachDatabase,
  describeOnPostgres,
  openTestDatabase,
  openThrowAway,
} from "../../support/test-database.ts";
import { sampleEvent } from "../sample-event.ts";
import { startReceiver } from "./webhook-receiver.ts";

describeEachDatabase("attempts of a webhook", (open) => {
  test("are recorded, newest first, without secrets, until they are pruned", async () => {
    const database = await useDatabase(open);
    const clock = new ManualClock();
    const { url } = await startReceiver(503, 204);
    const webhook = new WebhookSubscriber({
      name: "shop",
      events: ["*"],
      config: { url: url.replace("/hook", "/hook?token=hidden"), backoff_ms: 0 },
      secret: "top-secret",
      resources: { database, clock },
    });
    const delivered = Promise.resolve(webhook.call(sampleEvent("order.paid")));
    let isThrough = false;
    void delivered.then(() => {
      isThrough = true;
    });
    await until(() => {
      clock.advance(1);
      return isThrough;
    }, "the delivery");
    await webhook.close();

    const [second, first] = await listWebhookDeliveries(database);
    expect(first).toEqual({
      id: expect.any(Number),
      subscriber: "shop",
      eventId: "step:3:order.paid",
      eventName: "order.paid",
      taskId: 7,
      url,
      attempt: 1,
      delivered: false,
      status: 503,
      error: "answered with 503",
      duration: expect.any(Number),
      at: expect.any(Number),
    });
    expect(second).toMatchObject({ attempt: 2, delivered: true, status: 204, error: null });
    const counts = async (filter: Parameters<typeof listWebhookDeliveries>[1]) =>
      (await listWebhookDeliveries(database, filter)).length;
    expect(await counts({ failed: true })).toBe(1);
    expect(await counts({ subscriber: "another" })).toBe(0);
    expect(await counts({ eventId: "step:3:order.paid", taskId: 7, before: second?.id ?? 0 })).toBe(1);
    expect(await counts({ limit: 1 })).toBe(1);

    const olderThan = new Date(clock.now() + 1);
    expect(await prune(database, { olderThan, name: "order" })).toMatchObject({ webhookDeliveries: 0 });
    expect(await prune(database, { olderThan, dryRun: true })).toMatchObject({ webhookDeliveries: 2 });
    expect(await prune(database, { olderThan: new Date(first?.at ?? 0) })).toMatchObject({ webhookDeliveries: 0 });
    expect(await prune(database, { olderThan })).toMatchObject({ webhookDeliveries: 2 });
    expect(await counts({})).toBe(0);
  });
});

describeOnPostgres("the record of a webhook", () => {
  test("tells every attempt of the event log, the last of which makes a dead letter, and is listed", async () => {
    const throwAway = await createTestDatabase();
    const database = await useDatabase(() => openThrowAway(throwAway));
    const { engine } = await startEngine(database, [graphTemplate("a")]);
    const { url } = await startReceiver(500);
    const webhook = new WebhookSubscriber({
      name: "hook",
      events: ["task.completed"],
      config: { url },
      resources: { database },
    });
    onTestFinished(() => webhook.close());
    await startSubscriber(database, {
      name: "hook",
      events: webhook.events,
      from: "beginning",
      deadLetterAfter: 3,
      retry: { default_backoff_seconds: [0], jitter_enabled: false },
      handle: (event, delivery) => webhook.call(event, delivery),
    });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await until(async () => (await listDeadLetters(database)).length === 1, "the dead letter");
    await webhook.close();
    const recorded = await listWebhookDeliveries(database, { failed: true, taskId });
    expect(recorded.map(({ attempt, status }) => [attempt, status])).toEqual([
      [3, 500],
      [2, 500],
      [1, 500],
    ]);

    const command = ["events", "deliveries", "--subscriber", "hook", "--failed"];
    const options = { cwd: ".", env: { DATABASE_URL: throwAway.url } };
    const listed = await runCaptured(command, options);
    expect(listed.out).toMatch(/hook +task\.completed +\d+ +3 +500 .*answered with 500/);
    const { out } = await runCaptured([...command, "--task", String(taskId), "--limit", "1", "--json"], options);
    expect(JSON.parse(out)).toMatchObject({ subscriber: "hook", attempt: 3, status: 500, delivered: false, url });
    const none = await runCaptured(["events", "deliveries", "--event", "none"], options);
    expect(none).toMatchObject({ code: 0, out: "", err: "no deliveries\n" });
  });

  test("holds up no delivery while the database takes nothing", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const { url, received } = await startReceiver(200);
    const webhook = new WebhookSubscriber({ events: ["*"], config: { url }, resources: { database } });
    let isLocked = false;
    const released = Promise.withResolvers<void>();
    const lock = database.transaction(async (transaction) => {
      await transaction.query("lock table tasker_webhook_deliveries in exclusive mode");
      isLocked = true;
      await released.promise;
    });
    await until(() => isLocked, "the lock");
    for (let count = 0; count < 20; count++) await webhook.call(sampleEvent("order.paid", { id: `order:${count}` }));
    expect(received).toHaveLength(20);
    released.resolve();
    await lock;
    await webhook.close();
    expect(await listWebhookDeliveries(database)).toHaveLength(20);
  });
});
