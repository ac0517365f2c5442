import { describe, expect, expectTypeOf, test } from "vitest";
import { InvalidRequestError } from "../../../src/errors/index.ts";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import { maskEvents } from "../../../src/events/bus/mask.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { sampleEvent } from "../../support/sample-event.ts";

const named = (name: string) => sampleEvent({ name });

describe("the event bus", () => {
  test("hands every event to every listener, in order", () => {
    const bus = new EventBus();
    const seen: string[] = [];
    bus.on(({ name }) => seen.push(`first ${name}`));
    bus.on(({ name }) => seen.push(`second ${name}`));
    bus.publish(named("a.b"));
    bus.publish(named("a.c"));
    expect(seen).toEqual(["first a.b", "second a.b", "first a.c", "second a.c"]);
  });

  test("hands an event to those who want its name, fit a glob, or say yes to it", () => {
    const bus = new EventBus();
    const seen: string[] = [];
    bus.on("step.completed", () => seen.push("name"));
    bus.on(["step.failed", "order.*"], () => seen.push("list"));
    bus.on("order.**", () => seen.push("deep"));
    bus.on(
      ({ taskId }) => taskId === 8,
      () => seen.push("predicate"),
    );
    const told = (facts: Parameters<typeof sampleEvent>[0]) => {
      bus.publish(sampleEvent(facts));
      return seen.splice(0);
    };
    expect(told({ name: "step.completed" })).toEqual(["name"]);
    expect(told({ name: "order.paid" })).toEqual(["list", "deep"]);
    expect(told({ name: "order.mail.sent", taskId: 8 })).toEqual(["deep", "predicate"]);
    expect(bus.wants("step.completed")).toBe(true);
  });

  test("knows the payload of an event by its name", () => {
    const bus = new EventBus();
    bus.on("step.failed", ({ payload }) => expectTypeOf(payload.error_message).toEqualTypeOf<string | null>());
    bus.on(["task.completed", "task.failed"], (event) => {
      if (event.name === "task.completed")
        expectTypeOf(event.payload.cancelled_steps).toEqualTypeOf<readonly string[]>();
    });
    expect(bus.hasListeners).toBe(true);
  });

  test("knows whether anybody listens, and makes nothing that nobody gets", () => {
    const bus = new EventBus();
    const make = () => {
      throw new Error("made");
    };
    bus.tell("step.before_handle", null, make);
    const end = bus.on("step.failed", () => undefined);
    expect([bus.hasListeners, bus.wants("step.failed"), bus.wants("step.completed")]).toEqual([true, true, false]);
    bus.tell("step.before_handle", null, make);
    end();
    end();
    expect([bus.hasListeners, bus.wants("step.failed")]).toEqual([false, false]);
  });

  test("gives what no row tells an id and the time of its clock", () => {
    const clock = new ManualClock();
    const bus = new EventBus({ clock });
    const seen: unknown[] = [];
    bus.on((event) => seen.push(event));
    bus.tell("tasker.process.joined", null, () => ({ process_id: 7 }));
    expect(seen).toEqual([
      {
        ...sampleEvent({ name: "tasker.process.joined", id: expect.any(String), at: clock.now() }),
        payload: { process_id: 7 },
        ...{ taskId: null, namespace: null, taskName: null, version: null, correlationId: null },
        ...{ stepId: null, stepName: null },
      },
    ]);
  });

  test("gives nothing to a listener that has ended its subscription, even while it is called", () => {
    const bus = new EventBus();
    const seen: string[] = [];
    const end = bus.on(({ name }) => {
      seen.push(name);
      end();
    });
    bus.publish(named("a.b"));
    bus.publish(named("a.c"));
    expect(seen).toEqual(["a.b"]);
  });

  test("reports what a listener throws or rejects with, and the others still get the event", async () => {
    const errors: [unknown, string][] = [];
    const seen: string[] = [];
    const bus = new EventBus({ onListenerError: (error, name) => errors.push([error, name]) });
    const deaf = () => {
      throw new Error("deaf");
    };
    bus.on("*", deaf, { name: "deaf" });
    bus.on("*", () => Promise.reject(new Error("late")), { name: "late" });
    bus.on(() => {
      throw new Error("asked");
    }, deaf);
    bus.on(({ name }) => seen.push(name));
    bus.publish(named("a.b"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([
      [new Error("deaf"), "deaf"],
      [new Error("asked"), "subscription 3"],
      [new Error("late"), "late"],
    ]);
    expect(seen).toEqual(["a.b"]);
    expect(bus.statistics().map(({ name, delivered, failed }) => [name, delivered, failed])).toEqual([
      ["deaf", 0, 1],
      ["late", 0, 1],
      ["subscription 3", 0, 1],
      ["subscription 4", 1, 0],
    ]);
  });

  test("hands out what a listener publishes after the event that it was given", () => {
    const bus = new EventBus();
    const seen: string[] = [];
    bus.on("a.b", () => bus.publish(named("a.c")));
    bus.on(({ name }) => seen.push(name));
    bus.publish(named("a.b"));
    expect(seen).toEqual(["a.b", "a.c"]);
  });

  test("hides from all listeners what is masked", () => {
    const bus = new EventBus({ mask: maskEvents(["card.number"]) });
    const seen: unknown[] = [];
    bus.on(({ payload }) => seen.push(payload));
    bus.publish(sampleEvent({ payload: { card: { number: "4111", kind: "visa" } } }));
    expect(seen).toEqual([{ card: { number: "[masked]", kind: "visa" } }]);
  });

  test.each([
    ["task.complete", 'there is no event "task.complete" (did you mean "task.completed"?)'],
    ["", 'the events are "", expected a name, a pattern or a list of them'],
    [[], "the events are [], expected a name, a pattern or a list of them"],
  ])("refuses to subscribe to %j", (pattern, message) => {
    const bus = new EventBus();
    expect(() => bus.on(pattern, () => undefined)).toThrow(InvalidRequestError);
    expect(() => bus.on(pattern, () => undefined)).toThrow(message);
  });

  test("refuses a queue and a batch that cannot be", () => {
    const bus = new EventBus();
    const listen = (queue: object) => bus.on("*", () => undefined, { queue });
    expect(() => listen({ max: 0 })).toThrow("queue.max is 0, expected a whole number from 1");
    expect(() => listen({ overflow: "wait" })).toThrow('queue.overflow is "wait", expected one of drop_oldest');
    expect(() => bus.onBatch("*", () => undefined, { batch: { maxWaitMs: -1 } })).toThrow("batch.maxWaitMs is -1");
    const batches = (most: number) => bus.onBatch("*", () => undefined, { batch: { max: most } });
    expect(() => batches(1_001)).toThrow("batch.max is 1001, expected at most queue.max, which is 1000");
    batches(1_000);
  });
});
