import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { InvalidInterfaceError, RegistryConflictError } from "../../src/errors/index.ts";
import { EventBus } from "../../src/events/bus/event-bus.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { SubscriberRegistry } from "../../src/registries/subscriber-registry.ts";
import { BaseSubscriber } from "../../src/subscribers/subscriber.ts";
import { until } from "../support/engine-harness.ts";
import { sampleEvent } from "../support/sample-event.ts";

class OrderMailSubscriber {
  static events = ["order.paid", "order.sent"];
  readonly seen: string[] = [];
  call({ name }: TaskerEvent) {
    this.seen.push(name);
  }
}

const make = () => {
  const errors: [unknown, string][] = [];
  const events = new EventBus({ onListenerError: (error, name) => errors.push([error, name]) });
  const registry = new SubscriberRegistry({ events });
  const told: string[] = [];
  events.on("subscriber.*", (event) => told.push(event.name));
  return { registry, errors, told };
};

describe("a registry of subscribers", () => {
  test("hands each event to those who want it, by name or by the beginning of the name", async () => {
    const { registry, errors } = make();
    const mail = new OrderMailSubscriber();
    const all: string[] = [];
    registry.register(mail, { events: ["order.paid", "order.paid"] });
    registry.register({ call: ({ name }: TaskerEvent) => all.push(name) }, { name: "all", events: ["*"] });
    registry.register({ call: () => Promise.reject(new Error("late")) }, { name: "late", events: ["order.*"] });
    registry.register(
      {
        call: () => {
          throw new Error("deaf");
        },
      },
      { name: "deaf", events: ["order.paid"] },
    );
    for (const name of ["order.paid", "order.sent", "stock.low"]) registry.events.publish(sampleEvent({ name }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(mail.seen).toEqual(["order.paid"]);
    expect(all.filter((name) => !name.startsWith("subscriber."))).toEqual(["order.paid", "order.sent", "stock.low"]);
    expect(errors.map(([error, name]) => `${name}: ${String(error)}`)).toEqual([
      "deaf: Error: deaf",
      "late: Error: late",
      "late: Error: late",
    ]);
    expect(registry.hasSubscribers("order.sent")).toBe(true);
    expect(registry.subscribersForEvent("stock.low").map(({ name }) => name)).toEqual(["all"]);
    expect(registry.supportedEvents()).toEqual(["*", "order.*", "order.paid"]);
  });

  test("refuses what cannot be called and names that are taken; replacing drops the old events", () => {
    const { registry, told } = make();
    expect(registry.register(OrderMailSubscriber)).toBe("order_mail_subscriber");
    expect(() => registry.register(OrderMailSubscriber)).toThrow(RegistryConflictError);
    expect(() => registry.register(Object({}), { name: "odd" })).toThrow(InvalidInterfaceError);
    expect(() => registry.register(Object({}), { name: "odd" })).toThrow(
      "the subscriber Object must have the method call",
    );
    expect(() => registry.register({ call: Object((_a: 1, _b: 2) => 1) }, { name: "odd" })).toThrow(
      "takes 2 arguments",
    );
    registry.register(OrderMailSubscriber, { replace: true, events: ["stock.low"] });
    expect(registry.supportedEvents()).toEqual(["stock.low"]);
    expect(told).toEqual([
      "subscriber.registered",
      "subscriber.validation_failed",
      "subscriber.validation_failed",
      "subscriber.validation_failed",
      "subscriber.validation_failed",
      "subscriber.registered",
    ]);
  });

  test("subscribes a BaseSubscriber as it does it itself: with its queue, one event after the other, until it is removed", async () => {
    const { registry } = make();
    const begun: string[] = [];
    const answers: (() => void)[] = [];
    let isClosed = false;
    class SlowMail extends BaseSubscriber {
      override get queue() {
        return {};
      }
      handleEvent({ name }: TaskerEvent) {
        begun.push(name);
        return new Promise<void>((resolve) => answers.push(resolve));
      }
      override async close() {
        isClosed = true;
      }
    }
    registry.register(new SlowMail({ events: ["order.paid", "order.sent"] }), { name: "mail" });
    for (const name of ["order.paid", "order.sent"]) registry.events.publish(sampleEvent({ name }));
    expect(begun).toEqual([]);
    await until(() => answers.length === 1, "the first event");
    expect(begun).toEqual(["order.paid"]);
    answers[0]?.();
    await until(() => answers.length === 2, "the second event");
    expect(registry.events.statistics()).toMatchObject([{}, { name: "mail", kind: "queued", delivered: 1 }]);
    expect(isClosed).toBe(false);
    registry.unregister("mail");
    expect(isClosed).toBe(true);
  });

  test("refuses a BaseSubscriber without a method for one of its events, without any, and with events of the registry", () => {
    const { registry } = make();
    class Alert extends BaseSubscriber {
      handleTaskCompleted() {}
    }
    const failing = new Alert({ events: ["task.failed"] });
    expect(() => registry.register(failing)).toThrow(InvalidInterfaceError);
    expect(() => registry.register(failing)).toThrow("expected handleTaskFailed or handleEvent");
    expect(() => registry.register(new Alert())).toThrow("the subscriber Alert has no events");
    expect(() => registry.register(new Alert(), { events: ["task.completed"] })).toThrow(
      "expected events given to its constructor",
    );
    expect(registry.size).toBe(0);
    expect(registry.register(new Alert({ events: ["task.completed"] }))).toBe("alert");
  });

  test("removes by name, class or the subscriber itself", () => {
    const { registry } = make();
    const one = { call: () => {} };
    registry.register(one, { name: "one", events: ["a.b"] });
    registry.register(OrderMailSubscriber);
    expect(registry.unregister(OrderMailSubscriber)).toBe(true);
    expect(registry.unregister("order_mail_subscriber")).toBe(false);
    expect(registry.unregister(one)).toBe(true);
    expect(registry.allSubscribers()).toEqual([]);
    expect(registry.events.wants("order.paid")).toBe(false);
  });

  test("refuses a name that looks like the engine's and is none, and subscribes nobody then", () => {
    const { registry } = make();
    const source = { call: () => {} };
    expect(() => registry.register(source, { name: "one", events: ["task.complete"] })).toThrow(
      'did you mean "task.completed"?',
    );
    expect(registry.size).toBe(0);
  });

  test("counts", () => {
    const { registry } = make();
    expect(registry.stats()).toMatchObject({
      totalSubscribers: 0,
      averageEventsPerSubscriber: 0,
      mostPopularEvents: [],
    });
    for (const [name, ...events] of [
      ["a", "x.a", "x.b"],
      ["b", "x.b"],
      ["c", "x.b", "x.c"],
    ]) {
      registry.register({ call: () => {} }, { name: name ?? "", events });
    }
    expect(registry.stats()).toMatchObject({
      totalSubscribers: 3,
      totalEvents: 3,
      eventsCovered: ["x.a", "x.b", "x.c"],
      subscribersByEvent: { "x.a": 1, "x.b": 3, "x.c": 1 },
      averageEventsPerSubscriber: 1.67,
      mostPopularEvents: [
        { event: "x.b", subscribers: 3 },
        { event: "x.a", subscribers: 1 },
        { event: "x.c", subscribers: 1 },
      ],
    });
  });

  test("finds them in a directory; a file that fails is listed and keeps none of the others away", async () => {
    const directory = await mkdtemp(join(tmpdir(), "subscribers-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const mail = "export class Mail { static events = ['order.paid']; call() {} }\nexport const limit = 5;\n";
    await writeFile(join(directory, "mail-subscriber.mjs"), mail);
    await writeFile(join(directory, "broken_subscriber.mjs"), "throw new Error('not today');\n");
    await writeFile(join(directory, "other.mjs"), "throw new Error('not looked at');\n");
    const { registry } = make();
    const found = await registry.discoverDirectory(directory);
    expect(found.registered).toEqual(["mail"]);
    expect(found.failures).toMatchObject([
      { file: join(directory, "broken_subscriber.mjs"), error: { message: "not today" } },
    ]);
    expect(registry.supportedEvents()).toEqual(["order.paid"]);
    expect(await registry.discoverDirectory(join(directory, "none"))).toEqual({ registered: [], failures: [] });
  });
});
