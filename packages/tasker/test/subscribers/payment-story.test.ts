import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../src/database/postgres.ts";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { listWebhookDeliveries } from "../../src/subscribers/webhooks/list-deliveries.ts";
import { verifyWebhook } from "../../src/subscribers/webhooks/signature.ts";
import { WebhookSubscriber } from "../../src/subscribers/webhooks/webhook-subscriber.ts";
import { startSubscriber, tell } from "../event-log/support.ts";
import { customEvent } from "../support/custom-event.ts";
import { graphTemplate, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { createTestDatabase, describeOnPostgres } from "../support/test-database.ts";
import { startReceiver } from "./webhooks/webhook-receiver.ts";

const SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdA==";
const EVENTS = ["task.*", "step.*", "payment.*"];

/** The gateway is busy at first, and then refuses the card. */
const payment = graphTemplate("check -> charge, charge -> receipt", {
  name: "payment",
  run: (task, _sequence, { name, attempt }) => {
    if (name !== "charge") return { order: task.context.order };
    if (attempt === 1) throw new RetryableError("the gateway is busy", { errorCode: "BUSY" });
    throw new PermanentError("the card was declined", { errorCode: "DECLINED" });
  },
  steps: {
    charge: {
      customEvents: [
        customEvent("payment.failed", {
          condition: "permanent",
          payload: { order: "context.order", reason: "error.message" },
        }),
      ],
    },
  },
});

const STORY = [
  "task.initialize_requested",
  "task.start_requested",
  "step.execution_requested check",
  "step.completed check",
  "step.execution_requested charge",
  "step.failed charge",
  "step.retry_requested charge",
  "step.execution_requested charge",
  "step.failed charge",
  "payment.failed charge",
  "task.failed",
];

/** Starts a subscriber in a process of its own; gives what it has noted so far. */
async function startProcess(url: string, name: string): Promise<() => TaskerEvent[]> {
  const directory = mkdtempSync(join(scratchDirectory(), "tasker-story-"));
  const file = join(directory, "notes");
  writeFileSync(file, "");
  const program = new URL("payment-story-process.ts", import.meta.url).pathname;
  const child = fork(program, [url, file, name], { stdio: ["ignore", "ignore", "inherit", "ipc"], execArgv: [] });
  onTestFinished(async () => {
    const ended = once(child, "exit");
    if (child.exitCode === null && child.kill("SIGKILL")) await ended;
    rmSync(directory, { recursive: true });
  });
  await once(child, "message");
  return () => {
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line): TaskerEvent => JSON.parse(line));
  };
}

describeOnPostgres("a payment that is tried again and then refused", () => {
  test("is the same story, in order, for a webhook, for another process, and for one that comes afterwards", async () => {
    const { url, drop } = await createTestDatabase();
    onTestFinished(drop);
    const database = await useDatabase(() => openPostgres(url));
    // The receiver has an outage in the middle of it.
    const { url: address, received } = await startReceiver(200, 200, 503, 200);
    const webhook = new WebhookSubscriber({
      name: "hook",
      events: EVENTS,
      config: { url: address },
      secret: SECRET,
      resources: { database },
    });
    onTestFinished(() => webhook.close());
    const retry = { default_backoff_seconds: [0], jitter_enabled: false };
    await startSubscriber(database, { ...webhook.durable({ from: "beginning", retry }), leaseMs: 3_000 });
    const inProcess = await startProcess(url, "process");

    const { engine, events, clock, seen } = await startEngine(database, [payment]);
    const { taskId } = await engine.submit({ name: "payment", context: { order: 7 } });
    await seen(({ name }) => name === "step.failed");
    clock.advance(1_000);
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });

    // As receivers do: what comes twice, by its id, counts once.
    const delivered = () => {
      const answered = received.filter((_, place) => place !== 2);
      return [...new Set(answered.map(({ headers }) => headers["webhook-id"]))];
    };
    await until(() => delivered().length >= STORY.length && inProcess().length >= STORY.length, "the story");
    const late = await startProcess(url, "late");
    await until(() => late().length >= STORY.length, "the story afterwards");

    const published = events.filter(({ name }) => /^(?:task|step|payment)\./.test(name));
    expect(published.map(tell)).toEqual(STORY);
    const ids = published.map(({ id }) => id);
    expect(new Set(ids).size).toBe(STORY.length);
    expect(delivered()).toEqual(ids);
    expect(inProcess()).toEqual(published);
    expect(late()).toEqual(published);

    expect(
      published.filter(({ stepName }) => stepName === "charge").map(({ name, payload }) => [name, facts(payload)]),
    ).toEqual([
      ["step.execution_requested", { attempt_number: 1 }],
      ["step.failed", { attempt_number: 1, error_message: "the gateway is busy", retry_available: true }],
      ["step.retry_requested", { reason: null }],
      ["step.execution_requested", { attempt_number: 2 }],
      ["step.failed", { attempt_number: 2, error_message: "the card was declined", retry_available: false }],
      ["payment.failed", { order: 7, reason: "the card was declined" }],
    ]);
    for (const { headers, body } of received) expect(verifyWebhook(SECRET, headers, body)).toBe(true);
    await webhook.close();
    expect(await listWebhookDeliveries(database, { failed: true })).toMatchObject([
      { attempt: 1, status: 503, taskId },
    ]);
  });
});

const FACTS = ["attempt_number", "error_message", "retry_available", "order", "reason"];

/** What is looked at in a payload, as far as it is there. */
function facts(payload: TaskerEvent["payload"]) {
  return Object.fromEntries(Object.entries(payload).filter(([key]) => FACTS.includes(key)));
}
