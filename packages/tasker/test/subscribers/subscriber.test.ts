import { describe, expect, test } from "vitest";
import { InvalidInterfaceError, InvalidRequestError } from "../../src/errors/index.ts";
import { EventBus } from "../../src/events/bus/event-bus.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { logEvent } from "../../src/log-lines/log-event.ts";
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

test("the subscriber that logs writes the lines of logEvent, at levels that it can be given", () => {
  const lines: LogLine[] = [];
  const log = recordingLog(lines);
  const bus = new EventBus();
  new StructuredLogSubscriber({ events: ["*"], resources: { log } }).subscribeTo(bus);
  bus.publish(sampleEvent("step.completed", { payload: { attempt_number: 1 } }));
  bus.publish(sampleEvent("step.failed"));
  const [completed, failed] = lines.splice(0);
  expect(completed).toMatchObject({
    level: "info",
    message: "Step completed",
    facts: { event_name: "step.completed", task_id: 7, entity_name: "charge", attempt_number: 1 },
  });
  expect(failed).toMatchObject({ level: "error", message: "Step failed", facts: { correlation_id: "cor-1" } });
  logEvent(log, sampleEvent("step.completed", { payload: { attempt_number: 1 } }));
  expect(lines.splice(0)).toEqual([completed]);

  const config = { level: "debug", failure_level: "warn" };
  const quiet = new StructuredLogSubscriber({ events: ["*"], config, resources: { log } });
  quiet.call(sampleEvent("step.completed"));
  quiet.call(sampleEvent("step.failed"));
  expect(lines.map((line) => line.level)).toEqual(["debug", "warn"]);
  expect(() => new StructuredLogSubscriber({ config: { level: "loud" } })).toThrow(
    'config.level is "loud", expected debug, info, warn or error',
  );
});
