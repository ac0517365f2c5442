import { expect, test } from "vitest";
import { EVENT_CATALOGUE } from "../../../src/events/catalogue/catalogue.ts";
import { describeOnPostgres } from "../../support/test-database.ts";
import { OPERATORS } from "./operators.ts";
import { ORCHESTRATION } from "./orchestration.ts";
import { OTHERS } from "./others.ts";
import { PROCESSES } from "./processes.ts";
import { REGISTRIES } from "./registries.ts";
import { Stage } from "./scenario.ts";
import { SETTINGS } from "./settings.ts";
import { TASKS } from "./tasks.ts";

const SCENARIOS = [...TASKS, ...ORCHESTRATION, ...OPERATORS, ...PROCESSES, ...REGISTRIES, ...SETTINGS, ...OTHERS];

test("every event of the catalogue but those for tests is shown by a scenario", () => {
  const shown = new Set(SCENARIOS.flatMap(({ shows }) => Object.keys(shows)));
  const meant = [...EVENT_CATALOGUE.values()].filter(({ category }) => category !== "test");
  expect([...shown].sort()).toEqual(meant.map(({ name }) => name).sort());
});

describeOnPostgres("what is told of", () => {
  test.each(SCENARIOS)("$title", async ({ shows, play }) => {
    const stage = new Stage();
    await play(stage);
    for (const { name, payload } of stage.told) {
      const definition = EVENT_CATALOGUE.get(name);
      expect(definition, name).toBeDefined();
      expect(definition?.payload.safeParse(payload).error, name).toBeUndefined();
    }
    expect(new Set(stage.told.map(({ id }) => id)).size).toBe(stage.told.length);
    for (const [name, payloads] of Object.entries(shows)) {
      const told = stage.told.filter((event) => event.name === name).map(({ payload }) => payload);
      expect(told, name).toEqual(payloads.map((members) => expect.objectContaining(members)));
    }
  });
});
