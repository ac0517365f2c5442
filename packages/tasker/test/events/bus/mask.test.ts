import { describe, expect, test } from "vitest";
import { maskEvents } from "../../../src/events/bus/mask.ts";
import type { JsonObject } from "../../../src/json/json-value.ts";
import { sampleEvent } from "../../support/sample-event.ts";

describe("a mask", () => {
  const payload: JsonObject = {
    card: { number: "4111", kind: "visa" },
    number: 5,
    items: [{ iban: "DE1", sku: "a" }, { sku: "b" }],
  };

  test.each([
    [["card.number"], { ...payload, card: { number: "[masked]", kind: "visa" } }],
    [["card"], { ...payload, card: "[masked]" }],
    [["items.*.iban"], { ...payload, items: [{ iban: "[masked]", sku: "a" }, { sku: "b" }] }],
    [["items.1.sku", "items.*.iban"], { ...payload, items: [{ iban: "[masked]", sku: "a" }, { sku: "[masked]" }] }],
  ])("of %j hides exactly that", (paths, expected) => {
    const masked = maskEvents(paths)(sampleEvent({ payload }));
    expect(masked.payload).toEqual(expected);
    expect(Object.isFrozen(masked.payload)).toBe(true);
    expect(payload).toMatchObject({ card: { number: "4111" } });
  });

  test("leaves an event as it is that has nothing to hide", () => {
    const event = sampleEvent({ payload });
    expect(maskEvents(["card.number.x", "other"])(event)).toBe(event);
    expect(maskEvents([])(event)).toBe(event);
  });

  test("puts another text in its place, and refuses a path with an empty key", () => {
    expect(maskEvents(["number"], "***")(sampleEvent({ payload })).payload.number).toBe("***");
    expect(() => maskEvents(["card..number"])).toThrow('the masked path "card..number" has an empty key');
  });
});
