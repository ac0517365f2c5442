import { expect, test } from "vitest";
import { Engine } from "../../src/engine/engine.ts";
import type { EngineOptions } from "../../src/engine/options.ts";
import { ConfigurationError } from "../../src/errors/index.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("an engine's options", () => {
  test.each([
    [{ concurrency: 0 }, "engine option concurrency is 0, expected a whole number from 1 to 1000000"],
    [{ leaseMs: 0.1 }, "engine option leaseMs is 0.1, expected a whole number from 1 to 2147483647"],
    [{ maxTasks: Number.NaN }, "engine option maxTasks is NaN"],
    [{ maxValueBytes: 1e12 }, "engine option maxValueBytes is 1000000000000"],
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
