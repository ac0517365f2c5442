import { expect, test } from "vitest";
import { DurableSubscriber } from "../../src/event-log/durable-subscriber.ts";
import { EVENT_CATALOGUE } from "../../src/events/catalogue/catalogue.ts";
import type { EventDefinition } from "../../src/events/catalogue/event-definition.ts";
import { useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

function nameThatIs(durability: EventDefinition["durability"]): string {
  return [...EVENT_CATALOGUE.values()].find((event) => event.durability === durability)?.name ?? "";
}

describeOnPostgres("the events of a durable subscriber", () => {
  test("are checked as those of listeners: a name of the engine has to be one, others are declared elsewhere", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const make = (events: string | readonly string[]) =>
      new DurableSubscriber({ database, name: "w", events, handle: () => {} });
    expect(() => make("task.compleeted")).toThrow('there is no event "task.compleeted"');
    expect(() => make(["step.*", "task.completed", "order.placed", "!order.test"])).not.toThrow();
    expect(() => make(nameThatIs("ephemeral"))).toThrow("is not kept");
  });

  test("are named in the log if they are told only on request", async () => {
    const database = await useDatabase(() => openTestDatabase());
    const event = nameThatIs("on_request");
    const warned: unknown[] = [];
    const log = { info: () => {}, warn: (facts: object) => void warned.push(facts) };
    const subscriber = new DurableSubscriber({ database, name: "w", events: [event], log, handle: () => {} });
    await subscriber.start();
    await subscriber.stop();
    expect(warned).toEqual([{ subscriber: "w", event }]);
  });
});
