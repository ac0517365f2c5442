import { expect, test } from "vitest";
import type { EngineHooks, EnginePlugin } from "../../src/engine/engine-plugin.ts";
import { ConfigurationError } from "../../src/errors/index.ts";
import { PluginRegistry } from "../../src/registries/plugin-registry.ts";
import { graphTemplate, makeEngine, startEngine, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

class Recorder implements EnginePlugin {
  readonly name: string;
  readonly #story: string[];

  constructor(name: string, story: string[]) {
    this.name = name;
    this.#story = story;
  }

  async setup(hooks: EngineHooks) {
    this.#story.push(`${this.name} set up for ${hooks.registry.size} templates`);
    hooks.onEvent("task.*", ({ name }) => this.#story.push(`${this.name} ${name}`));
  }

  teardown() {
    this.#story.push(`${this.name} torn down`);
  }
}

describeOnPostgres("an engine with plugins", () => {
  test("sets them up before it starts, tells them of events, and tears them down last, in reverse", async () => {
    const database = await useDatabase(openTestDatabase);
    const story: string[] = [];
    const plugins = new PluginRegistry();
    plugins.register(new Recorder("one", story));
    plugins.register(new Recorder("two", story));
    plugins.register({ name: "csv", ...{ supportedFormats: ["csv"], supportsFormat: () => true, export: () => "" } });
    const { engine } = await startEngine(database, [graphTemplate("")], { plugins });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await engine.stop();
    expect(story).toEqual([
      "one set up for 1 templates",
      "two set up for 1 templates",
      "one task.initialize_requested",
      "two task.initialize_requested",
      "one task.start_requested",
      "two task.start_requested",
      "one task.completed",
      "two task.completed",
      "two torn down",
      "one torn down",
    ]);
  });

  test("does not start when one cannot be set up; those before it are torn down", async () => {
    const database = await useDatabase(openTestDatabase);
    const story: string[] = [];
    const plugins = new PluginRegistry();
    plugins.register(new Recorder("one", story));
    const failing: EnginePlugin = { name: "bad", setup: () => Promise.reject(new Error("no port")) };
    plugins.register(failing);
    const { engine } = makeEngine(database, [], { plugins });
    const start = engine.start();
    await expect(start).rejects.toThrow(ConfigurationError);
    await expect(start).rejects.toThrow("the plugin bad could not be set up: no port");
    expect(story).toEqual(["one set up for 0 templates", "one torn down"]);
    expect(await database.query("select from tasker_processes")).toEqual([]);
  });

  test("stops although one cannot be torn down, and logs that", async () => {
    const database = await useDatabase(openTestDatabase);
    const plugins = new PluginRegistry();
    const failing: EnginePlugin = {
      name: "bad",
      setup() {},
      teardown() {
        throw new Error("stuck");
      },
    };
    plugins.register(failing);
    const { engine, lines } = await startEngine(database, [], { plugins });
    await engine.stop();
    expect(lines).toMatchObject([
      { level: "error", facts: { plugin: "bad" }, message: "a plugin could not be torn down" },
    ]);
  });
});
