import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { currentCorrelationId } from "../../../src/correlation/current-correlation.ts";
import { createEventBus } from "../../../src/engine/create-event-bus.ts";
import { EventBus } from "../../../src/events/bus/event-bus.ts";
import type { Overflow } from "../../../src/events/bus/queue-options.ts";
import type { TaskerEvent } from "../../../src/events/event.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { sampleEvent } from "../../support/sample-event.ts";

const numbered = (at: number) => sampleEvent({ name: "order.paid", at });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a listener with a queue", () => {
  test("takes one event after the other, after they were published", async () => {
    const bus = new EventBus();
    const story: string[] = [];
    const listener = async ({ at }: TaskerEvent) => {
      story.push(`begin ${at}`);
      await turn();
      story.push(`end ${at}`);
    };
    bus.on("order.paid", listener, { queue: {} });
    bus.publish(numbered(1));
    bus.publish(numbered(2));
    story.push("published");
    await bus.flush();
    expect(story).toEqual(["published", "begin 1", "end 1", "begin 2", "end 2"]);
  });

  test("takes each event in its context, one that waited in the queue as well", async () => {
    const bus = createEventBus({});
    const seen: unknown[] = [];
    const listener = async () => {
      await turn();
      seen.push(currentCorrelationId());
    };
    bus.on("order.paid", listener, { queue: {} });
    for (const correlationId of ["cor-1", null, "cor-2"])
      bus.publish(sampleEvent({ name: "order.paid", correlationId }));
    await bus.flush();
    expect(seen).toEqual(["cor-1", null, "cor-2"]);
  });

  test.each([
    ["drop_oldest", [1, 4, 5], 2],
    ["drop_newest", [1, 2, 3], 2],
    ["block", [1, 2, 3, 4, 5], 0],
  ] as const)("that is full does %s", async (overflow, expected, dropped) => {
    const bus = new EventBus();
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen: number[] = [];
    const listener = async ({ at }: TaskerEvent) => {
      seen.push(at);
      await promise;
    };
    bus.on("order.paid", listener, { name: "slow", queue: { max: 2, overflow } });
    bus.publish(numbered(1));
    await turn();
    for (const at of [2, 3, 4, 5]) bus.publish(numbered(at));
    expect(bus.statistics()).toMatchObject([{ name: "slow", kind: "queued", dropped, healthy: false }]);
    expect(bus.isFull).toBe(overflow === "block");
    resolve();
    await bus.flush();
    expect(seen).toEqual(expected);
    expect(bus.statistics()).toMatchObject([{ delivered: expected.length, queued: 0, lagMs: 0, healthy: true }]);
  });

  test("that blocks lets publishers go on when there is room, or when it has ended", async () => {
    const bus = new EventBus();
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = { max: 1, overflow: "block" } as const;
    bus.on("order.paid", () => promise, { queue });
    const end = bus.on("order.sent", () => promise, { queue });
    bus.publish(numbered(1));
    bus.publish(sampleEvent({ name: "order.sent" }));
    await turn();
    for (const name of ["order.paid", "order.sent"]) bus.publish(sampleEvent({ name }));
    let hasRoom = false;
    const room = bus.whenRoom().then(() => {
      hasRoom = true;
    });
    end();
    await turn();
    expect([bus.isFull, hasRoom]).toEqual([true, false]);
    resolve();
    await room;
    expect(bus.isFull).toBe(false);
  });

  test("is not healthy after three failures in a row, until it works again", async () => {
    const bus = new EventBus();
    let isBroken = true;
    const listener = () => (isBroken ? Promise.reject(new Error("down")) : undefined);
    bus.on("order.paid", listener, { queue: {} });
    for (const at of [1, 2, 3]) bus.publish(numbered(at));
    await bus.flush();
    expect(bus.statistics()).toMatchObject([{ delivered: 0, failed: 3, healthy: false }]);
    isBroken = false;
    bus.publish(numbered(4));
    await bus.flush();
    expect(bus.statistics()).toMatchObject([{ delivered: 1, failed: 3, healthy: true }]);
  });

  test("tells how far it is behind by the clock", async () => {
    const clock = new ManualClock();
    const bus = new EventBus({ clock });
    bus.on("order.paid", () => new Promise(() => {}), { queue: {} });
    bus.publish(numbered(clock.now()));
    await turn();
    bus.publish(numbered(clock.now()));
    clock.advance(250);
    expect(bus.statistics()).toMatchObject([{ queued: 1, lagMs: 250 }]);
  });
});

describe("a listener of batches", () => {
  const batches = (batch: { readonly max: number; readonly maxWaitMs: number }) => {
    const clock = new ManualClock();
    const bus = new EventBus({ clock });
    const seen: number[][] = [];
    bus.onBatch("order.paid", (events) => seen.push(events.map(({ at }) => at)), { batch });
    return { clock, bus, seen };
  };

  test("gets a batch when it is full, and what is left when it has waited long enough", async () => {
    const { clock, bus, seen } = batches({ max: 2, maxWaitMs: 50 });
    for (const at of [1, 2, 3]) bus.publish(numbered(at));
    await turn();
    expect(seen).toEqual([[1, 2]]);
    clock.advance(50);
    await turn();
    expect(seen).toEqual([[1, 2], [3]]);
  });

  test("gets as many at a time as its queue holds, unless a size is given", async () => {
    const bus = new EventBus({ clock: new ManualClock() });
    const seen: number[] = [];
    bus.onBatch("order.paid", (events) => seen.push(events.length), { queue: { max: 3 } });
    for (const at of [1, 2, 3]) bus.publish(numbered(at));
    await turn();
    expect(seen).toEqual([3]);
  });

  test("gets what is left at once when the bus is flushed", async () => {
    const { bus, seen } = batches({ max: 10, maxWaitMs: 10_000 });
    bus.publish(numbered(1));
    await bus.flush();
    expect(seen).toEqual([[1]]);
  });

  test("gets every event once and in order, whatever the sizes and pauses, as far as there is room", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 6 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat({ max: 4 }),
        fc.constantFrom<Overflow>("drop_oldest", "drop_newest", "block"),
        async (bursts, max, more, overflow) => {
          const bus = new EventBus({ clock: new ManualClock() });
          const seen: number[] = [];
          const queue = { max: max + more, overflow };
          bus.onBatch("order.paid", async (events) => void seen.push(...events.map(({ at }) => at)), {
            batch: { max },
            queue,
          });
          let published = 0;
          for (const burst of bursts) {
            for (let count = 0; count < burst; count++) bus.publish(numbered(published++));
            await turn();
          }
          await bus.flush();
          const [figures] = bus.statistics();
          expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
          expect(figures).toMatchObject({ delivered: seen.length, dropped: published - seen.length, queued: 0 });
          if (overflow === "block") expect(seen).toHaveLength(published);
        },
      ),
      { numRuns: 100 },
    );
  });
});
