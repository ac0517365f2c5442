import { describe, expect, test } from "vitest";
import { Slots } from "../../src/engine/slots.ts";

const ignore = () => undefined;

describe("slots", () => {
  test("are given until none is left", () => {
    const slots = new Slots(2);
    const lane = slots.openLane(ignore);
    expect([lane.take(), lane.take(), lane.take()]).toEqual([true, true, false]);
    expect([slots.used, lane.used]).toEqual([2, 2]);
  });

  test("that come back can be taken again", () => {
    const slots = new Slots(1);
    const lane = slots.openLane(ignore);
    lane.take();
    lane.give();
    expect(slots.used).toBe(0);
    expect(lane.take()).toBe(true);
  });

  test("tell a lane that was refused when one comes back, and no other", () => {
    const told: string[] = [];
    const slots = new Slots(1);
    const first = slots.openLane(() => told.push("first"));
    const second = slots.openLane(() => told.push("second"));
    first.take();
    second.take();
    first.give();
    expect(told).toEqual(["second"]);
    expect(second.take()).toBe(true);
    second.give();
    expect(told).toEqual(["second"]);
  });

  test("are all one lane's while no other waits", () => {
    const slots = new Slots(4);
    const first = slots.openLane(ignore);
    slots.openLane(ignore);
    expect([first.take(), first.take(), first.take(), first.take()]).toEqual([true, true, true, true]);
  });

  test("are shared evenly while another lane waits", () => {
    const slots = new Slots(4);
    const first = slots.openLane(ignore);
    const second = slots.openLane(ignore);
    while (first.take());
    second.take();
    first.give();
    expect(first.take()).toBe(false);
    expect(second.take()).toBe(true);
    first.give();
    second.take();
    expect([first.used, second.used]).toEqual([2, 2]);
  });

  test("that cannot be shared evenly go to the lanes in turns", () => {
    const order: string[] = [];
    const slots = new Slots(1);
    const lanes = ["first", "second"].map((name) => ({ name, lane: slots.openLane(ignore) }));
    for (let turn = 0; turn < 6; turn++) {
      const taken = lanes.filter(({ lane }) => lane.take());
      for (const { name, lane } of taken) {
        order.push(name);
        lane.give();
      }
    }
    expect(order).toEqual(["first", "second", "first", "second", "first", "second"]);
  });

  test("are nobody's part once a lane has stopped waiting", () => {
    const slots = new Slots(2);
    const first = slots.openLane(ignore);
    const second = slots.openLane(ignore);
    first.take();
    first.take();
    second.take();
    second.stopWaiting();
    first.give();
    expect(first.take()).toBe(true);
  });

  test("go to the lane that waits for a step of a higher rank", () => {
    const slots = new Slots(1);
    const low = slots.openLane(ignore);
    const high = slots.openLane(ignore);
    low.take(0);
    expect([low.take(0), high.take(7)]).toEqual([false, false]);
    low.give();
    expect(low.take(6)).toBe(false);
    expect(high.take(7)).toBe(true);
  });

  test("are taken beyond a lane's part while the other lane waits for a step of a lower rank", () => {
    const slots = new Slots(2);
    const low = slots.openLane(ignore);
    const high = slots.openLane(ignore);
    while (high.take(1));
    low.take(0);
    high.give();
    expect(high.take(1)).toBe(true);
  });

  test("that a lane has no use for are offered to those that were refused on its account", () => {
    const told: string[] = [];
    const slots = new Slots(1);
    const low = slots.openLane(() => told.push("low"));
    const high = slots.openLane(ignore);
    low.take(0);
    high.take(7);
    low.give();
    expect(low.take(0)).toBe(false);
    high.stopWaiting();
    expect(told).toEqual(["low"]);
    expect(low.take(0)).toBe(true);
  });

  test("of which there are more all of a sudden are offered to the lanes that were refused one", () => {
    const told: string[] = [];
    const slots = new Slots(1);
    const first = slots.openLane(() => told.push("first"));
    const second = slots.openLane(() => told.push("second"));
    first.take();
    second.take();
    slots.setLimit(2);
    expect(told).toEqual(["second"]);
    expect([second.take(), first.take()]).toEqual([true, false]);
  });

  test("of which there are fewer all of a sudden are given out again when enough came back", () => {
    const slots = new Slots(3);
    const lane = slots.openLane(ignore);
    while (lane.take());
    slots.setLimit(1);
    expect([slots.limit, slots.used]).toEqual([1, 3]);
    lane.give();
    lane.give();
    expect(lane.take()).toBe(false);
    lane.give();
    expect(lane.take()).toBe(true);
  });
});
