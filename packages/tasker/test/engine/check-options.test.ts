import { describe, expect, test } from "vitest";
import { parseAdopt } from "../../src/engine/adopt-options.ts";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { ConfigurationError } from "../../src/errors/index.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describe("the option adopt", () => {
  test.each([
    [false, "engine option adopt is false, expected true or an object"],
    [null, "engine option adopt is null, expected true or an object"],
    [["shop"], 'engine option adopt is ["shop"], expected true or an object'],
    [{ sourceSystems: "web" }, "engine option adopt.sourceSystems is web, expected an array of texts"],
    [{ inProgress: "yes" }, "engine option adopt.inProgress is yes, expected true or false"],
    [{ template: ["order"] }, "engine option adopt.template is unknown, expected one of namespaces, templates,"],
  ])("%o is refused by name", (adopt, message) => {
    expect(() => parseAdopt(adopt)).toThrow(ConfigurationError);
    expect(() => parseAdopt(adopt)).toThrow(message);
  });

  test("is nothing unless it is given, and everything if it is true", () => {
    expect(parseAdopt(undefined)).toBeNull();
    expect(parseAdopt(true)).toEqual({});
    expect(parseAdopt({ templates: ["order"], inProgress: true })).toEqual({ templates: ["order"], inProgress: true });
  });
});

describeOnPostgres("an engine's options", () => {
  test.each([
    [{ concurrency: 0 }, "engine option concurrency is 0, expected a whole number from 1 to 1000000"],
    [{ leaseMs: 0.1 }, "engine option leaseMs is 0.1, expected a whole number from 1 to 2147483647"],
    [{ maxTasks: Number.NaN }, "engine option maxTasks is NaN"],
    [{ maxValueBytes: 1e12 }, "engine option maxValueBytes is 1000000000000"],
    [{ adopt: { namespaces: [] } }, "engine option adopt.namespaces is [], expected at least one entry"],
    [{ adopt: { templates: [""] } }, "engine option adopt.templates[0] is , expected a text that is not empty"],
    [{ adopt: { abandonedStepMs: 0.5 } }, "engine option adopt.abandonedStepMs is 0.5, expected a whole number from 1"],
  ] satisfies [Partial<EngineOptions>, string][])("%o is refused by name", async (options, message) => {
    const database = await openTestDatabase();
    try {
      const make = () => new Engine({ database, registry: new HandlerRegistry(), ...options });
      expect(make).toThrow(ConfigurationError);
      expect(make).toThrow(message);
    } finally {
      await database.close();
    }
  });
});
