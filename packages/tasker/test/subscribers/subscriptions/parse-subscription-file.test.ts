import { describe, expect, test } from "vitest";
import { InvalidDeclarationError } from "../../../src/errors/index.ts";
import { BaseSubscriber } from "../../../src/subscribers/subscriber.ts";
import { parseSubscriptionFile } from "../../../src/subscribers/subscriptions/parse-subscription-file.ts";
import { READY_MADE_CLASSES } from "../../../src/subscribers/subscriptions/subscriber-classes.ts";
import { sampleEvent } from "../sample-event.ts";

class Alerts extends BaseSubscriber {
  handleEvent() {}
}

class OnlyPaid extends BaseSubscriber {
  handleOrderPaid() {}
}

class Broken extends BaseSubscriber {
  constructor() {
    super();
    throw new Error("no room");
  }
}

const surroundings = {
  classes: { ...READY_MADE_CLASSES, Alerts, OnlyPaid, Broken },
  knownEvents: ["task.completed", "task.failed", "order.paid"],
  resources: { environment: { HOOK_SECRET: "hidden" } },
};
const parse = (text: string) => parseSubscriptionFile(text, "shop.yml", surroundings);

function issuesOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof InvalidDeclarationError) return error.message;
    throw error;
  }
  return expect.unreachable("the file was accepted");
}

/** A file with one subscription of these lines. */
const file = (...lines: string[]) => ["subscriptions:", "  mine:", ...lines.map((line) => `    ${line}`)].join("\n");

describe("a file of subscriptions", () => {
  test("binds classes to events, with filters and options", () => {
    const [hook, alerts] = parse(`
subscriptions:
  hook:
    class: WebhookSubscriber
    description: For the shop
    events: [order.*]
    config: { url: "https://example.com/hook", secret_env: HOOK_SECRET }
    filter: { namespace: shop, payload: { total: 5 } }
    durable: true
    from: 2026-03-01T00:00:00Z
    concurrency: 2
    retry: { default_backoff_seconds: [1, 5], jitter_enabled: false }
    dead_letter_after: 4
    timeout_ms: 20000
  alerts: { class: Alerts, events: [task.failed], queue: { max: 10, overflow: block }, config: }
  off: { class: Alerts, events: [task.failed], enabled: false }
`);
    expect(hook).toMatchObject({
      name: "hook",
      className: "WebhookSubscriber",
      source: "shop.yml:3",
      durable: {
        from: new Date("2026-03-01T00:00:00Z"),
        concurrency: 2,
        retry: { default_backoff_seconds: [1, 5], jitter_enabled: false },
        deadLetterAfter: 4,
        timeoutMs: 20_000,
      },
      batch: null,
      queue: null,
    });
    expect(hook?.subscriber).toMatchObject({ name: "hook", events: ["order.*"] });
    expect(hook?.accepts(sampleEvent("order.paid", { payload: { total: 5 } }))).toBe(true);
    expect(hook?.accepts(sampleEvent("order.paid", { payload: { total: 6 } }))).toBe(false);
    expect(hook?.accepts(sampleEvent("order.paid", { payload: { total: 5 }, namespace: "other" }))).toBe(false);
    expect(alerts).toMatchObject({ name: "alerts", durable: null, queue: { max: 10, overflow: "block" } });
    expect(parse("subscriptions: { off: { class: Alerts, events: [task.failed], enabled: false } }")).toEqual([]);
    expect(parse("subscriptions:\n")).toEqual([]);
  });

  test.each([
    ["- a", "shop.yml:1:1: found a list, expected a mapping with subscriptions"],
    [
      "subscription: {}",
      'shop.yml:1:1: subscription: found the unknown key "subscription", expected one of the known keys (did you mean "subscriptions"?)',
    ],
    ["subscriptions: [a]", "shop.yml:1:16: subscriptions: found a list, expected subscriptions by their names"],
    ["subscriptions: { a: 1 }", "shop.yml:1:21: subscriptions.a: found 1, expected a mapping with the keys class,"],
    [file("events: [task.failed]"), "subscriptions.mine.class: is missing, expected a text"],
    [
      file("class: Alert", "events: [task.failed]"),
      'shop.yml:3:12: subscriptions.mine.class: found the unknown class "Alert", expected a class of subscribers (did you mean "Alerts"?)',
    ],
    [
      file("class: Alerts", "events: [task.failled]"),
      'shop.yml:4:14: subscriptions.mine.events[0]: found the unknown event "task.failled", expected an event of the engine or a declared one (did you mean "task.failed"?)',
    ],
    [
      file("class: Alerts", "events: [invoice.*]"),
      'subscriptions.mine.events[0]: found the pattern "invoice.*", which no event fits',
    ],
    [file("class: Alerts"), "the subscriber mine has no events, expected at least one"],
    [
      file("class: OnlyPaid", "events: [task.failed]"),
      'shop.yml:3:12: subscriptions.mine.class: found "OnlyPaid", expected a class that fits: the subscriber mine wants task.failed and has no method for it, expected handleTaskFailed or handleEvent',
    ],
    [file("class: Broken", "events: [task.failed]"), "expected a class that fits: no room"],
    [
      file("class: Alerts", "evnts: [task.failed]"),
      'shop.yml:4:5: subscriptions.mine.evnts: found the unknown key "evnts", expected one of the known keys (did you mean "events"?)',
    ],
    [
      file("class: Alerts", "events: [task.failed]", "filter: { namspace: shop }"),
      'subscriptions.mine.filter.namspace: found the unknown key "namspace"',
    ],
    [file("class: Alerts", "events: task.failed"), 'found "task.failed", expected a list of names and patterns'],
    [file("class: Alerts", "events: [task.failed]", "durable: yes"), 'found "yes", expected true or false'],
    [
      file("class: Alerts", "events: [task.failed]", "dead_letter_after: 3"),
      "shop.yml:5:5: subscriptions.mine.dead_letter_after: found dead_letter_after, expected it only with durable: true",
    ],
    [
      file("class: Alerts", "events: [task.failed]", "durable: true", "queue: { max: 3 }"),
      "found queue, expected it only without durable: true",
    ],
    [
      file("class: Alerts", "events: [task.failed]", "durable: true", "from: yesterday"),
      'found "yesterday", expected now, beginning, or a date and time in ISO 8601 with a zone',
    ],
    [
      file("class: Alerts", "events: [task.failed]", "queue: { max: 0 }"),
      "subscriptions.mine.queue.max: found 0, expected a whole number from 1",
    ],
    [
      file("class: Alerts", "events: [task.failed]", "batch: { max: 3 }"),
      "the subscriber mine has no method for batches, expected handleBatch",
    ],
    [
      file("class: WebhookSubscriber", "events: [order.paid]", "config:", "  url: ftp://x"),
      'shop.yml:6:12: subscriptions.mine.config.url: found "ftp://x", expected a URL that begins with http:// or https://',
    ],
    [
      file("class: WebhookSubscriber", "events: [order.paid]"),
      "subscriptions.mine.config.url: is missing, expected a URL",
    ],
    [file('class: "a', "events: []"), "invalid YAML"],
  ])("is refused with its place: %s", (text, message) => {
    expect(issuesOf(text)).toContain(message);
  });
});
