import { describe, expect, test } from "vitest";
import { InvalidInterfaceError, InvalidRequestError } from "../../src/errors/index.ts";
import { EventBus } from "../../src/events/bus/event-bus.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { handlerMethodOf } from "../../src/subscribers/handler-method.ts";
import { knownEventNames } from "../../src/subscribers/known-events.ts";
import { StructuredLogSubscriber } from "../../src/subscribers/structured-log-subscriber.ts";
import { BaseSubscriber } from "../../src/subscribers/subscriber.ts";
import { type LogLine, recordingLog } from "../support/engine-harness.ts";
import { sampleEvent } from "./sample-event.ts";

class Notes extends BaseSubscriber {
  static override readonly events: readonly string[] = ["task.completed"];
  readonly taken: string[] = [];

  handleTaskCompleted({ name }: TaskerEvent) {
    this.taken.push(`completed ${name}`);
  }

  handleOrderPaid({ name }: TaskerEvent) {
    this.taken.push(`paid ${name}`);
  }
}

const known = knownEventNames({ customEvents: () => [{ name: "order.paid" }, { name: "order.sent" }] });

test.each([
  ["task.completed", "handleTaskCompleted"],
  ["step.before_handle", "handleStepBeforeHandle"],
  ["order.paymentDone", "handleOrderPaymentDone"],
  ["tasker.telemetry.cache_synced", "handleTaskerTelemetryCacheSynced"],
])("an event %s is taken by %s", (event, method) => {
  expect(handlerMethodOf(event)).toBe(method);
});

describe("a subscriber", () => {
  test("takes the events of its class and its own, under the names that they are published by", () => {
    const bus = new EventBus();
    const notes = new Notes({ events: ["order.paid"] });
    const end = notes.subscribeTo(bus, known);
    for (const name of ["task.completed", "order.paid", "order.sent", "task.failed"]) bus.publish(sampleEvent(name));
    expect(notes.taken).toEqual(["completed task.completed", "paid order.paid"]);
    end();
    bus.publish(sampleEvent("task.completed"));
    expect(notes.taken).toHaveLength(2);
  });

  test("shares no list with others of its class", () => {
    new Notes({ events: ["order.paid"] });
    expect(new Notes().events).toEqual(["task.completed"]);
    expect(Notes.events).toEqual(["task.completed"]);
  });

  test("filters by name when it is subscribed, and each event by what it tells", () => {
    class Picky extends Notes {
      protected override wantsEvent(name: string) {
        return name !== "task.completed";
      }
      protected override shouldProcessEvent({ payload }: TaskerEvent) {
        return payload.total !== 0;
      }
    }
    const bus = new EventBus();
    const picky = new Picky({ events: ["order.paid"] });
    picky.subscribeTo(bus, known);
    bus.publish(sampleEvent("task.completed"));
    bus.publish(sampleEvent("order.paid", { payload: { total: 0 } }));
    bus.publish(sampleEvent("order.paid", { payload: { total: 1 } }));
    expect(picky.taken).toEqual(["paid order.paid"]);
  });

  test("takes by handleEvent what has no method of its own, also of a pattern", () => {
    class All extends Notes {
      handleEvent({ name }: TaskerEvent) {
        this.taken.push(`any ${name}`);
      }
    }
    const bus = new EventBus();
    const all = All.subscribe(bus, { events: ["order.*"] });
    for (const name of ["task.completed", "order.paid", "order.sent"]) bus.publish(sampleEvent(name));
    expect(all.taken).toEqual(["completed task.completed", "paid order.paid", "any order.sent"]);
  });

  test("is refused for an event that there is not, and for one that it has no method for", () => {
    const bus = new EventBus();
    const subscribe = (...events: string[]) => new Notes({ events }).subscribeTo(bus, known);
    expect(() => subscribe("order.payed")).toThrow(InvalidRequestError);
    expect(() => subscribe("order.payed")).toThrow('found the unknown event "order.payed"');
    expect(() => subscribe("order.payed")).toThrow('did you mean "order.paid"?');
    expect(() => subscribe("parcel.*")).toThrow('found the pattern "parcel.*", which no event fits');
    expect(() => subscribe("order.sent")).toThrow(InvalidInterfaceError);
    expect(() => subscribe("order.sent")).toThrow("expected handleOrderSent or handleEvent");
    class None extends BaseSubscriber {}
    expect(() => new None().subscribeTo(bus)).toThrow("has no events");
    expect(bus.hasListeners).toBe(false);
  });
});

test("the subscriber that logs writes one line for each event, failures as warnings", () => {
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const bus = new EventBus();
  new StructuredLogSubscriber({ events: ["*"], resources: { log } }).subscribeTo(bus);
  bus.publish(sampleEvent("step.completed", { payload: { attempt_number: 1 } }));
  bus.publish(sampleEvent("step.failed"));
  expect(lines).toMatchObject([
    {
      level: "info",
      message: "step.completed",
      facts: { event: "step.completed", task_id: 7, payload: { attempt_number: 1 } },
    },
    { level: "warn", message: "step.failed", facts: { step_name: "charge", correlation_id: "cor-1" } },
  ]);
  expect(() => new StructuredLogSubscriber({ config: { level: "loud" } })).toThrow(
    'config.level is "loud", expected debug, info, warn or error',
  );
});
