import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EVENT_CATALOGUE } from "../../../src/events/catalogue/catalogue.ts";
import { CatalogueView } from "../../../src/events/catalogue/catalogue-view.ts";
import { membersOf } from "../../../src/events/catalogue/json-schema.ts";
import { renderReference } from "../../../src/events/catalogue/render-reference.ts";
import { STEP_PAYLOADS } from "../../../src/events/step-payload.ts";
import { TASK_PAYLOADS } from "../../../src/events/task-payload.ts";
import { STEP_TRANSITION_EVENT_MAP, TASK_TRANSITION_EVENT_MAP } from "../../../src/states/transition-event.ts";
import { expectedEventName } from "../../../src/templates/event-name.ts";

describe("the catalogue of events", () => {
  test("has every event that a transition can tell, as derived, and no other one as derived", () => {
    const ofMaps = [TASK_TRANSITION_EVENT_MAP, STEP_TRANSITION_EVENT_MAP]
      .flatMap((map) => Object.values<Readonly<Record<string, string>>>(map))
      .flatMap((byTarget) => Object.values(byTarget));
    const derived = [...EVENT_CATALOGUE.values()].filter(({ durability }) => durability === "derived");
    expect(derived.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(TASK_PAYLOADS), ...Object.keys(STEP_PAYLOADS)].sort(),
    );
    for (const name of ofMaps) expect(EVENT_CATALOGUE.get(name)?.durability, name).toBe("derived");
  });

  test("names each event by its category, unless it is an extension or for tests, and describes every key", () => {
    for (const { name, category, payload_schema } of new CatalogueView().all()) {
      if (["task", "step", "workflow", "observability"].includes(category)) expect(name).toMatch(`${category}.`);
      for (const [key, member] of membersOf(payload_schema)) {
        expect(JSON.stringify(member), `${name} ${key}`).toContain('"description"');
      }
    }
  });

  test("has no name that a template could declare, but those for tests", () => {
    const free = [...EVENT_CATALOGUE.values()].filter(({ name }) => expectedEventName(name) === null);
    expect(free.map(({ name }) => name)).toEqual(["slow.event", "custom.event"]);
  });

  test("has an example for each event that fits its schema", () => {
    for (const { name, example_payload } of new CatalogueView().all()) {
      expect(EVENT_CATALOGUE.get(name)?.payload.safeParse(example_payload).error, name).toBeUndefined();
    }
  });

  test("is found in: by name, namespace, category and text, with what templates declare", () => {
    const view = new CatalogueView([{ name: "order.paid", description: "An order was paid.", firedBy: ["Pay"] }]);
    expect(view.find("task.completed")).toMatchObject({ constant: "TASK_EVENTS.COMPLETED", category: "task" });
    expect(view.find("task.complete")).toBeNull();
    expect(view.find("order.paid")).toMatchObject({ category: "custom", fired_by: ["Pay"], constant: null });
    expect(view.byNamespace("order").map(({ name }) => name)).toEqual(["order.paid"]);
    expect(view.byNamespace("task").map(({ name }) => name)).toContain("task.paused");
    expect(view.byCategory("task")).toHaveLength(7);
    expect(view.search("BYPASS").map(({ name }) => name)).toEqual(["step.bypassed"]);
    expect(view.search("was paid").map(({ name }) => name)).toEqual(["order.paid"]);
  });

  test("is what the reference was written from", () => {
    const file = new URL("../../../../../docs/events-reference.md", import.meta.url);
    expect(readFileSync(file, "utf8"), "run npm run events-reference").toBe(renderReference());
  });
});
