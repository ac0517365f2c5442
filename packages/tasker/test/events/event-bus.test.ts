import { describe, expect, test } from "vitest";
import { EventBus } from "../../src/events/event-bus.ts";

describe("the event bus", () => {
  test("hands every event to every listener, in order", () => {
    const bus = new EventBus<number>(() => undefined);
    const first: number[] = [];
    const second: number[] = [];
    bus.on((event) => first.push(event));
    bus.on((event) => second.push(event));
    bus.publish(1);
    bus.publish(2);
    expect([first, second]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test("knows whether anybody listens", () => {
    const bus = new EventBus<number>(() => undefined);
    expect(bus.hasListeners).toBe(false);
    const end = bus.on(() => undefined);
    expect(bus.hasListeners).toBe(true);
    end();
    end();
    expect(bus.hasListeners).toBe(false);
  });

  test("gives nothing to a listener that has ended its subscription", () => {
    const bus = new EventBus<number>(() => undefined);
    const seen: number[] = [];
    const end = bus.on((event) => seen.push(event));
    bus.publish(1);
    end();
    bus.publish(2);
    expect(seen).toEqual([1]);
  });

  test("reports what a listener throws, and the others still get the event", () => {
    const errors: unknown[] = [];
    const seen: number[] = [];
    const bus = new EventBus<number>((error) => errors.push(error));
    bus.on(() => {
      throw new Error("deaf");
    });
    bus.on((event) => seen.push(event));
    bus.publish(1);
    expect(errors).toEqual([new Error("deaf")]);
    expect(seen).toEqual([1]);
  });

  test("lets a listener end its own subscription while it is called", () => {
    const bus = new EventBus<number>(() => undefined);
    const seen: number[] = [];
    const end = bus.on((event) => {
      seen.push(event);
      end();
    });
    bus.publish(1);
    bus.publish(2);
    expect(seen).toEqual([1]);
  });
});
